/// Clauses 5.7.3, 5.7.4, 6.3.10: which Entities and Attributes an answer has.
#include "api/support.hpp"

namespace meridian::api::test {
namespace {

const std::string station = temporal + "/urn:x:station";
const std::string ever = "?type=Station&timerel=after&timeAt=2000-01-01T00:00:00Z";

json observed(const json& value, const std::string& at, const std::string& dataset = "") {
    json made{{"type", "Property"}, {"value", value}, {"observedAt", at}};
    if (!dataset.empty())
        made["datasetId"] = dataset;
    return made;
}

json station_with(const json& attributes) {
    json made{{"id", "urn:x:station"}, {"type", "Station"}};
    made.update(attributes);
    return made;
}

TEST(clause_5_7_3_4_retrieve, an_entity_without_what_is_asked_for_is_not_found) {
    const auto client = fresh_tenant();
    const auto at = "2018-08-01T12:00:00Z";
    ASSERT_EQ(client.post(temporal, station_with({{"a", list(observed(1, at))}})).status, 201U);
    EXPECT_EQ(kind_of(client.get(station + "?attrs=unknown")), "404 ResourceNotFound");
    EXPECT_EQ(kind_of(client.get(station + "?pick=unknown")), "404 ResourceNotFound");
    EXPECT_EQ(kind_of(client.get(station + "?omit=id,type,a")), "404 ResourceNotFound");
    EXPECT_EQ(show(client.get(station + "?pick=id")), ok({{"id", "urn:x:station"}}));
}

TEST(clause_5_7_4_4_dataset_id, instances_of_other_datasets_are_not_there) {
    const auto client = fresh_tenant();
    const json evolution =
        station_with({{"a", list(observed(1, "2018-08-01T12:00:00Z", "urn:x:d"),
                                 observed(2, "2018-08-01T12:01:00Z"))},
                      {"b", list(observed(3, "2018-08-01T12:02:00Z", "urn:x:e"))}});
    ASSERT_EQ(client.post(temporal, evolution).status, 201U);
    const auto found = [&](const std::string& more) {
        return show(client.get(temporal + ever + "&format=temporalValues" + more));
    };
    const json of_d{{"type", "Property"},
                    {"datasetId", "urn:x:d"},
                    {"values", list(list(1, "2018-08-01T12:00:00Z"))}};
    EXPECT_EQ(found("&datasetId=urn:x:d"), ok(list(station_with({{"a", of_d}}))));
    EXPECT_EQ(found("&attrs=a&datasetId=urn:x:e"), ok(json::array()));
    EXPECT_EQ(found("&datasetId=urn:x:none"), ok(json::array()));
    // lastN is of the instances that the datasetId leaves.
    EXPECT_EQ(found("&attrs=a&datasetId=urn:x:d&lastN=1"), ok(list(station_with({{"a", of_d}}))));
}

TEST(clause_6_3_10_temporal_pagination, an_attribute_of_a_later_part_is_an_empty_array) {
    meridian::test::meridian_process broker(
        {"--max-temporal-instances=2", "--temporal-range-unit=date-time"});
    const http_client client(broker.port());
    const json evolution = station_with(
        {{"a", list(observed(1, "2018-08-01T12:00:00Z"), observed(2, "2018-08-01T12:01:00Z"),
                    observed(2, "2018-08-01T12:02:00Z"))},
         {"b", list(observed(3, "2018-08-01T13:00:00Z"))}});
    ASSERT_EQ(client.post(temporal, evolution).status, 201U);
    const auto answer = client.get(station + "?omit=id,type");
    EXPECT_EQ(answer.status, 206U) << answer;
    EXPECT_EQ(answer.header("Content-Range"),
              "date-time 2018-08-01T12:00:00Z-2018-08-01T12:01:00Z/*");
    auto body = answer.content();
    EXPECT_EQ(body["a"].size(), 2U) << answer;
    EXPECT_EQ(body["b"], json::array()) << answer;
    const auto simplified = client.get(station + "?format=temporalValues&pick=a,b");
    EXPECT_EQ(simplified.status, 206U);
    EXPECT_EQ(simplified.content(),
              json({{"a",
                     {{"type", "Property"},
                      {"values",
                       list(list(1, "2018-08-01T12:00:00Z"), list(2, "2018-08-01T12:01:00Z"))}}},
                    {"b", {{"type", "Property"}, {"values", json::array()}}}}));
}

TEST(clause_5_7_4_4_order, evolutions_are_ordered_by_id_alone) {
    const auto client = fresh_tenant();
    const auto at = "2018-08-01T12:00:00Z";
    for (const auto* id : {"urn:x:b", "urn:x:d", "urn:x:a", "urn:x:c", "urn:x:e"}) {
        const json one{{"id", id}, {"type", "Station"}, {"a", list(observed(id, at))}};
        ASSERT_EQ(client.post(temporal, one).status, 201U);
    }
    const auto ordered = [&](const std::string& more) {
        return ids_in(client.get(temporal + ever + "&orderBy=" + more));
    };
    EXPECT_EQ(ordered("id"), list("urn:x:a", "urn:x:b", "urn:x:c", "urn:x:d", "urn:x:e"));
    EXPECT_EQ(ordered("id;desc&local=true&limit=2"), list("urn:x:e", "urn:x:d"));
    EXPECT_EQ(ordered("id;desc&limit=2&offset=2"), list("urn:x:c", "urn:x:b"));
    EXPECT_EQ(ordered("id;desc&offset=5"), json::array());
    EXPECT_EQ(ordered("id;desc&limit=2&q=a!=%22urn:x:d%22"), list("urn:x:e", "urn:x:c"));
    const auto counted = client.get(temporal + ever + "&orderBy=id&limit=1&count=true");
    EXPECT_EQ(counted.header("NGSILD-Results-Count"), "5");
    EXPECT_NE(show(counted).find("limit=1&offset=1>; rel=\"next\""), std::string::npos) << counted;
    for (const auto* order : {"name", "createdAt", "type", "id,name", "a.b"})
        EXPECT_EQ(kind_of(client.get(temporal + ever + "&orderBy=" + order)), "400 BadRequestData")
            << order;
}

TEST(clause_5_7_4_4_order, is_refused_where_context_sources_take_part) {
    const auto client = fresh_tenant();
    const json source{{"id", "urn:csr:1"},
                      {"type", "ContextSourceRegistration"},
                      {"endpoint", "http://127.0.0.1:9"},
                      {"operations", list("queryTemporal")},
                      {"observationInterval", {{"startAt", "2018-01-01T00:00:00Z"}}},
                      {"information", list(json{{"entities", list(json{{"type", "Station"}})}})}};
    ASSERT_EQ(client.post("/ngsi-ld/v1/csourceRegistrations", source).status, 201U);
    EXPECT_EQ(kind_of(client.get(temporal + ever + "&orderBy=id")), "400 BadRequestData");
    EXPECT_EQ(client.get(temporal + ever + "&orderBy=id&local=true").status, 200U);
}

TEST(clause_5_7_3_4_last_n, the_last_timestamps_are_those_of_the_timeproperty) {
    const auto client = fresh_tenant();
    const json evolution = station_with({{"a", list(observed(1, "2020-01-01T00:00:00Z"))}});
    ASSERT_EQ(client.post(temporal, evolution).status, 201U);
    const json late{{"a", observed(2, "2018-01-01T00:00:00Z")}};
    ASSERT_EQ(client.post(station + "/attrs", late).status, 204U);
    const auto last = [&](const std::string& more) {
        return client.get(station + "?lastN=1" + more).content()["a"][0]["value"];
    };
    EXPECT_EQ(last(""), 1);
    EXPECT_EQ(last("&timeproperty=createdAt"), 2);
    EXPECT_EQ(last("&timeproperty=modifiedAt"), 2);
}

} // namespace
} // namespace meridian::api::test
