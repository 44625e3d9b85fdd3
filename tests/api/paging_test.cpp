/// Clauses 4.12, 5.5.9 and 6.3.10: the pages of a query of Entities, linked by cursors.
#include "api/support.hpp"

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <regex>
#include <thread>

namespace meridian::api::test {
namespace {

std::string id_of(int number) {
    return "urn:x:stop:" + std::to_string(number);
}

json stop(int number) {
    return json{{"id", id_of(number)},
                {"type", number % 2 == 0 ? json::array({"Stop", "Tram"}) : json("Stop")},
                {"scope", number <= 5 ? "/north" : "/south"},
                {"n", number},
                {"word", "a" + std::to_string(number)},
                {"location",
                 {{"type", "GeoProperty"},
                  {"value", {{"type", "Point"}, {"coordinates", {0.01 * number, 0}}}}}}};
}

void create_stops(const http_client& client, int first, int last) {
    auto all = json::array();
    for (int number = first; number <= last; ++number)
        all.push_back(stop(number));
    EXPECT_EQ(client.post(batch + "/create", all).status, 201U);
}

http_client row_of_stops() {
    auto client = fresh_tenant();
    create_stops(client, 1, 9);
    return client;
}

/// Where a Link of the answer leads to; "" where it has none of this relation.
std::string link_to(const http_answer& answer, std::string_view relation) {
    const auto rel = "; rel=\"" + std::string(relation) + '"';
    for (const auto& [name, value] : answer.headers)
        if (name == "Link" && value.find(rel) != std::string::npos)
            return value.substr(1, value.find('>') - 1);
    return "";
}

std::string cursor_of(const std::string& target) {
    return target.substr(target.find("cursor=") + 7);
}

/// The ids of the pages from this one on, a list a page.
json pages_from(std::string target, std::string_view relation,
                const std::function<http_answer(const std::string&)>& get) {
    auto pages = json::array();
    while (!target.empty() && pages.size() < 50) {
        const auto answer = get(target);
        EXPECT_EQ(answer.status, 200U) << answer;
        pages.push_back(ids_in(answer));
        target = link_to(answer, relation);
    }
    return pages;
}

json all_of(const json& pages) {
    auto ids = json::array();
    for (const auto& page : pages)
        for (const auto& id : page)
            ids.push_back(id);
    return ids;
}

TEST(clause_5_5_9_1_pagination, links_lead_forwards_and_backwards) {
    const auto client = row_of_stops();
    const std::string first = entities + "?type=Stop&pick=id&format=simplified&limit=4";
    const auto get = [&](const std::string& target) { return client.get(target); };
    const auto all = ids_in(client.get(entities + "?type=Stop&pick=id&limit=9"));
    const auto some = [&](std::size_t from, std::size_t to) {
        auto ids = json::array();
        for (auto at = from; at < to; ++at)
            ids.push_back(all.at(at));
        return ids;
    };
    EXPECT_EQ(pages_from(first, "next", get), list(some(0, 4), some(4, 8), some(8, 9)));
    const auto second = client.get(link_to(client.get(first), "next"));
    const auto last = client.get(link_to(second, "next"));
    EXPECT_EQ(link_to(last, "next"), "");
    EXPECT_EQ(pages_from(link_to(last, "prev"), "prev", get), list(some(4, 8), some(0, 4)));
    const auto back = client.get(link_to(second, "prev"));
    EXPECT_EQ(link_to(back, "prev"), "");
    EXPECT_EQ(ids_in(client.get(link_to(back, "next"))), some(4, 8));
}

TEST(clause_6_3_10_pagination, a_link_has_all_parameters_and_an_opaque_cursor) {
    const auto client = row_of_stops();
    const auto page = client.get(entities + "/?type=Stop&limit=4&q=n%3E0");
    const std::regex form(R"(</ngsi-ld/v1/entities\?type=Stop&q=n%3E0&limit=4&cursor=[-._~\w]+>; )"
                          R"(rel="next"; type="application/json")");
    EXPECT_TRUE(std::ranges::any_of(page.headers, [&](const auto& header) {
        return header.first == "Link" && std::regex_match(header.second, form);
    })) << page;
    const auto second = client.get(link_to(page, "next"));
    EXPECT_EQ(std::ranges::count(second.headers, "Link", [](const auto& h) { return h.first; }), 3)
        << second; // next, prev, @context
    EXPECT_EQ(link_to(second, "next").find("cursor="), link_to(second, "next").rfind("cursor="));
}

TEST(clause_5_5_9_2_pagination, a_request_with_offset_gets_links_with_offsets) {
    const auto client = row_of_stops();
    const auto page = client.get(entities + "?type=Stop&offset=4&limit=4");
    EXPECT_EQ(link_to(page, "next"), entities + "?type=Stop&limit=4&offset=8");
    EXPECT_EQ(link_to(page, "prev"), entities + "?type=Stop&limit=4&offset=0");
}

TEST(clause_5_5_9_1_pagination, every_selection_can_be_read_by_pages_both_ways) {
    const auto client = row_of_stops();
    const std::vector<std::string> selections{
        "type=Stop",
        "type=Stop,Tram",
        "type=(Stop;Tram)",
        "local=true",
        "type=*",
        "type=Stop&id=urn:x:stop:2,urn:x:stop:3,urn:x:stop:8",
        "type=Stop&idPattern=%5B3-8%5D$",
        "type=Stop&q=n%3E2",
        "q=n%3E2",
        "type=Stop&q=word~=%22a%5B2-7%5D%22",
        "type=Stop&scopeQ=/south",
        "type=Stop&georel=near;maxDistance==4500&geometry=Point&coordinates=%5B0.05,0%5D",
        "type=Stop&georel=near;minDistance==2500&geometry=Point&coordinates=%5B0.05,0%5D",
        "type=Stop&q=n%3E2&scopeQ=/south&attrs=word",
    };
    const auto get = [&](const std::string& target) { return client.get(target); };
    for (const auto& selection : selections) {
        const auto whole = client.get(entities + "?" + selection + "&limit=100&count=true");
        const auto ids = ids_in(whole);
        ASSERT_GE(ids.size(), 3U) << selection;
        const auto first = entities + "?" + selection + "&limit=2&count=true";
        EXPECT_EQ(all_of(pages_from(first, "next", get)), ids) << selection;
        auto at = client.get(first);
        for (auto next = link_to(at, "next"); !next.empty(); next = link_to(at, "next")) {
            at = client.get(next);
            EXPECT_EQ(at.header("NGSILD-Results-Count"), std::to_string(ids.size())) << selection;
        }
        auto before = ids;
        before.erase(before.end() - static_cast<int>(ids_in(at).size()), before.end());
        auto back = pages_from(link_to(at, "prev"), "prev", get);
        std::reverse(back.begin(), back.end());
        EXPECT_EQ(all_of(back), before) << selection;
    }
}

/// CHOICE of docs/conformance.md: not the last element again, as 6.3.10 would have it.
TEST(clause_6_3_10_pagination, an_offset_beyond_the_end_is_an_empty_page_that_leads_back) {
    const auto client = row_of_stops();
    for (const auto* offset : {"9", "10", "4000000000"}) {
        const auto page = client.get(entities + "?type=Stop&limit=4&count=true&offset=" + offset);
        EXPECT_EQ(page.content(), json::array()) << page;
        EXPECT_EQ(page.header("NGSILD-Results-Count"), "9");
        EXPECT_EQ(link_to(page, "next"), "");
        EXPECT_NE(link_to(page, "prev"), "");
    }
}

TEST(clause_5_5_9_2_pagination, a_cursor_is_refused_once_a_registration_matches_the_query) {
    const auto client = row_of_stops();
    const auto next = link_to(client.get(entities + "?type=Stop&limit=4"), "next");
    const auto second = ids_in(client.get(next));
    const std::string registrations = "/ngsi-ld/v1/csourceRegistrations";
    const json source{{"id", "urn:csr:1"},
                      {"type", "ContextSourceRegistration"},
                      {"endpoint", "http://127.0.0.1:9"},
                      {"information", list(json{{"entities", list(json{{"type", "Stop"}})}})}};
    ASSERT_EQ(client.post(registrations, source).status, 201U);
    EXPECT_EQ(show(client.get(next)),
              refused(400, "BadRequestData",
                      "cursor: the query has become one of other Context Sources too, whose pages "
                      "are counted by offset"));
    EXPECT_EQ(ids_in(client.get(next + "&local=true")), second);
    ASSERT_EQ(client.remove(registrations + "/urn:csr:1").status, 204U);
    EXPECT_EQ(ids_in(client.get(next)), second);
}

TEST(clause_6_23_3_1_query_by_post, the_links_of_a_query_by_post_are_followed_by_post) {
    const auto client = row_of_stops();
    const json wanted{{"type", "Query"},
                      {"entities", list(json{{"type", "Stop"}, {"idPattern", "[1-7]$"}},
                                        json{{"type", "Tram"}})}};
    const auto get = [&](const std::string& target) { return client.post(target, wanted); };
    const auto whole = ids_in(get(batch + "/query?limit=100"));
    EXPECT_EQ(whole.size(), 8U);
    const auto first = batch + "/query?limit=3";
    const auto next = link_to(get(first), "next");
    EXPECT_TRUE(next.starts_with(batch + "/query?limit=3&cursor=")) << next;
    EXPECT_EQ(all_of(pages_from(first, "next", get)), whole);
    const json other{{"type", "Query"}, {"entities", list(json{{"type", "Stop"}})}};
    EXPECT_EQ(kind_of(client.post(next, other)), "400 BadRequestData");
}

TEST(clause_5_5_9_1_pagination, limit_and_representation_may_change_from_page_to_page) {
    const auto client = row_of_stops();
    const auto whole = client.get(entities + "?type=Stop&format=simplified&limit=100").content();
    const auto next = link_to(client.get(entities + "?type=Stop&limit=2"), "next");
    const auto rest =
        client.get(entities + "?type=Stop&format=simplified&limit=100&cursor=" + cursor_of(next));
    auto wanted = whole;
    wanted.erase(wanted.begin(), wanted.begin() + 2);
    EXPECT_EQ(rest.content(), wanted);
}

TEST(clause_5_5_9_1_pagination, a_cursor_is_of_one_query_one_context_and_one_tenant) {
    const auto client = row_of_stops();
    const auto other_tenant = row_of_stops();
    const auto cursor = cursor_of(link_to(client.get(entities + "?type=Stop&limit=2"), "next"));
    const auto foreign =
        refused(400, "BadRequestData",
                "cursor: of another query, another @context or another Tenant (5.5.9.1)");
    const auto with = [&](const std::string& query) {
        return entities + "?" + query + "&cursor=" + cursor;
    };
    EXPECT_EQ(client.get(with("type=Stop")).status, 200U);
    EXPECT_EQ(show(client.get(with("type=Tram"))), foreign);
    EXPECT_EQ(show(client.get(with("type=Stop&q=n%3E2"))), foreign);
    EXPECT_EQ(show(other_tenant.get(with("type=Stop"))), foreign);
    const auto added =
        client.post("/ngsi-ld/v1/jsonldContexts", {{"@context", {{"n", "urn:v:number"}}}});
    EXPECT_EQ(added.status, 201U);
    const auto other_context =
        client.get(with("type=Stop"), {{"Link", "<http://localhost" + added.header("Location") +
                                                    ">; rel=\"http://www.w3.org/ns/json-ld#context"
                                                    "\"; type=\"application/ld+json\""}});
    EXPECT_EQ(show(other_context), foreign);
    auto changed = cursor;
    changed.front() = changed.front() == 'n' ? 'p' : 'n';
    EXPECT_EQ(show(client.get(entities + "?type=Stop&cursor=" + changed)), foreign);
}

TEST(clause_4_12_pagination, a_cursor_that_is_none_or_cannot_go_with_the_rest_is_400) {
    const auto client = row_of_stops();
    const auto cursor = cursor_of(link_to(client.get(entities + "?type=Stop&limit=2"), "next"));
    const auto none =
        refused(400, "BadRequestData", "cursor: not one that a Link of this broker holds");
    for (const auto* text :
         {"", "1", "n", "x0123456789abcdef0123456789abcdef", "n0123456789abcdef0123456789abcdeg",
          "n-123456789abcdef0123456789abcde", "n%C3%A9%20"})
        EXPECT_EQ(show(client.get(entities + "?type=Stop&cursor=" + text)), none) << text;
    EXPECT_EQ(show(client.get(entities + "?type=Stop&offset=2&cursor=" + cursor)),
              refused(400, "BadRequestData", "cursor excludes offset"));
    EXPECT_EQ(show(client.get(entities + "?type=Stop&local=true&orderBy=n&cursor=" + cursor)),
              refused(400, "BadRequestData", "cursor excludes orderBy"));
    EXPECT_EQ(kind_of(client.get(subscriptions + "?cursor=" + cursor)), "400 InvalidRequest");
}

TEST(clause_5_5_9_1_pagination, a_page_whose_entities_are_gone_still_leads_on) {
    const auto client = row_of_stops();
    const auto first = client.get(entities + "?type=Stop&limit=3");
    const auto second = client.get(link_to(first, "next"));
    for (const auto& id : ids_in(first))
        EXPECT_EQ(client.remove(entities + "/" + id.get<std::string>()).status, 204U);
    const auto emptied = client.get(link_to(second, "prev"));
    EXPECT_EQ(emptied.content(), json::array());
    EXPECT_EQ(link_to(emptied, "prev"), "");
    EXPECT_EQ(ids_in(client.get(link_to(emptied, "next"))), ids_in(second));
    const auto third = client.get(link_to(second, "next"));
    for (const auto& id : ids_in(third))
        EXPECT_EQ(client.remove(entities + "/" + id.get<std::string>()).status, 204U);
    const auto end = client.get(link_to(second, "next"));
    EXPECT_EQ(end.content(), json::array());
    EXPECT_EQ(link_to(end, "next"), "");
    EXPECT_EQ(ids_in(client.get(link_to(end, "prev"))), ids_in(second));
}

/// Creates, changes and deletes Stops with numbers above 1000, and changes the lasting ones, until
/// it is told to stop.
class busy_writer {
public:
    busy_writer(const http_client& client, int lasting)
        : thread_([this, client, lasting] { write(client, lasting); }) {}
    ~busy_writer() {
        stop_ = true;
        thread_.join();
    }
    [[nodiscard]] int rounds() const { return rounds_; }

private:
    void write(const http_client& client, int lasting) {
        for (int turn = 0; !stop_; ++turn, ++rounds_) {
            const int number = 1'001 + turn % 7;
            const bool creates = turn / 7 % 2 == 0;
            const auto answer = creates ? client.post(entities, stop(number))
                                        : client.remove(entities + "/" + id_of(number));
            EXPECT_EQ(answer.status, creates ? 201U : 204U);
            const auto changed = entities + "/" + id_of(1 + turn % lasting) + "/attrs/word";
            const json word{{"value", "b" + std::to_string(turn)}};
            EXPECT_EQ(client.patch(changed, word).status, 204U);
            if (turn % 5 != 0)
                continue;
            // Keeps its place though all of it is written anew.
            const auto again = client.post(batch + "/upsert", list(stop(1 + turn % lasting)));
            EXPECT_EQ(again.status, 204U);
        }
    }
    std::atomic<bool> stop_ = false;
    std::atomic<int> rounds_ = 0;
    std::thread thread_;
};

TEST(clause_4_12_pagination, while_others_write_all_that_stays_is_read_exactly_once) {
    const auto client = fresh_tenant();
    constexpr int lasting = 60;
    create_stops(client, 1, lasting);
    const busy_writer writer(client, lasting);
    const auto get = [&](const std::string& target) { return client.get(target); };
    const std::vector<std::string> selections{"type=Stop", "type=Stop&q=n%3E0",
                                              "type=Stop,Tram&q=word", "type=Stop&idPattern=stop"};
    int done = 0;
    const auto expect_once = [&](const json& pages, const std::string& what) {
        std::map<std::string, int> seen;
        for (const auto& id : all_of(pages))
            ++seen[id];
        for (int number = 1; number <= lasting; ++number)
            EXPECT_EQ(seen[id_of(number)], 1) << what << ' ' << id_of(number);
        for (const auto& [id, times] : seen)
            EXPECT_EQ(times, 1) << what << ' ' << id;
    };
    while (done < 8 || writer.rounds() < 30) {
        const auto& selection = selections[static_cast<std::size_t>(done++) % selections.size()];
        const auto first = entities + "?" + selection + "&pick=id&limit=7";
        expect_once(pages_from(first, "next", get), selection + " forwards");
        auto last = client.get(first);
        for (auto next = link_to(last, "next"); !next.empty(); next = link_to(last, "next"))
            last = client.get(next);
        auto pages = pages_from(link_to(last, "prev"), "prev", get);
        pages.push_back(ids_in(last));
        expect_once(pages, selection + " backwards");
        if (testing::Test::HasFailure())
            return;
    }
}

} // namespace
} // namespace meridian::api::test
