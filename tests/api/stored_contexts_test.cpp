/// Clauses 5.13, 6.29 and 6.30: @contexts that the broker stores, lists, serves and forgets.
#include "api/support.hpp"

#include "support/cluster.hpp"
#include "support/receiver.hpp"

#include <algorithm>
#include <sstream>

namespace meridian::api::test {
namespace {

using meridian::test::meridian_process;
using meridian::test::received;
using meridian::test::receiver;
using meridian::test::reply;
using meridian::test::wait_for;

const std::string contexts = "/ngsi-ld/v1/jsonldContexts";
const std::string core = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld";
const json vocabulary{{"@context", {{"Room", "urn:v:Room"}, {"temperature", "urn:v:temperature"}}}};
const json plain_room{{"id", "urn:x:1"}, {"type", "Room"}, {"temperature", 20}};
const header_lines ld_json{{"Content-Type", "application/ld+json"}};

std::string link_to(const std::string& url) {
    return "<" + url +
           ">; rel=\"http://www.w3.org/ns/json-ld#context\"; type=\"application/ld+json\"";
}

std::string encoded(const std::string& url) {
    std::string out;
    for (const char c : url)
        out += c == ':' ? "%3A" : c == '/' ? "%2F" : std::string(1, c);
    return out;
}

/// By the Host header that the test client sends.
std::string url_of(const std::string& path) {
    return "http://localhost" + path;
}

json with_context(json entity, const json& context) {
    entity["@context"] = context;
    return entity;
}

/// Adds an @context; gives the path of its Location.
std::string hosted(const http_client& client, const json& document = vocabulary) {
    const auto answer = client.post(contexts, document);
    EXPECT_EQ(answer.status, 201U) << answer;
    EXPECT_EQ(answer.body, "");
    return answer.header("Location");
}

json details_of(const http_client& client, const std::string& path) {
    return client.get(path + "?details=true").content();
}

/// A connection string in the form that --db has.
std::string as_url(const std::string& conninfo) {
    std::istringstream words(conninfo);
    std::string url = "postgresql:///?";
    for (std::string word; words >> word;) {
        std::erase(word, '\'');
        url += (url.back() == '?' ? "" : "&") + word;
    }
    return url;
}

TEST(clause_5_13_2_add_context, is_hosted_served_and_used_without_a_call) {
    const auto client = fresh_tenant();
    auto document = vocabulary;
    document["other"] = "discarded";
    const auto path = hosted(client, document);
    EXPECT_TRUE(path.starts_with(contexts + "/urn:ngsi-ld:Context:")) << path;
    EXPECT_EQ(show(client.get(path)),
              shown(200, vocabulary, {{"Content-Type", "application/json"}}));
    EXPECT_EQ(show(client.get(path, {{"Accept", "application/ld+json"}})), ok_ld(vocabulary));
    const header_lines link{{"Link", link_to("http://gone.example.org" + path)}};
    EXPECT_EQ(client.post(entities, plain_room, link).status, 201U);
    const json expanded{{"id", "urn:x:1"}, {"type", "urn:v:Room"}, {"urn:v:temperature", 20}};
    EXPECT_EQ(show(client.get(entities + "/urn:x:1?format=simplified")), ok(expanded));
}

TEST(clause_5_13_2_add_context, that_is_not_one_is_400) {
    const auto client = fresh_tenant();
    const auto before = client.get(contexts + "?kind=Hosted").content();
    for (const auto* text :
         {R"({})", R"({"@context": 1})", R"({"@context": true})", R"({"@context": ["a", 1]})",
          R"({"@context": {"a": {"@id": "urn:a", "@context": {}}}})", R"([])"}) {
        const auto answer = client.send("POST", contexts, text);
        EXPECT_EQ(answer.status, 400U) << text << '\n' << answer;
        EXPECT_EQ(answer.header("Location"), "");
    }
    EXPECT_EQ(client.send("POST", contexts, "{").status, 400U);
    EXPECT_EQ(client.get(contexts + "?kind=Hosted").content(), before);
}

TEST(clause_5_13_3_list_contexts, tells_urls_or_details_by_kind) {
    receiver host([](const received&) { return reply{200, vocabulary.dump()}; });
    const auto client = fresh_tenant();
    const auto first = hosted(client);
    const auto second = hosted(client, json{{"@context", list(host.url("/c"))}});
    EXPECT_EQ(client.get(contexts + "?kind=Hosted").content(), list(url_of(first), url_of(second)));
    EXPECT_EQ(client.get(contexts + "?kind=ImplicitlyCreated").content(), json::array());
    EXPECT_EQ(client.get(entities + "?type=Room", {{"Link", link_to(url_of(second))}}).status,
              200U);
    const auto cached = client.get(contexts + "?kind=Cached").content();
    EXPECT_NE(std::ranges::find(cached, json(host.url("/c"))), cached.end()) << cached;
    const auto details = client.get(contexts + "?kind=Hosted&details=true").content();
    ASSERT_EQ(details.size(), 2U);
    EXPECT_EQ(details[0], (json{{"URL", url_of(first)},
                                {"localId", first.substr(contexts.size() + 1)},
                                {"kind", "Hosted"},
                                {"createdAt", details[0]["createdAt"]},
                                {"numberOfHits", 0}}));
    EXPECT_EQ(details[1]["numberOfHits"], 1);
    EXPECT_TRUE(details[1].contains("lastUsage"));
    EXPECT_EQ(kind_of(client.get(contexts + "?kind=Mine")), "400 BadRequestData");
    EXPECT_EQ(kind_of(client.get(contexts + "?details=1")), "400 BadRequestData");
}

TEST(clause_5_13_4_serve_context, of_kind_cached_shows_its_details_only) {
    receiver host([](const received&) {
        return reply{200, vocabulary.dump(), "application/ld+json",
                     "Cache-Control: max-age=60\r\n"};
    });
    const auto client = fresh_tenant();
    const auto url = host.url("/c");
    EXPECT_EQ(client.get(entities + "?type=Room", {{"Link", link_to(url)}}).status, 200U);
    const auto details = details_of(client, contexts + "/" + encoded(url));
    EXPECT_EQ(details["URL"], url);
    EXPECT_EQ(details["kind"], "Cached");
    EXPECT_TRUE(details.contains("expiresAt"));
    EXPECT_EQ(details["numberOfHits"], 1);
    EXPECT_EQ(details_of(client, contexts + "/" + url)["localId"], details["localId"]);
    const auto by_id = contexts + "/" + details["localId"].get<std::string>();
    EXPECT_EQ(details_of(client, by_id)["URL"], url);
    EXPECT_EQ(kind_of(client.get(by_id)), "422 OperationNotSupported");
    EXPECT_EQ(kind_of(client.get(contexts + "/nobody")), "404 ResourceNotFound");
    EXPECT_EQ(kind_of(client.get(contexts + "/nobody?details=true")), "404 ResourceNotFound");
    EXPECT_EQ(details_of(client, contexts + "/" + encoded(core))["kind"], "Cached");
}

TEST(clause_5_13_5_delete_context, forgets_it) {
    const auto client = fresh_tenant();
    const auto path = hosted(client);
    const header_lines link{{"Link", link_to(url_of(path))}};
    EXPECT_EQ(client.get(entities + "?type=Room", link).status, 200U);
    EXPECT_EQ(kind_of(client.remove(path + "?reload=true")), "400 BadRequestData");
    EXPECT_EQ(show(client.remove(path)), no_content());
    EXPECT_EQ(kind_of(client.get(path)), "404 ResourceNotFound");
    EXPECT_EQ(kind_of(client.remove(path)), "404 ResourceNotFound");
    EXPECT_EQ(kind_of(client.get(entities + "?type=Room", link)), "504 LdContextNotAvailable");
    EXPECT_EQ(kind_of(client.remove(contexts + "/" + encoded(core))), "400 BadRequestData");
    EXPECT_EQ(show(client.remove(contexts + "/" + encoded(core) + "?reload=true")), no_content());
}

TEST(clause_5_13_5_reload_context, replaces_what_is_cached_or_leaves_it) {
    std::atomic<int> version = 1;
    receiver host([&](const received&) {
        if (version == 3)
            return reply{500, "", "text/plain", ""};
        const json term{{"@context", {{"Room", "urn:v" + std::to_string(version) + ":Room"}}}};
        return reply{200, version == 4 ? R"({"@context": 7})" : term.dump()};
    });
    const auto client = fresh_tenant();
    const auto url = host.url("/c");
    const header_lines link{{"Link", link_to(url)}};
    const auto path = contexts + "/" + encoded(url);
    EXPECT_EQ(client.post(entities, {{"id", "urn:x:1"}, {"type", "Room"}}, link).status, 201U);
    version = 2;
    EXPECT_EQ(client.get(entities + "?type=Room", link).content().size(), 1U);
    EXPECT_EQ(show(client.remove(path + "?reload=true")), no_content());
    EXPECT_EQ(client.get(entities + "?type=Room", link).content().size(), 0U);
    for (const int broken : {3, 4}) {
        version = broken;
        EXPECT_EQ(kind_of(client.remove(path + "?reload=true")), "504 LdContextNotAvailable");
        EXPECT_EQ(details_of(client, path)["kind"], "Cached");
    }
    EXPECT_EQ(show(client.remove(path)), no_content());
    EXPECT_EQ(kind_of(client.get(path + "?details=true")), "404 ResourceNotFound");
}

TEST(clause_5_5_10_stored_contexts, belong_to_their_tenant) {
    const auto owner = fresh_tenant();
    const auto other = fresh_tenant();
    const http_client nobody(shared_broker().port());
    const auto path = hosted(owner);
    EXPECT_EQ(other.get(contexts + "?kind=Hosted").content(), json::array());
    EXPECT_EQ(kind_of(other.get(path)), "404 ResourceNotFound");
    EXPECT_EQ(kind_of(other.get(path + "?details=true")), "404 ResourceNotFound");
    EXPECT_EQ(kind_of(other.remove(path)), "404 ResourceNotFound");
    EXPECT_EQ(kind_of(nobody.remove(path)), "404 ResourceNotFound");
    EXPECT_EQ(nobody.get(path).content(), vocabulary) << "whoever follows a link";
    EXPECT_EQ(owner.get(path).status, 200U);
}

TEST(clause_5_8_1_4_subscription, with_an_inline_context_is_notified_with_a_link_to_it) {
    receiver endpoint;
    const auto client = fresh_tenant();
    const json wanted{{"id", "urn:s:1"},
                      {"type", "Subscription"},
                      {"entities", list(json{{"type", "Room"}})},
                      {"notification", {{"endpoint", {{"uri", endpoint.url()}}}}}};
    const auto inline_context = vocabulary["@context"];
    EXPECT_EQ(client.post(subscriptions, with_context(wanted, inline_context), ld_json).status,
              201U);
    auto second = wanted;
    second["id"] = "urn:s:2";
    second["isActive"] = false;
    EXPECT_EQ(client.post(subscriptions, with_context(second, inline_context), ld_json).status,
              201U);
    const auto made = client.get(contexts + "?kind=ImplicitlyCreated").content();
    ASSERT_EQ(made.size(), 1U) << "one for both";
    const auto url = made[0].get<std::string>();
    EXPECT_EQ(client.get(subscriptions + "/urn:s:1").content()["jsonldContext"], url);
    EXPECT_EQ(client.get(url.substr(url.find("/ngsi-ld"))).content(),
              (json{{"@context", list(inline_context, core)}}));
    EXPECT_EQ(client.post(entities, with_context(plain_room, inline_context), ld_json).status,
              201U);
    const auto requests = endpoint.wait_for(1);
    ASSERT_EQ(requests.size(), 1U);
    EXPECT_EQ(requests[0].headers.at("link"), link_to(url));
    EXPECT_EQ(requests[0].content()["data"][0]["type"], "Room");
}

TEST(clause_6_3_5_context, that_is_inline_in_a_posted_query_gets_a_link) {
    const auto client = fresh_tenant();
    EXPECT_EQ(
        client.post(entities, with_context(plain_room, vocabulary["@context"]), ld_json).status,
        201U);
    const json query{{"type", "Query"}, {"entities", list(json{{"type", "Room"}})}};
    const auto asked = with_context(query, vocabulary["@context"]);
    const auto answer = client.post(batch + "/query?format=simplified", asked, ld_json);
    EXPECT_EQ(answer.content(), list(plain_room));
    const auto made = client.get(contexts + "?kind=ImplicitlyCreated").content();
    ASSERT_EQ(made.size(), 1U);
    EXPECT_EQ(answer.header("Link"), link_to(made[0].get<std::string>()));
}

TEST(clause_5_13_contexts, of_one_broker_are_seen_by_others_on_the_database) {
    const auto database = as_url(meridian::test::create_migrated_database());
    meridian_process first({"--db=" + database});
    meridian_process second({"--db=" + database});
    const http_client here(first.port());
    const http_client there(second.port());
    const auto path = hosted(here);
    const header_lines link{{"Link", link_to(url_of(path))}};
    EXPECT_EQ(there.post(entities, plain_room, link).status, 201U);
    EXPECT_EQ(there.get(entities + "?type=Room", link).content().size(), 1U);
    EXPECT_TRUE(wait_for([&] { return details_of(here, path)["numberOfHits"] >= 2; }))
        << details_of(here, path);
    EXPECT_EQ(here.remove(path).status, 204U);
    EXPECT_TRUE(wait_for([&] {
        return kind_of(there.get(entities + "?type=Room", link)) == "504 LdContextNotAvailable";
    }));
}

} // namespace
} // namespace meridian::api::test
