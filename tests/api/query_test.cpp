/// Clauses 6.4.3.2 and 6.23: query of Entities, by GET and by POST; 6.3.10, 6.3.13: pages.
#include "api/support.hpp"

#include <algorithm>

namespace meridian::api::test {
namespace {

constexpr std::string_view next_page = "; rel=\"next\"; type=\"application/json\"";

/// Five Places in a row on the equator, a degree apart; and a Thing at the first.
http_client row_of_places() {
    auto client = fresh_tenant();
    const auto place = [](int i) {
        const std::vector<std::string> words{"alpha", "beta", "gamma", "delta", "epsilon"};
        const auto word = words[static_cast<std::size_t>(i) - 1];
        return json{
            {"id", "urn:x:place:" + std::to_string(i)},
            {"type", "Place"},
            {"scope", i <= 2 ? "/north/" + word : "/south/" + word},
            {"n", {{"type", "Property"}, {"value", i}, {"accuracy", i * 10}}},
            {"word", {{"type", "Property"}, {"value", word}}},
            {"location",
             {{"type", "GeoProperty"}, {"value", {{"type", "Point"}, {"coordinates", {i, 0}}}}}}};
    };
    for (int i = 1; i <= 5; ++i)
        EXPECT_EQ(client.post(entities, place(i)).status, 201U);
    EXPECT_EQ(client.post(entities, {{"id", "urn:x:thing:1"}, {"type", "Thing"}, {"n", 1}}).status,
              201U);
    return client;
}

json places(std::initializer_list<int> numbers) {
    auto ids = json::array();
    for (const int i : numbers)
        ids.push_back("urn:x:place:" + std::to_string(i));
    return ids;
}

/// Ids in the order of their text: without orderBy a query has any order.
json sorted(json ids) {
    if (ids.is_array())
        std::sort(ids.begin(), ids.end());
    return ids;
}

struct selection_row {
    std::string query;
    json ids;
};

TEST(clause_5_7_2_query_entities, selections_give_what_they_select) {
    const auto client = row_of_places();
    const std::string near =
        "georel=near%3BmaxDistance==120000&geometry=Point&coordinates=%5B2,0%5D";
    const std::vector<selection_row> rows{
        {"type=Place", places({1, 2, 3, 4, 5})},
        {"type=Thing", list("urn:x:thing:1")},
        {"type=Place,Thing&q=n==1", {"urn:x:place:1", "urn:x:thing:1"}},
        {"type=(Place;Thing)", json::array()},
        {"type=*&q=n==1", {"urn:x:place:1", "urn:x:thing:1"}},
        {"type=Unheard", json::array()},
        {"local=true&q=n==1", {"urn:x:place:1", "urn:x:thing:1"}},
        {"attrs=word", places({1, 2, 3, 4, 5})},
        {"type=Place&id=urn:x:place:2,urn:x:place:4", places({2, 4})},
        {"type=Place&idPattern=place:%5B34%5D$", places({3, 4})},
        {"q=n>3", places({4, 5})},
        {"q=n>=3;n<5", places({3, 4})},
        {"q=n==1..2;word", places({1, 2})},
        {"q=n==1,5;word", places({1, 5})},
        {"q=(n==1%7Cn==4);word", places({1, 4})},
        {"q=word==%22beta%22", places({2})},
        {"q=word~=%22a$%22", places({1, 2, 3, 4})},
        {"q=word!~=%22a$%22", places({5})},
        {"q=n.accuracy>30", places({4, 5})},
        {near, places({1, 2, 3})},
        {"type=Place&georel=near%3BminDistance==120000&geometry=Point&coordinates=%5B2,0%5D",
         places({4, 5})},
        {"georel=within&geometry=Polygon&coordinates="
         "%5B%5B%5B2.5,-1%5D,%5B4.5,-1%5D,%5B4.5,1%5D,%5B2.5,1%5D,%5B2.5,-1%5D%5D%5D",
         places({3, 4})},
        {"type=Place&scopeQ=/north/%23", places({1, 2})},
        {"type=Place&scopeQ=/south/gamma", places({3})},
        {"type=Place&scopeQ=/%2B/delta", places({4})},
        {"type=Place&q=n>1&" + near + "&scopeQ=/north/%23", places({2})},
    };
    for (const auto& row : rows) {
        const auto answer = client.get(entities + "?" + row.query);
        EXPECT_EQ(sorted(ids_in(answer)), row.ids) << row.query << '\n' << answer;
    }
}

TEST(clause_6_3_10_pagination, pages_by_offset_are_linked_with_each_other_and_counted) {
    const auto client = row_of_places();
    const auto page = [&](const std::string& rest) {
        return client.get(entities + "?type=Place&options=simplified&pick=id&" + rest);
    };
    const auto all = page("limit=5").content();
    ASSERT_EQ(all.size(), 5U);
    const std::string base =
        "</ngsi-ld/v1/entities?type=Place&options=simplified&pick=id&limit=2&offset=";
    EXPECT_EQ(show(page("limit=2&offset=0")),
              ok(list(all[0], all[1]), {{"Link", base + "2>" + std::string(next_page)}}));
    EXPECT_EQ(show(page("limit=2&offset=4")),
              ok(list(all[4]), {{"Link", base + "2>; rel=\"prev\"; type=\"application/json\""}}));
    EXPECT_EQ(show(page("limit=5&count=true")), ok(all, {{"NGSILD-Results-Count", "5"}}));
    EXPECT_EQ(show(page("limit=0&count=true")), ok(json::array(), {{"NGSILD-Results-Count", "5"}}));
}

TEST(clause_6_3_10_pagination, following_the_links_visits_each_entity_once) {
    const auto client = row_of_places();
    std::string target = entities + "?type=Place&limit=2&pick=id";
    auto seen = json::array();
    for (int pages = 0; !target.empty() && pages < 5; ++pages) {
        const auto answer = client.get(target);
        for (const auto& id : ids_in(answer))
            seen.push_back(id);
        target.clear();
        for (const auto& [name, value] : answer.headers)
            if (name == "Link" && value.find("rel=\"next\"") != std::string::npos)
                target = value.substr(1, value.find('>') - 1);
    }
    EXPECT_EQ(sorted(seen), places({1, 2, 3, 4, 5}));
}

TEST(clause_6_3_13_count, a_limit_of_zero_needs_count) {
    const auto client = fresh_tenant();
    EXPECT_EQ(show(client.get(entities + "?type=Place&limit=0")),
              refused(400, "BadRequestData", "limit=0 needs count=true (6.3.13)"));
}

TEST(clause_4_12_pagination, a_limit_above_the_maximum_is_403) {
    const auto client = fresh_tenant();
    EXPECT_EQ(show(client.get(entities + "?type=Place&limit=1001")),
              refused(403, "TooManyResults", "limit is above the maximum of 1000"));
}

TEST(clause_5_7_2_query_entities, a_query_without_any_filter_is_too_wide) {
    const auto client = fresh_tenant();
    for (const auto* query : {"", "?q=createdAt>2020-01-01T00:00:00Z", "?scopeQ=/a"})
        EXPECT_EQ(show(client.get(entities + query)),
                  refused(400, "BadRequestData",
                          "too wide a query: one of type, attrs, q, georel or local=true must be "
                          "given (5.7.2.4)"));
}

TEST(clause_5_7_2_query_entities, parameters_that_cannot_be_are_400) {
    const auto client = fresh_tenant();
    EXPECT_EQ(show(client.get(entities + "?type=*&local=false")),
              refused(400, "BadRequestData", "type=* excludes local=false"));
    EXPECT_EQ(kind_of(client.get(entities + "?type=T&csf=))bad((")), "400 BadRequestData");
    EXPECT_EQ(show(client.get(entities + "?type=T&csf=name==%22x%22")), ok(json::array()));
    const json temporal = {{"timerel", "after"}, {"timeAt", "2020-01-01T00:00:00Z"}};
    EXPECT_EQ(show(client.post(batch + "/query", {{"type", "Query"},
                                                  {"entities", list(json{{"type", "T"}})},
                                                  {"temporalQ", temporal}})),
              refused(400, "BadRequestData",
                      "temporalQ is for the query of the temporal evolution (table 5.2.23-1)",
                      "/temporalQ"));
}

TEST(clause_5_2_33_entity_selector, id_takes_precedence_over_id_pattern) {
    const auto client = row_of_places();
    const json selector = {
        {"type", "Place"}, {"id", "urn:x:place:2"}, {"idPattern", "urn:x:nothing"}};
    EXPECT_EQ(
        ids_in(client.post(batch + "/query", {{"type", "Query"}, {"entities", list(selector)}})),
        places({2}));
}

TEST(clause_6_23_3_1_query_by_post, a_query_body_selects_like_the_parameters) {
    const auto client = row_of_places();
    const json wanted{
        {"type", "Query"},
        {"entities", json::array({{{"type", "Place"}}})},
        {"q", "n>1"},
        {"geoQ",
         {{"georel", "near;maxDistance==120000"}, {"geometry", "Point"}, {"coordinates", {2, 0}}}},
        {"pick", {"id", "n"}}};
    const auto place = [](int i) {
        return json{{"id", "urn:x:place:" + std::to_string(i)}, {"n", i}};
    };
    const auto answer = client.post(batch + "/query?options=simplified", wanted);
    const auto both = answer.content();
    EXPECT_TRUE(both == list(place(2), place(3)) || both == list(place(3), place(2))) << answer;
    EXPECT_EQ(show(answer), ok(both));
    EXPECT_EQ(
        show(client.post(batch + "/query?options=simplified&limit=1&offset=0&count=true", wanted)),
        ok(list(both[0]),
           {{"NGSILD-Results-Count", "2"},
            {"Link", "</ngsi-ld/v1/entityOperations/query?options=simplified&count=true"
                     "&limit=1&offset=1>" +
                         std::string(next_page)}}));
}

TEST(clause_6_23_3_1_query_by_post, a_body_that_is_no_query_is_400) {
    const auto client = fresh_tenant();
    EXPECT_EQ(kind_of(client.post(batch + "/query", {{"type", "Search"}})), "400 BadRequestData");
    EXPECT_EQ(kind_of(client.post(batch + "/query", {{"type", "Query"}, {"colour", 1}})),
              "400 BadRequestData");
}

} // namespace
} // namespace meridian::api::test
