/// Clauses 6.25 to 6.28: the types and Attributes that are there.
#include "api/support.hpp"

namespace meridian::api::test {
namespace {

http_client small_town() {
    auto client = fresh_tenant();
    const json all{
        {{"id", "urn:x:1"}, {"type", "Room"}, {"n", 1}},
        {{"id", "urn:x:2"}, {"type", "Room"}, {"n", 2}, {"inside", {{"object", "urn:x:3"}}}},
        {{"id", "urn:x:3"}, {"type", "House"}, {"n", {{"object", "urn:x:1"}}}}};
    EXPECT_EQ(client.post(batch + "/create", all).status, 201U);
    return client;
}

/// The answer without the `id` of a list, which is any URI.
std::string without_id(http_answer answer) {
    auto body = answer.content();
    if (body.is_object())
        body.erase("id");
    answer.body = body.dump();
    return show(answer);
}

TEST(clause_6_25_3_1_types, are_listed_by_name) {
    EXPECT_EQ(without_id(small_town().get("/ngsi-ld/v1/types")),
              ok({{"type", "EntityTypeList"}, {"typeList", {"House", "Room"}}}));
}

TEST(clause_6_25_3_1_types, details_name_their_attributes) {
    const json house{{"id", "https://uri.etsi.org/ngsi-ld/default-context/House"},
                     {"type", "EntityType"},
                     {"typeName", "House"},
                     {"attributeNames", {"n"}}};
    const json rooms{{"id", "https://uri.etsi.org/ngsi-ld/default-context/Room"},
                     {"type", "EntityType"},
                     {"typeName", "Room"},
                     {"attributeNames", {"inside", "n"}}};
    EXPECT_EQ(show(small_town().get("/ngsi-ld/v1/types?details=true")), ok({house, rooms}));
}

TEST(clause_6_26_3_1_type, one_is_shown_with_count_and_attribute_details) {
    const auto attribute = [](const std::string& name, const json& kinds) {
        return json{{"id", "https://uri.etsi.org/ngsi-ld/default-context/" + name},
                    {"type", "Attribute"},
                    {"attributeName", name},
                    {"attributeTypes", kinds}};
    };
    const json expected{{"id", "https://uri.etsi.org/ngsi-ld/default-context/Room"},
                        {"type", "EntityTypeInfo"},
                        {"typeName", "Room"},
                        {"entityCount", 2},
                        {"attributeDetails",
                         {attribute("inside", {"Relationship"}), attribute("n", {"Property"})}}};
    EXPECT_EQ(show(small_town().get("/ngsi-ld/v1/types/Room")), ok(expected));
}

TEST(clause_6_27_3_1_attributes, are_listed_by_name) {
    EXPECT_EQ(without_id(small_town().get("/ngsi-ld/v1/attributes")),
              ok({{"type", "AttributeList"}, {"attributeList", {"inside", "n"}}}));
}

TEST(clause_6_28_3_1_attribute, one_is_shown_with_its_kinds_and_types) {
    const json expected{{"id", "https://uri.etsi.org/ngsi-ld/default-context/n"},
                        {"type", "Attribute"},
                        {"attributeName", "n"},
                        {"attributeCount", 3},
                        {"attributeTypes", {"Property", "Relationship"}},
                        {"typeNames", {"House", "Room"}}};
    EXPECT_EQ(show(small_town().get("/ngsi-ld/v1/attributes/n")), ok(expected));
}

TEST(clause_5_7_6_discovery, what_no_entity_has_is_404) {
    const auto client = small_town();
    EXPECT_EQ(kind_of(client.get("/ngsi-ld/v1/types/Unheard")), "404 ResourceNotFound");
    EXPECT_EQ(kind_of(client.get("/ngsi-ld/v1/attributes/unheard")), "404 ResourceNotFound");
}

TEST(clause_5_7_5_discovery, a_type_without_entities_is_gone) {
    const auto client = small_town();
    EXPECT_EQ(client.remove(entities + "/urn:x:3").status, 204U);
    EXPECT_EQ(without_id(client.get("/ngsi-ld/v1/types")),
              ok({{"type", "EntityTypeList"}, {"typeList", json::array({"Room"})}}));
}

} // namespace
} // namespace meridian::api::test
