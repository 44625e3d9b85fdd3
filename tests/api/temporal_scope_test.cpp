/// Clauses 4.19, 5.7.4.4 and C.5.16: temporal queries by scope.
#include "api/support.hpp"

namespace meridian::api::test {
namespace {

const std::string noon_to_one = "&timerel=between&timeAt=2018-08-01T12:00:00Z"
                                "&endTimeAt=2018-08-01T13:00:00Z";

std::string at(const std::string& time) {
    return "2018-08-01T" + time + ":00Z";
}

json observed(const json& value, const std::string& time) {
    return {{"type", "Property"}, {"value", value}, {"observedAt", at(time)}};
}

json vehicle(const std::string& number, const json& scopes, const json& speeds) {
    return {{"id", "urn:ngsi-ld:Vehicle:" + number},
            {"type", "Vehicle"},
            {"scope", scopes},
            {"speed", speeds}};
}

json series(const json& values) {
    return {{"type", "Property"}, {"values", values}};
}

json value(const json& of, const std::string& time) {
    return list(of, at(time));
}

/// The vehicles of C.5.16, and what they did while they were elsewhere.
http_client vehicles_of_annex_c() {
    auto client = fresh_tenant();
    const json both = list("/Madrid/Centro", "/Company123/UnitA");
    // In the order of their eids.
    for (const json& one :
         {vehicle("B9211",
                  list(observed("/Barcelona", "10:00"), observed("/Madrid/Centro", "11:00")),
                  list(observed(10, "11:30"), observed(30, "12:03"), observed(60, "12:05"),
                       observed(50, "12:07"))),
          vehicle("A8311",
                  list(observed("/Madrid/Norte", "11:00"), observed(both, "12:10"),
                       observed("/Madrid/Norte", "12:40")),
                  list(observed(20, "12:05"), observed(40, "12:12"), observed(60, "12:14"),
                       observed(50, "12:16"), observed(70, "12:40"), observed(80, "12:50"))),
          vehicle("C1",
                  list(observed("/Madrid/Centro", "11:00"), observed("/Madrid/Norte", "12:00")),
                  list(observed(90, "12:30"))),
          vehicle("D1", list(observed("/Madrid/Centro", "13:30")), list(observed(90, "12:30")))})
        EXPECT_EQ(client.post(temporal, one).status, 201U);
    return client;
}

const std::string in_centre =
    temporal + "?type=Vehicle&orderBy=id;desc&attrs=speed,scope&scopeQ=/Madrid/Centro";

TEST(clause_C_5_16_temporal_scope_queries, what_was_within_the_scope_is_given_back) {
    const auto client = vehicles_of_annex_c();
    const auto expected = list(
        json{{"id", "urn:ngsi-ld:Vehicle:B9211"},
             {"type", "Vehicle"},
             {"scope", series(list(value("/Madrid/Centro", "11:00")))},
             {"speed", series(list(value(30, "12:03"), value(60, "12:05"), value(50, "12:07")))}},
        json{{"id", "urn:ngsi-ld:Vehicle:A8311"},
             {"type", "Vehicle"},
             {"scope", series(list(value(list("/Madrid/Centro", "/Company123/UnitA"), "12:10")))},
             {"speed", series(list(value(40, "12:12"), value(60, "12:14"), value(50, "12:16")))}});
    EXPECT_EQ(show(client.get(in_centre + noon_to_one + "&format=temporalValues")), ok(expected));
}

TEST(clause_C_5_16_temporal_scope_queries, an_instance_of_the_scope_has_to_match_as_a_whole) {
    const auto client = vehicles_of_annex_c();
    const auto ids = [&](const std::string& scopes) {
        return ids_in(
            client.get(temporal + "?type=Vehicle&orderBy=id&scopeQ=" + scopes + noon_to_one));
    };
    EXPECT_EQ(ids("(/Madrid/Centro;/Company123/UnitA)"), list("urn:ngsi-ld:Vehicle:A8311"));
    EXPECT_EQ(ids("(/Madrid/Centro;/Madrid/Norte)"), json::array()) << "at different times only";
    EXPECT_EQ(ids("/Barcelona"), json::array()) << "left before noon";
    EXPECT_EQ(ids("/Madrid/Norte"), list("urn:ngsi-ld:Vehicle:A8311", "urn:ngsi-ld:Vehicle:C1"));
}

TEST(clause_C_5_16_temporal_scope_queries, last_n_and_aggregations_are_of_what_was_within) {
    const auto client = vehicles_of_annex_c();
    const auto speed_of = [&](const std::string& more) {
        const auto answer = client.get(in_centre + noon_to_one + more);
        EXPECT_EQ(answer.status, 200U) << answer;
        return answer.content().at(1)["speed"];
    };
    EXPECT_EQ(speed_of("&format=temporalValues&lastN=2"),
              series(list(value(50, "12:16"), value(60, "12:14"))));
    EXPECT_EQ(speed_of("&format=aggregatedValues&aggrMethods=avg,totalCount"),
              json({{"type", "Property"},
                    {"totalCount", list(list(3, at("12:00"), at("13:00")))},
                    {"avg", list(list(50, at("12:00"), at("13:00")))}}));
}

TEST(clause_C_5_16_temporal_scope_queries, a_scope_ends_where_it_is_deleted) {
    const auto client = fresh_tenant();
    ASSERT_EQ(client
                  .post(entities, {{"id", "urn:x:v"},
                                   {"type", "Vehicle"},
                                   {"scope", "/a"},
                                   {"speed", {{"type", "Property"}, {"value", 1}}}})
                  .status,
              201U);
    ASSERT_EQ(client.remove(entities + "/urn:x:v/attrs/scope").status, 204U);
    ASSERT_EQ(
        client.patch(entities + "/urn:x:v/attrs", {{"speed", {{"type", "Property"}, {"value", 2}}}})
            .status,
        204U);
    const auto answer = client.get(
        temporal + "?type=Vehicle&attrs=speed&scopeQ=/"
                   "a&timeproperty=modifiedAt&timerel=after&timeAt=2020-01-01T00:00:00Z");
    EXPECT_EQ(answer.status, 200U);
    const auto body = answer.content();
    ASSERT_EQ(body.size(), 1U) << answer;
    ASSERT_EQ(body[0]["speed"].size(), 1U) << answer;
    EXPECT_EQ(body[0]["speed"][0]["value"], 1);
}

TEST(clause_4_21_projection, the_scope_is_shown_beside_attributes) {
    const auto client = vehicles_of_annex_c();
    const json expected{{"scope", series(list(value("/Madrid/Centro", "13:30")))},
                        {"speed", series(list(value(90, "12:30")))}};
    const auto path = temporal + "/urn:ngsi-ld:Vehicle:D1?format=temporalValues";
    EXPECT_EQ(show(client.get(path + "&pick=speed,scope")), ok(expected));
    json whole{{"id", "urn:ngsi-ld:Vehicle:D1"}, {"type", "Vehicle"}};
    whole.update(expected);
    EXPECT_EQ(show(client.get(path + "&attrs=speed,scope")), ok(whole));
    EXPECT_EQ(show(client.get(path + "&pick=id,type,scope,speed")), ok(whole));
}

TEST(clause_C_5_16_temporal_scope_queries, csv_has_what_was_within) {
    const auto client = vehicles_of_annex_c();
    const auto answer =
        client.get(temporal + "?type=Vehicle&attrs=speed&scopeQ=/Company123/UnitA" + noon_to_one,
                   {{"Accept", "text/csv"}});
    EXPECT_EQ(answer.status, 200U) << answer;
    std::size_t lines = 0;
    for (const char c : answer.body)
        lines += c == '\n' ? 1 : 0;
    EXPECT_EQ(lines, 1U + 3) << answer;
}

} // namespace
} // namespace meridian::api::test
