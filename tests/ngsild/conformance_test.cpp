/// Clause 4.3.6.8: Entities for who knows an older version of the specification.
#include "meridian/ngsild/conformance.hpp"

#include <gtest/gtest.h>

namespace meridian::ngsild {
namespace {

struct row {
    const char* version;
    const char* entity;
    const char* amended;
};

json parsed(const char* text) {
    return json::parse(text);
}

TEST(clause_4_3_6_8_older_versions, fall_back_as_the_tables_say) {
    const std::vector<row> rows{
        {"1.8", R"({"id":"urn:a","type":"T","scope":"/a","expiresAt":"2030-01-01T00:00:00Z"})",
         R"({"id":"urn:a","type":"T","scope":"/a"})"},
        {"1.3", R"({"id":"urn:a","type":["T","U"],"scope":"/a"})",
         R"({"id":"urn:a","type":["T","U"]})"},
        {"1.0", R"({"id":"urn:a","type":["T","U"]})", R"({"id":"urn:a","type":"T"})"},
        {"1.8",
         R"({"a":{"type":"Property","value":1,"valueType":"X","expiresAt":"2030-01-01T00:00:00Z"}})",
         R"({"a":{"type":"Property","value":1}})"},
        {"1.7", R"({"a":{"type":"Relationship","object":"urn:b","objectType":"B"}})",
         R"({"a":{"type":"Relationship","object":"urn:b"}})"},
        {"1.0",
         R"({"a":{"type":"Property","value":1,"unitCode":"CEL","observedAt":"2026-01-01T00:00:00Z"}})",
         R"({"a":{"type":"Property","value":1}})"},
        {"1.3", R"({"a":{"type":"LanguageProperty","languageMap":{"en":"x"}}})",
         R"({"a":{"type":"Property","value":{"en":"x"}}})"},
        {"1.4", R"({"a":{"type":"LanguageProperty","languageMap":{"en":"x"}}})",
         R"({"a":{"type":"LanguageProperty","languageMap":{"en":"x"}}})"},
        {"1.7",
         R"({"a":{"type":"VocabProperty","vocab":"x"},"b":{"type":"JsonProperty","json":{}}})",
         R"({"a":{"type":"Property","value":"x"},"b":{"type":"Property","value":{}}})"},
        {"1.7", R"({"a":{"type":"ListProperty","valueList":[1,2]}})",
         R"({"a":{"type":"Property","value":[1,2]}})"},
        {"1.7", R"({"a":{"type":"ListRelationship","objectList":[{"object":"urn:b"}]}})",
         R"({"a":{"type":"Relationship","object":["urn:b"]}})"},
        {"1.0",
         R"({"a":[{"type":"Property","value":1,"datasetId":"urn:d"},{"type":"Property","value":2}]})",
         R"({"a":{"type":"Property","value":2}})"},
        {"1.3",
         R"({"a":[{"type":"Property","value":1,"datasetId":"urn:d"},{"type":"Property","value":2}]})",
         R"({"a":[{"type":"Property","value":1,"datasetId":"urn:d"},{"type":"Property","value":2}]})"},
        {"1.7", R"({"a":{"type":"Property","value":1,"b":{"type":"VocabProperty","vocab":"x"}}})",
         R"({"a":{"type":"Property","value":1,"b":{"type":"Property","value":"x"}}})"},
        {"1.7", R"({"a":{"vocab":"x"},"b":{"json":{"valueType":1}},"c":3})",
         R"({"a":{"value":"x"},"b":{"value":{"valueType":1}},"c":3})"},
        {"1.0", R"({"a":{"type":"Property","value":{"datasetId":1,"unitCode":2}}})",
         R"({"a":{"type":"Property","value":{"datasetId":1,"unitCode":2}}})"},
        {"1.9", R"({"scope":"/a","a":{"type":"Property","value":1,"valueType":"X"}})",
         R"({"scope":"/a","a":{"type":"Property","value":1,"valueType":"X"}})"},
    };
    for (const auto& row : rows) {
        auto entity = parsed(row.entity);
        const bool changed = amend_entity(entity, parse_version(row.version).value());
        EXPECT_EQ(entity, parsed(row.amended)) << row.version << ' ' << row.entity;
        EXPECT_EQ(changed, parsed(row.entity) != parsed(row.amended)) << row.entity;
    }
}

TEST(clause_4_3_6_8_older_versions, of_features_the_properties_fall_back) {
    auto collection = parsed(R"({"type":"FeatureCollection","features":[{"id":"urn:a",
        "type":"Feature","geometry":null,"properties":{"type":["T","U"],
        "a":{"type":"VocabProperty","vocab":"x"}}}]})");
    const auto amended = parsed(R"({"type":"FeatureCollection","features":[{"id":"urn:a",
        "type":"Feature","geometry":null,"properties":{"type":"T",
        "a":{"type":"Property","value":"x"}}}]})");
    EXPECT_TRUE(amend_feature(collection, {1, 2}));
    EXPECT_EQ(collection, amended);
    EXPECT_FALSE(amend_feature(collection, {1, 8}));
}

TEST(clause_4_3_6_8_older_versions, of_evolutions_the_instances_fall_back) {
    const std::vector<row> rows{
        {"1.2",
         R"({"id":"urn:a","type":["T","U"],"a":[{"type":"Property","value":1,"datasetId":"urn:d",
             "observedAt":"2026-01-01T00:00:00Z"},{"type":"Property","value":2}]})",
         R"({"id":"urn:a","type":"T","a":[{"type":"Property","value":1,"datasetId":"urn:d",
             "observedAt":"2026-01-01T00:00:00Z"},{"type":"Property","value":2}]})"},
        {"1.7", R"({"a":[{"type":"VocabProperty","vocab":"x","instanceId":"urn:i"}]})",
         R"({"a":[{"type":"Property","value":"x","instanceId":"urn:i"}]})"},
        {"1.7",
         R"({"a":{"type":"VocabProperty","vocabs":[[{"vocab":"x"},"t"],[{"vocab":"y"},"u"]]}})",
         R"({"a":{"type":"Property","values":[["x","t"],["y","u"]]}})"},
        {"1.7", R"({"a":{"type":"ListRelationship","objectLists":[[[{"object":"urn:b"}],"t"]]}})",
         R"({"a":{"type":"Relationship","objects":[[["urn:b"],"t"]]}})"},
        {"1.8", R"({"a":{"type":"VocabProperty","vocabs":[[{"vocab":"x"},"t"]]}})",
         R"({"a":{"type":"VocabProperty","vocabs":[[{"vocab":"x"},"t"]]}})"},
    };
    for (const auto& row : rows) {
        auto entity = parsed(row.entity);
        const bool changed = amend_temporal_entity(entity, parse_version(row.version).value());
        EXPECT_EQ(nlohmann::json(entity), nlohmann::json(parsed(row.amended))) << row.entity;
        EXPECT_EQ(changed, parsed(row.entity) != parsed(row.amended)) << row.entity;
    }
}

TEST(clause_4_3_6_8_older_versions, are_read_as_major_and_minor) {
    EXPECT_EQ(parse_version("1.5"), (specification_version{1, 5}));
    EXPECT_LT(parse_version("1.9").value(), parse_version("1.10").value());
    EXPECT_EQ(to_text(specification_version{1, 10}), "1.10");
    for (const auto* text : {"", "1", "1.", "1.x", "a.5", "1.5.1", "0.9", "1.-1"})
        EXPECT_FALSE(parse_version(text)) << text;
}

} // namespace
} // namespace meridian::ngsild
