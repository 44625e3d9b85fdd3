/// Clause 4.5.19: the aggregated temporal representation. All moments are in UTC (4.6.3), so that
/// no day has 23 or 25 hours.
#include "api/support.hpp"

#include <cmath>
#include <utility>

namespace meridian::api::test {
namespace {

const std::string station = temporal + "/urn:x:station";
const std::string entity_queries = "/ngsi-ld/v1/temporal/entityOperations/query";

json observed(const json& value, const std::string& at) {
    return {{"type", "Property"}, {"value", value}, {"observedAt", at}};
}

/// A Station whose Attribute `a` has these instances.
http_client station_with(const json& instances) {
    auto client = fresh_tenant();
    const json evolution{{"id", "urn:x:station"}, {"type", "Station"}, {"a", instances}};
    const auto answer = client.post(temporal, evolution);
    EXPECT_EQ(answer.status, 201U) << answer;
    return client;
}

std::string aggregated(const std::string& methods, const std::string& period,
                       const std::string& more = "") {
    return "?format=aggregatedValues&aggrMethods=" + methods + "&aggrPeriodDuration=" + period +
           more;
}

json station_of(const json& attribute) {
    return {{"id", "urn:x:station"}, {"type", "Station"}, {"a", attribute}};
}

std::string between(const std::string& from, const std::string& until) {
    return "&timerel=between&timeAt=" + from + "&endTimeAt=" + until;
}

json speeds() {
    return list(observed(120, "2018-08-01T12:03:00Z"), observed(100, "2018-08-01T12:04:00Z"),
                observed(80, "2018-08-01T12:07:59Z"), observed(7, "2018-08-01T13:00:00Z"));
}

TEST(clause_c_5_14_aggregated_query, periods_begin_at_time_at_and_empty_ones_are_left_out) {
    const auto client = station_with(speeds());
    const auto answer =
        client.get(temporal + aggregated("max,avg", "PT4M",
                                         "&type=Station" + between("2018-08-01T12:00:00Z",
                                                                   "2018-08-01T13:00:00Z")));
    const json first = list(120, "2018-08-01T12:00:00Z", "2018-08-01T12:04:00Z");
    EXPECT_EQ(
        show(answer),
        ok(list(station_of(
            {{"type", "Property"},
             {"avg", list(first, list(90, "2018-08-01T12:04:00Z", "2018-08-01T12:08:00Z"))},
             {"max", list(first, list(100, "2018-08-01T12:04:00Z", "2018-08-01T12:08:00Z"))}}))));
}

TEST(clause_4_5_19_1_methods, all_of_numbers_over_the_whole_range) {
    const auto client = station_with(
        list(observed(2, "2018-08-01T12:00:00Z"), observed(4, "2018-08-01T12:01:00Z"),
             observed(4.0, "2018-08-01T12:02:00Z"), observed(6, "2018-08-01T12:03:00Z")));
    const auto answer = client.get(
        station + aggregated("totalCount,distinctCount,sum,avg,min,max,stddev,sumsq", "PT0S"));
    const auto over_all = [](const json& value) {
        return list(list(value, "2018-08-01T12:00:00Z", "2018-08-01T12:03:00Z"));
    };
    EXPECT_EQ(show(answer), ok(station_of({{"type", "Property"},
                                           {"totalCount", over_all(4)},
                                           {"distinctCount", over_all(3)},
                                           {"sum", over_all(16)},
                                           {"avg", over_all(4)},
                                           {"min", over_all(2)},
                                           {"max", over_all(6)},
                                           {"stddev", over_all(std::sqrt(2.0))},
                                           {"sumsq", over_all(72)}})));
}

struct kind_row {
    json instances; ///< without observedAt
    std::string methods;
    std::string type;
    json values; ///< by method
};

json with_moments(const json& instances) {
    auto out = json::array();
    for (auto instance : instances) {
        instance["observedAt"] = "2018-08-01T12:0" + std::to_string(out.size()) + ":00Z";
        out.push_back(std::move(instance));
    }
    return out;
}

json property(const json& value) {
    return {{"type", "Property"}, {"value", value}};
}
json typed(const std::string& type, const std::string& value) {
    return {{"@type", type}, {"@value", value}};
}

TEST(clause_4_5_19_1_methods, each_kind_of_value_has_its_own) {
    const std::vector<kind_row> rows{
        {list(property("b"), property("a"), property("a")),
         "totalCount,distinctCount,min,max",
         "Property",
         {{"totalCount", 3}, {"distinctCount", 2}, {"min", "a"}, {"max", "b"}}},
        {list(property(true), property(false), property(true), property(true)),
         "distinctCount,sum,avg,min,max,sumsq",
         "Property",
         {{"distinctCount", 2}, {"sum", 3}, {"avg", 0.75}, {"min", 0}, {"max", 1}, {"sumsq", 3}}},
        {list(property(list(1, 2)), property(list("x", "y", "z", "u"))),
         "distinctCount,sum,avg,min,max",
         "Property",
         {{"distinctCount", 2}, {"sum", 6}, {"avg", 3}, {"min", 2}, {"max", 4}}},
        {list(property({{"x", 1}}), property({{"x", 1}})),
         "totalCount,distinctCount",
         "Property",
         {{"totalCount", 2}, {"distinctCount", 1}}},
        {list(property(typed("DateTime", "2018-01-01T00:00:00Z")),
              property(typed("DateTime", "2018-01-01T00:00:00.5Z"))),
         "min,max",
         "Property",
         {{"min", typed("DateTime", "2018-01-01T00:00:00Z")},
          {"max", typed("DateTime", "2018-01-01T00:00:00.5Z")}}},
        {list(property(typed("Date", "2018-02-01")), property(typed("Date", "2018-01-31"))),
         "min,max",
         "Property",
         {{"min", typed("Date", "2018-01-31")}, {"max", typed("Date", "2018-02-01")}}},
        {list(property(typed("Time", "08:00:00Z")), property(typed("Time", "09:30:00Z"))),
         "avg,min,max",
         "Property",
         {{"avg", typed("Time", "08:45:00Z")},
          {"min", typed("Time", "08:00:00Z")},
          {"max", typed("Time", "09:30:00Z")}}},
        {list(json{{"type", "Relationship"}, {"object", "urn:x:1"}},
              json{{"type", "Relationship"}, {"object", "urn:x:2"}},
              json{{"type", "Relationship"}, {"object", list("urn:x:2", "urn:x:3")}}),
         "totalCount,distinctCount",
         "Relationship",
         {{"totalCount", 3}, {"distinctCount", 3}}},
        {list(json{{"type", "GeoProperty"},
                   {"value", {{"type", "Point"}, {"coordinates", list(8.5, 50.5)}}}}),
         "totalCount,distinctCount",
         "GeoProperty",
         {{"totalCount", 1}, {"distinctCount", 1}}},
        {list(json{{"type", "ListProperty"}, {"valueList", list(1, 2, 3)}}),
         "sum,max",
         "ListProperty",
         {{"sum", 3}, {"max", 3}}},
        {list(json{{"type", "LanguageProperty"}, {"languageMap", {{"en", "yes"}}}}),
         "totalCount,distinctCount",
         "LanguageProperty",
         {{"totalCount", 1}, {"distinctCount", 1}}},
        {list(json{{"type", "VocabProperty"}, {"vocab", "good"}}),
         "totalCount,distinctCount",
         "VocabProperty",
         {{"totalCount", 1}, {"distinctCount", 1}}},
    };
    const std::string from = "2018-08-01T12:00:00Z";
    const std::string until = "2018-08-01T13:00:00Z";
    for (const auto& row : rows) {
        const auto client = station_with(with_moments(row.instances));
        json expected{{"type", row.type}};
        for (const auto& [method, value] : row.values.items())
            expected[method] = list(list(value, from, until));
        const auto answer = client.get(
            station + aggregated(row.methods, "PT0S", "&attrs=a" + between(from, until)));
        EXPECT_EQ(show(answer), ok(station_of(expected))) << row.instances;
    }
}

TEST(clause_5_7_4_4_eligibility, a_method_that_is_not_for_a_named_attribute_is_invalid) {
    const std::vector<std::pair<json, std::string>> rows{
        {property("text"), "sum"},
        {property("text"), "min,avg"},
        {property(list(1)), "stddev"},
        {property({{"x", 1}}), "max"},
        {property(typed("Date", "2018-01-31")), "avg"},
        {{{"type", "Relationship"}, {"object", "urn:x:1"}}, "max"},
        {{{"type", "VocabProperty"}, {"vocab", "good"}}, "min"},
    };
    for (const auto& [instance, methods] : rows) {
        const auto client = station_with(with_moments(list(instance)));
        const auto path = station + aggregated(methods, "PT0S");
        EXPECT_EQ(kind_of(client.get(path + "&attrs=a")), "400 InvalidRequest") << instance;
        EXPECT_EQ(client.get(path).status, 200U) << instance;
    }
    const auto client = station_with(with_moments(list(property("text"))));
    EXPECT_EQ(show(client.get(station + aggregated("sum", "PT0S"))),
              ok({{"id", "urn:x:station"}, {"type", "Station"}}));
}

TEST(clause_4_5_19_1_durations, months_and_years_follow_the_calendar) {
    const auto client = station_with(
        list(observed(1, "2024-01-31T00:00:00Z"), observed(2, "2024-02-28T23:59:59Z"),
             observed(3, "2024-02-29T00:00:00Z"), observed(4, "2024-03-30T23:59:59.999999Z"),
             observed(5, "2024-03-31T00:00:00Z"), observed(6, "2025-01-30T23:00:00Z")));
    const auto sums = [&](const std::string& period, const std::string& from) {
        auto answer =
            client.get(station + aggregated("sum", period, "&timerel=after&timeAt=" + from));
        return answer.content()["a"]["sum"];
    };
    EXPECT_EQ(sums("P1M", "2024-01-31T00:00:00Z"),
              list(list(3, "2024-01-31T00:00:00Z", "2024-02-29T00:00:00Z"),
                   list(7, "2024-02-29T00:00:00Z", "2024-03-31T00:00:00Z"),
                   list(5, "2024-03-31T00:00:00Z", "2024-04-30T00:00:00Z"),
                   list(6, "2024-12-31T00:00:00Z", "2025-01-31T00:00:00Z")));
    EXPECT_EQ(sums("P1Y", "2024-01-01T00:00:00Z"),
              list(list(15, "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"),
                   list(6, "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z")));
    EXPECT_EQ(sums("P1M1D", "2024-01-01T00:00:00Z"),
              list(list(1, "2024-01-01T00:00:00Z", "2024-02-02T00:00:00Z"),
                   list(5, "2024-02-02T00:00:00Z", "2024-03-03T00:00:00Z"),
                   list(9, "2024-03-03T00:00:00Z", "2024-04-04T00:00:00Z"),
                   list(6, "2025-01-13T00:00:00Z", "2025-02-14T00:00:00Z")));
    // The day after the 28th is the 29th in 2024.
    EXPECT_EQ(sums("P1D", "2024-02-28T00:00:00Z")[0],
              list(2, "2024-02-28T00:00:00Z", "2024-02-29T00:00:00Z"));
    EXPECT_EQ(sums("P1W", "2024-02-26T00:00:00Z")[0],
              list(5, "2024-02-26T00:00:00Z", "2024-03-04T00:00:00Z"));
}

TEST(clause_4_5_19_1_durations, without_a_lower_bound_periods_begin_with_the_first_instance) {
    auto client = fresh_tenant();
    const json evolution{{"id", "urn:x:station"},
                         {"type", "Station"},
                         {"a", list(observed(1, "2018-08-01T12:03:00Z"))},
                         {"b", list(observed(2, "2018-08-01T13:04:00Z"))}};
    EXPECT_EQ(client.post(temporal, evolution).status, 201U);
    const json first{{"type", "Property"},
                     {"sum", list(list(1, "2018-08-01T12:03:00Z", "2018-08-01T13:03:00Z"))}};
    const json second{{"type", "Property"},
                      {"sum", list(list(2, "2018-08-01T13:03:00Z", "2018-08-01T14:03:00Z"))}};
    const json expected{{"id", "urn:x:station"}, {"type", "Station"}, {"a", first}, {"b", second}};
    EXPECT_EQ(show(client.get(station + aggregated("sum", "PT1H"))), ok(expected));
    EXPECT_EQ(show(client.get(station + aggregated("sum", "PT1H",
                                                   "&timerel=before&timeAt=2019-01-01T00:00:00Z"))),
              ok(expected));
}

TEST(clause_4_5_19_1_parameters, what_is_missing_or_wrong_is_named) {
    const auto client = station_with(speeds());
    const auto refused = [&](const std::string& parameters) {
        const auto answer = client.get(station + "?" + parameters);
        const auto body = answer.content();
        return kind_of(answer) + " " + body.value("detail", "").substr(0, 11);
    };
    EXPECT_EQ(refused("format=aggregatedValues"), "400 BadRequestData aggrMethods");
    EXPECT_EQ(refused("options=aggregatedValues&aggrMethods=mean"),
              "400 BadRequestData aggrMethods");
    EXPECT_EQ(refused("options=aggregatedValues&aggrMethods=avg,"),
              "400 BadRequestData aggrMethods");
    for (const auto* wrong : {"bogus", "P", "PT", "1H", "P1H", "PT1M1H", "-PT1H", "P20000Y",
                              "2018-01-01/P1D", "P0001-00-00T00:00:00"})
        EXPECT_EQ(refused("format=aggregatedValues&aggrMethods=avg&aggrPeriodDuration=" +
                          std::string(wrong)),
                  "400 BadRequestData aggrPeriodD")
            << wrong;
    EXPECT_EQ(refused("options=aggregatedValues,temporalValues&aggrMethods=avg"),
              "400 InvalidRequest options nam");
    EXPECT_EQ(client.get(station + "?format=temporalValues&aggrMethods=sum").status, 200U);
}

TEST(clause_5_7_4_4_dataset_id, only_the_instances_of_the_named_datasets_are_aggregated) {
    auto first = observed(1, "2018-08-01T12:00:00Z");
    auto second = observed(5, "2018-08-01T12:01:00Z");
    second["datasetId"] = "urn:x:d";
    const auto client = station_with(list(first, second));
    const auto sum = [&](const std::string& datasets) {
        const auto answer =
            client.get(station + aggregated("sum", "PT1H", "&datasetId=" + datasets));
        return answer.content().value("a", json::object());
    };
    EXPECT_EQ(sum("@none")["sum"][0][0], 1);
    EXPECT_EQ(sum("urn:x:d")["sum"][0][0], 5);
    EXPECT_EQ(sum("urn:x:d,@none")["sum"][0][0], 6);
    EXPECT_EQ(sum("urn:x:none"), json::object());
}

TEST(clause_5_7_3_4_last_n, the_last_instances_are_aggregated) {
    const auto client = station_with(speeds());
    const auto answer = client.get(station + aggregated("sum", "PT4M", "&lastN=2"));
    EXPECT_EQ(
        show(answer),
        ok(station_of({{"type", "Property"},
                       {"sum", list(list(7, "2018-08-01T12:59:59Z", "2018-08-01T13:03:59Z"),
                                    list(80, "2018-08-01T12:07:59Z", "2018-08-01T12:11:59Z"))}})));
}

TEST(clause_6_3_10_temporal_pagination, too_many_periods_are_206_with_the_range) {
    meridian::test::meridian_process broker({"--max-temporal-instances=2"});
    const http_client client(broker.port());
    const json evolution{
        {"id", "urn:x:station"},
        {"type", "Station"},
        {"a", list(observed(1, "2018-08-01T00:00:00Z"), observed(2, "2018-08-01T01:00:00Z"),
                   observed(3, "2018-08-01T05:30:00Z"))},
        {"b", list(observed(9, "2018-08-01T06:00:00Z"))}};
    ASSERT_EQ(client.post(temporal, evolution).status, 201U);
    const auto answer = client.get(station + aggregated("sum", "PT1H"));
    EXPECT_EQ(answer.status, 206U) << answer;
    EXPECT_EQ(answer.header("Content-Range"),
              "DateTime 2018-08-01T00:00:00Z-2018-08-01T05:00:00Z/*");
    EXPECT_EQ(answer.content(),
              station_of({{"type", "Property"},
                          {"sum", list(list(1, "2018-08-01T00:00:00Z", "2018-08-01T01:00:00Z"),
                                       list(2, "2018-08-01T01:00:00Z", "2018-08-01T02:00:00Z"))}}));
    const auto rest = client.get(
        station + aggregated("sum", "PT1H", "&timerel=after&timeAt=2018-08-01T05:00:00Z"));
    EXPECT_EQ(rest.status, 200U) << rest;
    EXPECT_EQ(rest.content()["a"]["sum"],
              list(list(3, "2018-08-01T05:00:00Z", "2018-08-01T06:00:00Z")));
}

TEST(clause_4_5_19_1_methods, what_no_double_holds_is_refused) {
    const auto client = station_with(with_moments(list(property(1e308), property(1.5e308))));
    for (const auto* method : {"sum", "sumsq", "stddev"})
        EXPECT_EQ(kind_of(client.get(station + aggregated(method, "PT0S"))), "400 BadRequestData")
            << method;
    EXPECT_EQ(client.get(station + aggregated("max", "PT0S")).content()["a"]["max"][0][0], 1.5e308);
}

TEST(clause_4_11_temporal_query, aggregations_are_by_the_timeproperty) {
    const auto client = station_with(speeds());
    const auto count = [&](const std::string& property) {
        const auto answer = client.get(
            station +
            aggregated("totalCount", "P10000Y",
                       "&timerel=after&timeAt=2019-01-01T00:00:00Z&timeproperty=" + property));
        return answer.content().value("a", json::object());
    };
    const json all{
        {"type", "Property"},
        {"totalCount", list(list(4, "2019-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"))}};
    EXPECT_EQ(count("observedAt"), json::object());
    EXPECT_EQ(count("createdAt"), all);
    EXPECT_EQ(count("modifiedAt"), all);
    EXPECT_EQ(count("deletedAt"), json::object());
}

TEST(clause_6_24_3_1_posted_query, a_query_selects_and_aggregates) {
    const auto client = station_with(speeds());
    const json query{{"type", "Query"},
                     {"entities", list(json{{"type", "Station"}})},
                     {"attrs", list("a")},
                     {"temporalQ",
                      {{"timerel", "between"},
                       {"timeAt", "2018-08-01T12:00:00Z"},
                       {"endTimeAt", "2018-08-01T13:00:00Z"}}}};
    auto by_members = query;
    by_members["temporalQ"]["aggrMethods"] = "sum";
    by_members["temporalQ"]["aggrPeriodDuration"] = "PT30M";
    auto by_params = query;
    by_params["aggrParams"] = {{"aggrMethods", list("sum")}, {"aggrPeriodDuration", "PT30M"}};
    const auto expected = ok(list(
        station_of({{"type", "Property"},
                    {"sum", list(list(300, "2018-08-01T12:00:00Z", "2018-08-01T12:30:00Z"))}})));
    for (const auto& body : {by_members, by_params})
        EXPECT_EQ(show(client.post(entity_queries + "?format=aggregatedValues", body)), expected);
    const auto plain = client.post(entity_queries + "?format=temporalValues", query);
    EXPECT_EQ(show(plain),
              ok(list(station_of({{"type", "Property"},
                                  {"values", list(list(120, "2018-08-01T12:03:00Z"),
                                                  list(100, "2018-08-01T12:04:00Z"),
                                                  list(80, "2018-08-01T12:07:59Z"))}}))));
}

TEST(clause_6_24_3_1_posted_query, wrong_queries_are_refused) {
    const auto client = station_with(speeds());
    const json good{{"type", "Query"},
                    {"entities", list(json{{"type", "Station"}})},
                    {"temporalQ", {{"timerel", "after"}, {"timeAt", "2018-08-01T12:00:00Z"}}}};
    EXPECT_EQ(client.post(entity_queries, good).status, 200U);
    std::vector<json> wrong(7, good);
    wrong[0].erase("temporalQ");
    wrong[1]["temporalQ"]["timerel"] = "during";
    wrong[2]["temporalQ"]["lastN"] = 1.5;
    wrong[3]["unknown"] = 1;
    wrong[4]["temporalQ"]["aggrPeriodDuration"] = "bogus";
    wrong[5]["aggrParams"] = {{"aggrMethods", list("bogus")}};
    wrong[6].erase("entities"); // too wide
    for (const auto& query : wrong)
        EXPECT_EQ(kind_of(client.post(entity_queries, query)), "400 BadRequestData") << query;
}

} // namespace
} // namespace meridian::api::test
