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
    meridian::test::meridian_process broker({"--max-temporal-instances=1"});
    const http_client client(broker.port());
    const json evolution = station_with(
        {{"a", list(observed(1, "2018-08-01T12:00:00Z"), observed(2, "2018-08-01T12:01:00Z"))},
         {"b", list(observed(3, "2018-08-01T13:00:00Z"))}});
    ASSERT_EQ(client.post(temporal, evolution).status, 201U);
    const auto answer = client.get(station + "?omit=id,type");
    EXPECT_EQ(answer.status, 206U) << answer;
    EXPECT_EQ(answer.header("Content-Range"),
              "DateTime 2018-08-01T12:00:00Z-2018-08-01T12:00:00Z/*");
    auto body = answer.content();
    EXPECT_EQ(body["a"].size(), 1U) << answer;
    EXPECT_EQ(body["b"], json::array()) << answer;
}

TEST(clause_5_7_4_4_order, only_the_local_scope_is_ordered_and_by_id_alone) {
    const auto client = fresh_tenant();
    for (const auto* order : {"id", "id;desc", "name", "createdAt"})
        EXPECT_EQ(kind_of(client.get(temporal + ever + "&orderBy=" + order)), "400 BadRequestData")
            << order;
    EXPECT_EQ(kind_of(client.get(temporal + ever + "&local=true&orderBy=name")),
              "400 BadRequestData");
}

} // namespace
} // namespace meridian::api::test
