#include "rendering.hpp"

#include "meridian/ngsild/discovery.hpp"

namespace meridian::ngsild {
namespace {

class discovery : public testing::Test {
protected:
    known_names dictionary;
    compacted_names names{jsonld::core_context(), dictionary};
    name_id vehicle = dictionary.learn(full("Vehicle"));
    name_id speed = dictionary.learn(full("speed"));
    name_id location = dictionary.learn("https://uri.etsi.org/ngsi-ld/location");
    std::string out;
    std::string no_context;
};

using clause_4_5_10_discovery = discovery;

TEST_F(clause_4_5_10_discovery, entity_type_list) {
    append_entity_type_list(out, "urn:l:1", {vehicle}, R"("https://e.org/c")", names);
    EXPECT_EQ(out, R"({"id":"urn:l:1","type":"EntityTypeList","typeList":["Vehicle"],)"
                   R"("@context":"https://e.org/c"})");
}

TEST_F(clause_4_5_10_discovery, detailed_entity_types) {
    append_entity_types(out, {{vehicle, {speed, location}}}, no_context, names);
    EXPECT_EQ(parsed(out), parsed(R"([{"id":"https://uri.etsi.org/ngsi-ld/default-context/Vehicle",
        "type":"EntityType","typeName":"Vehicle","attributeNames":["speed","location"]}])"));
}

TEST_F(clause_4_5_10_discovery, entity_type_information) {
    append_entity_type_info(out, vehicle, 2,
                            {{location, 2, {attribute_kind::geo_property}, {vehicle}}}, no_context,
                            names);
    EXPECT_EQ(parsed(out), parsed(R"({"id":"https://uri.etsi.org/ngsi-ld/default-context/Vehicle",
        "type":"EntityTypeInfo","typeName":"Vehicle","entityCount":2,"attributeDetails":[
        {"id":"https://uri.etsi.org/ngsi-ld/location","type":"Attribute",
         "attributeName":"location","attributeTypes":["GeoProperty"]}]})"));
}

TEST_F(clause_4_5_10_discovery, attribute_list) {
    append_attribute_list(out, "urn:l:2", {speed}, no_context, names);
    EXPECT_EQ(out, R"({"id":"urn:l:2","type":"AttributeList","attributeList":["speed"]})");
}

TEST_F(clause_4_5_10_discovery, detailed_attributes_and_one_attribute) {
    const described_attribute one{
        speed, 3, {attribute_kind::property, attribute_kind::relationship}, {vehicle}};
    append_attributes(out, {one}, no_context, names);
    EXPECT_EQ(parsed(out), parsed(R"([{"id":"https://uri.etsi.org/ngsi-ld/default-context/speed",
        "type":"Attribute","attributeName":"speed","typeNames":["Vehicle"]}])"));
    out.clear();
    append_attribute(out, one, no_context, names);
    EXPECT_EQ(parsed(out), parsed(R"({"id":"https://uri.etsi.org/ngsi-ld/default-context/speed",
        "type":"Attribute","attributeName":"speed","attributeCount":3,
        "attributeTypes":["Property","Relationship"],"typeNames":["Vehicle"]})"));
}

} // namespace
} // namespace meridian::ngsild
