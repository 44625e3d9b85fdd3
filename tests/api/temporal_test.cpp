/// Clauses 6.18, 6.19: the temporal evolution of Entities.
#include "api/support.hpp"

#include <algorithm>

namespace meridian::api::test {
namespace {

const std::string meter_path = entities + "/urn:x:meter";

std::string hour(int h) {
    return "2026-03-01T" + std::string(h < 10 ? "0" : "") + std::to_string(h) + ":00:00Z";
}

json reading(int value) {
    return {{"type", "Property"}, {"value", value}, {"observedAt", hour(value)}};
}

/// A Meter whose reading was 1 at one o'clock, 2 at two o'clock and so on.
http_client meter_with_readings(int count) {
    auto client = fresh_tenant();
    const json meter{{"id", "urn:x:meter"}, {"type", "Meter"}, {"reading", reading(1)}};
    EXPECT_EQ(client.post(entities, meter).status, 201U);
    for (int i = 2; i <= count; ++i)
        EXPECT_EQ(client.patch(meter_path + "/attrs/reading", reading(i)).status, 204U);
    return client;
}

/// The readings' values in an answer that is one Entity, in its order.
json values_in(const http_answer& answer) {
    auto out = json::array();
    const auto body = answer.content();
    if (!body.is_object() || !body.contains("reading"))
        return body;
    for (const auto& instance : body["reading"])
        out.push_back(instance["value"]);
    return out;
}

/// Instances without the instanceIds, which differ from run to run and are checked to be URIs.
json without_instance_ids(json entity) {
    for (auto& [name, member] : entity.items()) {
        if (!member.is_array())
            continue;
        for (auto& instance : member) {
            if (!instance.is_object() || !instance.contains("instanceId"))
                continue;
            EXPECT_TRUE(instance["instanceId"].get<std::string>().starts_with("urn:"));
            instance.erase("instanceId");
        }
    }
    return entity;
}

TEST(clause_6_19_3_1_temporal_retrieve, the_evolution_has_each_instance) {
    const auto client = meter_with_readings(3);
    auto answer = client.get(temporal + "/urn:x:meter");
    const auto body = without_instance_ids(answer.content());
    auto newest_first = list(reading(3), reading(2), reading(1));
    auto oldest_first = list(reading(1), reading(2), reading(3));
    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(body["id"], "urn:x:meter");
    EXPECT_EQ(body["type"], "Meter");
    EXPECT_TRUE(body["reading"] == newest_first || body["reading"] == oldest_first) << body;
}

TEST(clause_4_5_9_temporal_values, pairs_of_value_and_moment) {
    const auto client = meter_with_readings(2);
    const auto answer = client.get(temporal + "/urn:x:meter?options=temporalValues");
    const json one = list(1, hour(1));
    const json two = list(2, hour(2));
    auto expected = [](const json& values) {
        return ok({{"id", "urn:x:meter"},
                   {"type", "Meter"},
                   {"reading", {{"type", "Property"}, {"values", values}}}});
    };
    const auto shown_now = show(answer);
    EXPECT_TRUE(shown_now == expected(list(one, two)) || shown_now == expected(list(two, one)))
        << shown_now;
}

struct interval_row {
    std::string parameters;
    std::vector<int> values; ///< in ascending order
};

TEST(clause_4_11_temporal_query, timerel_and_timeproperty_choose_instances) {
    const auto client = meter_with_readings(5);
    const std::vector<interval_row> rows{
        {"", {1, 2, 3, 4, 5}},
        {"timerel=before&timeAt=" + hour(3), {1, 2}},
        {"timerel=after&timeAt=" + hour(3), {3, 4, 5}},
        {"timerel=between&timeAt=" + hour(2) + "&endTimeAt=" + hour(4), {2, 3}},
        {"timerel=after&timeAt=2020-01-01T00:00:00Z&timeproperty=createdAt", {1, 2, 3, 4, 5}},
        {"timerel=before&timeAt=2020-01-01T00:00:00Z&timeproperty=modifiedAt", {}},
        {"lastN=2", {4, 5}},
        {"lastN=2&timerel=before&timeAt=" + hour(4), {2, 3}},
    };
    for (const auto& row : rows) {
        auto values = values_in(client.get(temporal + "/urn:x:meter?" + row.parameters));
        if (values.is_object())
            values = json::array(); // no instance in the interval: the Attribute is not there
        std::sort(values.begin(), values.end());
        EXPECT_EQ(values, json(row.values)) << row.parameters;
    }
}

TEST(clause_6_18_3_2_temporal_query, entities_are_found_by_type_and_interval) {
    const auto client = meter_with_readings(2);
    const json other{{"id", "urn:x:other"}, {"type", "Other"}, {"reading", reading(9)}};
    EXPECT_EQ(client.post(entities, other).status, 201U);
    const auto found = [&](const std::string& query) {
        auto ids = ids_in(client.get(temporal + "?" + query));
        std::sort(ids.begin(), ids.end());
        return ids;
    };
    const std::string ever = "&timerel=before&timeAt=2027-01-01T00:00:00Z";
    EXPECT_EQ(found("type=Meter" + ever), list("urn:x:meter"));
    EXPECT_EQ(found("attrs=reading" + ever), list("urn:x:meter", "urn:x:other"));
    EXPECT_EQ(found("type=Meter&timerel=after&timeAt=" + hour(5)), json::array());
    EXPECT_EQ(found("type=Other&timerel=after&timeAt=" + hour(5)), list("urn:x:other"));
}

TEST(clause_6_3_13_count, a_temporal_query_is_counted_by_parameter_and_by_option) {
    const auto client = meter_with_readings(1);
    const std::string query = temporal + "?type=Meter&timerel=before&timeAt=2027-01-01T00:00:00Z";
    for (const auto* count : {"&count=true", "&options=count,temporalValues"})
        EXPECT_EQ(client.get(query + count).header("NGSILD-Results-Count"), "1") << count;
}

TEST(clause_6_3_10_temporal_pagination, too_many_instances_are_206_with_the_range) {
    meridian::test::meridian_process broker({"--max-temporal-instances=3"});
    const http_client client(broker.port());
    const json meter{{"id", "urn:x:meter"}, {"type", "Meter"}, {"reading", reading(1)}};
    ASSERT_EQ(client.post(entities, meter).status, 201U);
    for (int i = 2; i <= 5; ++i)
        ASSERT_EQ(client.patch(meter_path + "/attrs/reading", reading(i)).status, 204U);
    const auto answer = client.get(temporal + "/urn:x:meter");
    EXPECT_EQ(answer.status, 206U) << answer;
    EXPECT_EQ(answer.header("Content-Range"), "DateTime " + hour(1) + "-" + hour(3) + "/*");
    EXPECT_EQ(values_in(answer).size(), 3U) << answer;
    EXPECT_EQ(client.get(temporal + "/urn:x:meter?timerel=before&timeAt=" + hour(3)).status, 200U);
}

TEST(clause_5_7_3_temporal_retrieve, an_unknown_entity_is_404_and_a_bad_interval_400) {
    const auto client = meter_with_readings(1);
    EXPECT_EQ(kind_of(client.get(temporal + "/urn:x:none")), "404 ResourceNotFound");
    for (const auto* parameters :
         {"timerel=during&timeAt=2026-01-01T00:00:00Z", "timerel=before&timeAt=yesterday",
          "timerel=before", "timerel=between&timeAt=2026-01-01T00:00:00Z", "lastN=0", "lastN=x"})
        EXPECT_EQ(kind_of(client.get(temporal + "/urn:x:meter?" + parameters)),
                  "400 BadRequestData")
            << parameters;
}

TEST(clause_5_7_4_temporal_query, a_query_without_any_filter_is_too_wide) {
    const auto client = meter_with_readings(1);
    const std::string ever = "&timerel=after&timeAt=2020-01-01T00:00:00Z";
    for (const auto* query : {"?lastN=1", "?q=createdAt>2020-01-01T00:00:00Z", "?scopeQ=/a"})
        EXPECT_EQ(show(client.get(temporal + query + ever)),
                  refused(400, "BadRequestData",
                          "too wide a query: type, attrs, q, georel or local=true must be given "
                          "(5.7.4.4)"))
            << query;
    EXPECT_EQ(client.get(temporal + "?q=reading>0;createdAt>2020-01-01T00:00:00Z" + ever).status,
              200U);
}

TEST(clause_5_7_4_temporal_query, parameters_that_cannot_be_are_400) {
    const auto client = meter_with_readings(1);
    const std::string ever = "&timerel=after&timeAt=2020-01-01T00:00:00Z";
    EXPECT_EQ(show(client.get(temporal + "?type=*&local=false" + ever)),
              refused(400, "BadRequestData", "type=* excludes local=false"));
    EXPECT_EQ(client.get(temporal + "?type=*" + ever).status, 200U);
    EXPECT_EQ(kind_of(client.get(temporal + "?type=Meter&csf=))bad((" + ever)),
              "400 BadRequestData");
    EXPECT_EQ(client.get(temporal + "?type=Meter&csf=name==%22x%22" + ever).status, 200U);
}

/// Tables 6.4.3.2-1, 6.18.3.2-1 …: "Shall be valid URIs, "@none" for including the default
/// Attribute instances".
TEST(clause_6_18_3_2_temporal_query, dataset_ids_are_uris) {
    const auto client = meter_with_readings(1);
    const auto refusal =
        refused(400, "BadRequestData", "the datasetId 'dataset' is neither a valid URI nor @none");
    const std::string ever = "?type=Meter&timerel=after&timeAt=2020-01-01T00:00:00Z";
    for (const auto& path : {temporal + ever, temporal + "/urn:x:meter?lastN=1",
                             entities + "?type=Meter", meter_path + "?lang=en"}) {
        EXPECT_EQ(show(client.get(path + "&datasetId=@none,dataset")), refusal) << path;
        EXPECT_EQ(client.get(path + "&datasetId=@none,urn:x:dataset").status, 200U) << path;
    }
}

TEST(clause_6_24_temporal_query_by_post, what_cannot_be_is_400) {
    const auto client = meter_with_readings(1);
    const std::string path = "/ngsi-ld/v1/temporal/entityOperations/query";
    const json when{{"timerel", "after"}, {"timeAt", "2020-01-01T00:00:00Z"}};
    const json meters{{"type", "Meter"}};
    const json all{{"type", "*"}};
    json query{{"type", "Query"}, {"temporalQ", when}, {"entities", list(meters)}};
    EXPECT_EQ(client.post(path, query).status, 200U);
    query["datasetId"] = list("dataset");
    EXPECT_EQ(kind_of(client.post(path, query)), "400 BadRequestData");
    query.erase("datasetId");
    query["csf"] = "))bad((";
    EXPECT_EQ(kind_of(client.post(path, query)), "400 BadRequestData");
    query.erase("csf");
    query["entities"] = list(all);
    EXPECT_EQ(show(client.post(path + "?local=false", query)),
              refused(400, "BadRequestData", "type=* excludes local=false"));
    EXPECT_EQ(client.post(path, query).status, 200U);
}

TEST(clause_5_6_6_delete_entity, the_history_outlives_the_entity) {
    const auto client = meter_with_readings(2);
    EXPECT_EQ(client.remove(meter_path).status, 204U);
    const auto answer = client.get(temporal + "/urn:x:meter");
    EXPECT_EQ(answer.status, 200U) << answer;
}

} // namespace
} // namespace meridian::api::test
