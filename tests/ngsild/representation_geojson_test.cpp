#include "rendering.hpp"

namespace meridian::ngsild {
namespace {

using kind = attribute_kind;

constexpr std::string_view point = R"({"type":"Point","coordinates":[-8.5,41.2]})";

representation geojson(representation_format format = representation_format::simplified) {
    representation out;
    out.geojson = true;
    out.format = format;
    return out;
}

attribute location(std::vector<attribute_instance> instances) {
    return {"https://uri.etsi.org/ngsi-ld/location", std::move(instances)};
}

TEST(clause_4_5_16_geojson, a_feature_has_the_value_of_location_as_its_geometry) {
    rendering one;
    auto place = instance(kind::geo_property, point);
    place.observed_at = at(0);
    one.subject.attributes.push_back(location({place}));
    EXPECT_EQ(one.show(geojson(representation_format::normalized)), parsed(R"({
        "id":"urn:ngsi-ld:Vehicle:A4567","type":"Feature",
        "geometry":{"type":"Point","coordinates":[-8.5,41.2]},
        "properties":{"type":"Vehicle","location":{"type":"GeoProperty",
            "value":{"type":"Point","coordinates":[-8.5,41.2]},
            "observedAt":"2026-11-21T09:00:00Z"}}})"));
}

TEST(clause_4_5_17_simplified_geojson, properties_are_simplified) {
    rendering one;
    one.subject.attributes.push_back(location({instance(kind::geo_property, point)}));
    one.add("speed", kind::property, "55");
    EXPECT_EQ(one.show(geojson()), parsed(R"({"id":"urn:ngsi-ld:Vehicle:A4567","type":"Feature",
        "geometry":{"type":"Point","coordinates":[-8.5,41.2]},
        "properties":{"type":"Vehicle","location":{"type":"Point","coordinates":[-8.5,41.2]},
                      "speed":55}})"));
}

TEST(clause_4_5_16_1_geometry, is_null_where_the_entity_lacks_it) {
    rendering one;
    one.add("area", kind::property, "1");
    EXPECT_TRUE(one.show(geojson())["geometry"].is_null());
    auto how = geojson();
    how.geometry_attribute = one.id("area");
    EXPECT_TRUE(one.show(how)["geometry"].is_null());
    how.geometry_unknown = true;
    EXPECT_TRUE(one.show(how)["geometry"].is_null());
}

TEST(clause_4_5_16_1_geometry, of_several_instances_the_dataset_or_the_default_selects) {
    const auto other = R"({"type":"Point","coordinates":[1,2]})";
    rendering one;
    one.subject.attributes.push_back(
        location({instance(kind::geo_property, point),
                  with_dataset(instance(kind::geo_property, other), "urn:d:gps")}));
    auto how = geojson();
    EXPECT_EQ(one.show(how)["geometry"], parsed(point));
    how.geometry_dataset = "urn:d:gps";
    EXPECT_EQ(one.show(how)["geometry"], parsed(other));
    how.geometry_dataset = "urn:d:unheard";
    EXPECT_TRUE(one.show(how)["geometry"].is_null());
}

TEST(clause_4_5_16_3_feature_collection, has_one_context_and_may_be_empty) {
    rendering one;
    auto how = geojson();
    how.context_member = R"("https://e.org/c.jsonld")";
    std::string out;
    append_entities(out, {one.row()}, how, one.names(), at(10));
    EXPECT_EQ(out, R"({"type":"FeatureCollection","features":[)"
                   R"({"id":"urn:ngsi-ld:Vehicle:A4567","type":"Feature","geometry":null,)"
                   R"("properties":{"type":"Vehicle"}}],"@context":"https://e.org/c.jsonld"})");
    out.clear();
    append_entities(out, {}, geojson(), one.names(), at(10));
    EXPECT_EQ(out, R"({"type":"FeatureCollection","features":[]})");
}

} // namespace
} // namespace meridian::ngsild
