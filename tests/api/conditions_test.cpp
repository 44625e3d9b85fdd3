/// Conditional requests (RFC 9110 13): an extension.
#include "api/support.hpp"

#include <array>
#include <future>
#include <set>

namespace meridian::api::test {
namespace {

const std::string path = entities + "/urn:ngsi-ld:Room:1";

http_client tenant_with_room() {
    auto client = fresh_tenant();
    EXPECT_EQ(client.post(entities, room()).status, 201U);
    return client;
}

std::string tag_of(const http_client& client, const std::string& target = path) {
    const auto tag = client.get(target).header("ETag");
    EXPECT_TRUE(tag.size() > 2 && tag.front() == '"' && tag.back() == '"') << tag;
    return tag;
}

TEST(conditional_requests, a_tag_is_of_a_state_and_a_representation) {
    const auto client = tenant_with_room();
    const auto tag = tag_of(client);
    EXPECT_EQ(tag_of(client), tag);
    std::set<std::string> tags{tag};
    for (const auto* query : {"?options=keyValues", "?options=sysAttrs", "?pick=temperature",
                              "?lang=de", "?format=concise"})
        EXPECT_TRUE(tags.insert(tag_of(client, path + query)).second) << query;
    const auto ld = client.get(path, {{"Accept", "application/ld+json"}});
    EXPECT_TRUE(tags.insert(ld.header("ETag")).second);
    EXPECT_EQ(client.patch(path, {{"temperature", 30}}).status, 204U);
    EXPECT_TRUE(tags.insert(tag_of(client)).second) << "another state";
}

TEST(conditional_requests, what_the_client_has_is_304) {
    const auto client = tenant_with_room();
    const auto tag = tag_of(client);
    const auto known = client.get(path, {{"If-None-Match", tag}});
    EXPECT_EQ(known.status, 304U);
    EXPECT_EQ(known.body, "");
    EXPECT_EQ(known.header("ETag"), tag);
    EXPECT_EQ(client.get(path, {{"If-None-Match", "\"a\", W/" + tag}}).status, 304U);
    EXPECT_EQ(client.get(path, {{"If-None-Match", "*"}}).status, 304U);
    EXPECT_EQ(client.get(path, {{"If-None-Match", "\"a\""}}).status, 200U);
    EXPECT_EQ(client.get(path + "?lang=de", {{"If-None-Match", tag}}).status, 200U);
    EXPECT_EQ(client.patch(path, {{"temperature", 30}}).status, 204U);
    EXPECT_EQ(client.get(path, {{"If-None-Match", tag}}).status, 200U);
}

TEST(conditional_requests, a_query_is_304_until_something_in_it_changes) {
    const auto client = tenant_with_room();
    const auto query = entities + "?type=Room&count=true";
    const auto unchanged = [&](const std::string& tag) {
        return client.get(query, {{"If-None-Match", tag}}).status == 304U;
    };
    const auto first = tag_of(client, query);
    EXPECT_TRUE(unchanged(first));
    EXPECT_EQ(client.post(entities, room("urn:ngsi-ld:Room:2")).status, 201U);
    EXPECT_FALSE(unchanged(first));
    const auto second = tag_of(client, query);
    EXPECT_TRUE(unchanged(second));
    EXPECT_EQ(client.remove(path).status, 204U);
    EXPECT_FALSE(unchanged(second));
}

struct write {
    std::string method;
    std::string target;
    json body;
};

const std::vector<write> writes{
    {"PATCH", path, {{"temperature", 30}}},
    {"PUT", path, {{"id", "urn:ngsi-ld:Room:1"}, {"type", "Room"}, {"temperature", 1}}},
    {"POST", path + "/attrs", {{"other", 1}}},
    {"PATCH", path + "/attrs", {{"temperature", {{"type", "Property"}, {"value", 2}}}}},
    {"PATCH", path + "/attrs/temperature", {{"value", 3}}},
    {"PUT", path + "/attrs/temperature", {{"type", "Property"}, {"value", 4}}},
    {"DELETE", path + "/attrs/temperature", ""},
    {"DELETE", path, ""},
};

http_answer carry_out(const http_client& client, const write& what, const header_lines& headers) {
    return client.send(what.method, what.target, what.body == "" ? "" : what.body.dump(), headers);
}

TEST(conditional_requests, a_write_of_another_state_is_412_and_changes_nothing) {
    for (const auto& what : writes) {
        const auto client = tenant_with_room();
        const auto stale = tag_of(client);
        EXPECT_EQ(client.patch(path + "/attrs/temperature", {{"value", 99}}).status, 204U);
        const auto before = stored(client, "urn:ngsi-ld:Room:1");
        const auto answer = carry_out(client, what, {{"If-Match", stale}});
        EXPECT_EQ(answer.status, 412U) << what.method << ' ' << what.target << '\n' << answer;
        EXPECT_EQ(stored(client, "urn:ngsi-ld:Room:1"), before) << what.method << what.target;
        const header_lines several{{"If-Match", stale + ", " + tag_of(client)}};
        EXPECT_EQ(carry_out(client, what, several).status, 204U) << what.method << what.target;
    }
}

TEST(conditional_requests, the_answer_to_a_write_has_the_tag_for_the_next) {
    const auto client = fresh_tenant();
    auto tag = client.post(entities, room()).header("ETag");
    for (int value = 0; value < 3; ++value) {
        const auto answer =
            client.patch(path + "/attrs/temperature", {{"value", value}}, {{"If-Match", tag}});
        EXPECT_EQ(answer.status, 204U) << answer;
        EXPECT_NE(answer.header("ETag"), tag);
        tag = answer.header("ETag");
    }
    EXPECT_EQ(client.get(path, {{"If-None-Match", tag}}).status, 200U) << "of no representation";
}

TEST(conditional_requests, the_header_is_checked) {
    const auto client = tenant_with_room();
    const auto refuse = [&](const std::string& header) {
        return client.patch(path, {{"temperature", 30}}, {{"If-Match", header}}).status;
    };
    EXPECT_EQ(refuse("abc"), 400U);
    EXPECT_EQ(refuse("\"abc"), 400U);
    EXPECT_EQ(refuse("\"abc\""), 412U);
    EXPECT_EQ(refuse("W/" + tag_of(client)), 412U) << "compared strongly";
    EXPECT_EQ(refuse("*"), 204U);
    EXPECT_EQ(client.patch(entities + "/urn:x:none", {{"a", 1}}, {{"If-Match", "*"}}).status, 404U);
}

TEST(conditional_requests, no_update_of_two_clients_is_lost) {
    const auto client = tenant_with_room();
    EXPECT_EQ(client.put(path + "/attrs/temperature", {{"value", 0}}).status, 204U);
    constexpr int additions = 20;
    // Each client reads, adds one, and writes on the condition that nobody else did meanwhile.
    const auto add = [&client] {
        for (int done = 0; done < additions;) {
            const auto seen = client.get(path + "?options=keyValues");
            const json next{{"value", seen.content()["temperature"].get<int>() + 1}};
            const auto answer = client.patch(path + "/attrs/temperature", next,
                                             {{"If-Match", seen.header("ETag")}});
            EXPECT_TRUE(answer.status == 204U || answer.status == 412U) << answer;
            done += answer.status == 204U ? 1 : 0;
            if (answer.status == 0U)
                return;
        }
    };
    auto one = std::async(std::launch::async, add);
    auto two = std::async(std::launch::async, add);
    one.get();
    two.get();
    EXPECT_EQ(client.get(path + "?options=keyValues").content()["temperature"], 2 * additions);
}

TEST(clause_6_3_6_preference, an_older_version_gets_an_amended_answer) {
    const auto client = fresh_tenant();
    const json sent{{"id", "urn:x:1"},
                    {"type", "Room"},
                    {"use", {{"type", "VocabProperty"}, {"vocab", "office"}}}};
    EXPECT_EQ(client.post(entities, sent).status, 201U);
    const auto target = entities + "/urn:x:1";
    const auto ask = [&](const std::string& where, const std::string& version) {
        return client.get(where, {{"Prefer", "body=json, ngsi-ld=" + version}});
    };
    auto amended = sent;
    amended["use"] = {{"type", "Property"}, {"value", "office"}};
    const auto older = ask(target, "1.5");
    EXPECT_EQ(older.status, 203U);
    EXPECT_EQ(older.content(), amended);
    EXPECT_EQ(older.header("Preference-Applied"), "ngsi-ld=1.5");
    const auto many = ask(entities + "?type=Room", "1.7");
    EXPECT_EQ(many.status, 203U);
    EXPECT_EQ(many.content(), list(amended));
    const auto enough = ask(target, "1.8");
    EXPECT_EQ(enough.status, 200U);
    EXPECT_EQ(enough.content(), sent);
    EXPECT_EQ(enough.header("Preference-Applied"), "ngsi-ld=1.8");
    EXPECT_EQ(ask(target, "2.0").header("Preference-Applied"), "ngsi-ld=1.9");
    EXPECT_EQ(ask(target, "new").header("Preference-Applied"), "");
    EXPECT_EQ(client.get(target).header("Preference-Applied"), "");
}

TEST(clause_6_3_6_preference, of_features_and_evolutions_too) {
    const auto client = fresh_tenant();
    const json use{{"type", "VocabProperty"}, {"vocab", "office"}};
    EXPECT_EQ(client.post(entities, {{"id", "urn:x:1"}, {"type", "Room"}, {"use", use}}).status,
              201U);
    const json older{{"type", "Property"}, {"value", "office"}};
    const auto feature = client.get(entities + "/urn:x:1", {{"Accept", "application/geo+json"},
                                                            {"Prefer", "body=json, ngsi-ld=1.5"}});
    EXPECT_EQ(feature.status, 203U);
    EXPECT_EQ(feature.content()["properties"]["use"], older);
    EXPECT_EQ(feature.header("Preference-Applied"), "ngsi-ld=1.5");
    const header_lines prefer{{"Prefer", "ngsi-ld=1.5"}};
    const auto evolution = client.get(temporal + "/urn:x:1", prefer);
    EXPECT_EQ(evolution.status, 203U);
    EXPECT_EQ(evolution.content()["use"][0]["value"], "office");
    EXPECT_EQ(evolution.content()["use"][0]["type"], "Property");
    const auto series = client.get(temporal + "/urn:x:1?format=temporalValues", prefer);
    EXPECT_EQ(series.content()["use"]["values"][0][0], "office");
    EXPECT_EQ(series.content()["use"]["type"], "Property");
}

} // namespace
} // namespace meridian::api::test
