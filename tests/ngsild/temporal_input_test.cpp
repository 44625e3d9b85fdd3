/// 5.2.20 EntityTemporal as it is read.
#include "support.hpp"

#include "meridian/ngsild/temporal_input.hpp"

namespace meridian::ngsild {
namespace {

/// The instances of the only Attribute, or what is wrong.
result<std::vector<attribute_instance>> instances(const std::string& sent) {
    const auto payload = parse_json(R"({"id":"urn:e:1","type":"T","a":[)" + sent + "]}");
    if (!payload)
        return payload.error();
    MERIDIAN_TRY(auto made, parse_temporal_entity(*payload, *jsonld::core_context()));
    return std::move(made.attributes.front().instances);
}

TEST(clause_5_2_20_entity_temporal, plain_instances_are_read_as_they_are_beside_others) {
    const std::string other = R"({"type":"Relationship","object":"urn:e:2"})";
    for (
        const std::string sent :
        {R"({"type":"Property","value":1})", R"({"value":1,"type":"Property"})",
         R"({"type":"Property","value":1.5,"observedAt":"2020-01-01T00:00:00Z"})",
         R"({"type":"Property","value":true,"unitCode":"CEL","datasetId":"urn:d:1"})",
         R"({"observedAt":"2020-01-01T00:00:00.5Z","unitCode":"","type":"Property","value":"x"})",
         R"({"type":"Property","value":"","datasetId":"@none"})", R"({"value":1})",
         R"({"type":"Property","value":[1]})", R"({"type":"Property","value":{"a":1}})",
         R"({"type":"Property","value":1,"createdAt":"2020-01-01T00:00:00Z","instanceId":"urn:i"})",
         R"({"type":"Property","value":1,"q":{"type":"Property","value":2}})",
         R"({"type":"VocabProperty","vocab":"x"})", R"({"type":"Property","value":12345678901234})",
         R"({"type":"Property","value":1,"expiresAt":"2099-01-01T00:00:00Z"})"}) {
        const auto alone = instances(sent);
        const auto beside = instances(sent + "," + other);
        ASSERT_TRUE(alone) << sent << ": " << alone.error().detail();
        ASSERT_TRUE(beside) << sent << ": " << beside.error().detail();
        EXPECT_EQ(alone->front(), beside->front()) << sent;
    }
}

TEST(clause_5_2_20_entity_temporal, what_is_wrong_with_an_instance_is_told_with_its_place) {
    for (const std::string sent :
         {R"({"type":"Property"})", R"({"type":"Property","value":null})",
          R"({"type":"Property","value":"urn:ngsi-ld:null"})", R"(1)",
          R"({"type":"Property","value":1,"observedAt":"yesterday"})",
          R"({"type":"Property","value":1,"observedAt":"urn:ngsi-ld:null"})",
          R"({"type":"Property","value":1,"unitCode":7})",
          R"({"type":"Property","value":1,"datasetId":"no uri"})",
          R"({"type":"Property","value":1,"object":"urn:e:2"})"}) {
        const auto made = instances(R"({"type":"Property","value":1},)" + sent);
        ASSERT_FALSE(made) << sent;
        EXPECT_EQ(made.error().kind(), problem_kind::bad_request_data) << sent;
        EXPECT_TRUE(made.error().pointer().starts_with("/a/1")) << sent << made.error().pointer();
    }
}

} // namespace
} // namespace meridian::ngsild
