/// Clauses 6.4, 6.5: the resources entities/ and entities/{entityId}.
#include "api/support.hpp"

namespace meridian::api::test {
namespace {

const std::string room_path = entities + "/urn:ngsi-ld:Room:1";

/// A client of a tenant that holds `room()` alone.
http_client tenant_with_room() {
    auto client = fresh_tenant();
    EXPECT_EQ(show(client.post(entities, room())),
              created("/ngsi-ld/v1/entities/urn:ngsi-ld:Room:1"));
    return client;
}

json feature_of_room() {
    auto properties = room();
    properties.erase("id");
    return {{"id", "urn:ngsi-ld:Room:1"},
            {"type", "Feature"},
            {"geometry", room()["location"]["value"]},
            {"properties", properties}};
}

TEST(clause_6_4_3_1_create_entity, answers_201_with_the_location_and_the_entity_is_there) {
    const auto client = tenant_with_room();
    EXPECT_EQ(show(client.get(room_path)), ok(room()));
}

TEST(clause_6_4_3_1_create_entity, a_location_leads_to_the_entity_whatever_its_id) {
    const auto client = fresh_tenant();
    const auto answer =
        client.post(entities, {{"id", "http://example.org/a?b=c#d"}, {"type", "T"}});
    EXPECT_EQ(show(client.get(answer.header("Location"))),
              ok({{"id", "http://example.org/a?b=c#d"}, {"type", "T"}}));
}

TEST(clause_5_6_1_create_entity, a_second_one_with_the_same_id_is_409_and_changes_nothing) {
    const auto client = tenant_with_room();
    const auto before = stored(client, "urn:ngsi-ld:Room:1");
    EXPECT_EQ(show(client.post(entities, {{"id", "urn:ngsi-ld:Room:1"}, {"type", "Other"}})),
              refused(409, "AlreadyExists", "the Entity 'urn:ngsi-ld:Room:1' already exists"));
    EXPECT_EQ(stored(client, "urn:ngsi-ld:Room:1"), before);
}

TEST(clause_5_6_1_create_entity, concise_input_is_the_same_entity) {
    const auto client = fresh_tenant();
    auto concise = room();
    for (const auto* name : {"temperature", "location", "name", "isPartOf"})
        concise[name].erase("type");
    concise["location"] = room()["location"]["value"];
    EXPECT_EQ(client.post(entities, concise).status, 201U);
    EXPECT_EQ(show(client.get(room_path)), ok(room()));
}

TEST(clause_6_5_3_1_retrieve_entity, an_unknown_id_is_404) {
    const auto client = fresh_tenant();
    EXPECT_EQ(show(client.get(entities + "/urn:x:none")),
              refused(404, "ResourceNotFound", "the Entity 'urn:x:none' does not exist"));
}

TEST(clause_6_5_3_1_retrieve_entity, an_id_that_is_no_uri_is_400) {
    const auto client = fresh_tenant();
    EXPECT_EQ(show(client.get(entities + "/none")),
              refused(400, "BadRequestData", "the id 'none' is not a valid URI"));
}

TEST(clause_4_5_4_simplified, key_values_show_values_and_objects) {
    const auto client = tenant_with_room();
    const json simplified{{"id", "urn:ngsi-ld:Room:1"},
                          {"type", "Room"},
                          {"temperature", 21.5},
                          {"location", room()["location"]["value"]},
                          {"name", {{"languageMap", {{"en", "room"}, {"de", "Zimmer"}}}}},
                          {"isPartOf", "urn:ngsi-ld:Building:1"}};
    EXPECT_EQ(show(client.get(room_path + "?options=keyValues")), ok(simplified));
    EXPECT_EQ(show(client.get(room_path + "?options=simplified")), ok(simplified));
    EXPECT_EQ(show(client.get(room_path + "?format=simplified")), ok(simplified));
    EXPECT_EQ(show(client.get(entities + "?type=Room&format=keyValues")),
              ok(json::array({simplified})));
}

TEST(clause_4_5_4_concise, attributes_have_no_type_and_plain_values_stand_alone) {
    const auto client = tenant_with_room();
    const json concise{
        {"id", "urn:ngsi-ld:Room:1"},
        {"type", "Room"},
        {"temperature",
         {{"value", 21.5}, {"unitCode", "CEL"}, {"observedAt", "2026-01-01T00:00:00Z"}}},
        {"location", room()["location"]["value"]},
        {"name", {{"languageMap", {{"en", "room"}, {"de", "Zimmer"}}}}},
        {"isPartOf", {{"object", "urn:ngsi-ld:Building:1"}}}};
    EXPECT_EQ(show(client.get(room_path + "?format=concise")), ok(concise));
    EXPECT_EQ(show(client.get(room_path + "?options=concise")), ok(concise));
}

TEST(clause_4_5_2_3_concise, a_property_whose_value_is_a_geometry_keeps_its_type) {
    const auto client = fresh_tenant();
    const json plan{
        {"id", "urn:x:1"},
        {"type", "Plan"},
        {"area", {{"type", "Property"}, {"value", {{"type", "Point"}, {"coordinates", {1, 2}}}}}}};
    EXPECT_EQ(client.post(entities, plan).status, 201U);
    EXPECT_EQ(show(client.get(entities + "/urn:x:1?format=concise")), ok(plan));
}

TEST(clause_4_5_16_geojson, an_entity_is_a_feature) {
    const auto client = tenant_with_room();
    auto expected = feature_of_room();
    expected["@context"] = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld";
    EXPECT_EQ(show(client.get(room_path, {{"Accept", "application/geo+json"}})),
              shown(200, expected, {{"Content-Type", "application/geo+json"}}));
}

TEST(clause_4_5_16_geojson, a_query_is_a_feature_collection) {
    const auto client = tenant_with_room();
    const json expected{
        {"type", "FeatureCollection"},
        {"features", json::array({feature_of_room()})},
        {"@context", "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld"}};
    EXPECT_EQ(show(client.get(entities + "?type=Room", {{"Accept", "application/geo+json"}})),
              shown(200, expected, {{"Content-Type", "application/geo+json"}}));
}

TEST(clause_6_3_11_system_attributes, sys_attrs_adds_created_at_and_modified_at_everywhere) {
    const auto client = tenant_with_room();
    auto expected = room();
    for (const auto* name : {"temperature", "location", "name", "isPartOf"})
        for (const auto* moment : {"createdAt", "modifiedAt"})
            expected[name][moment] = "then";
    expected["createdAt"] = "then";
    expected["modifiedAt"] = "then";
    EXPECT_EQ(show(client.get(room_path + "?options=sysAttrs")), ok(expected));
    EXPECT_EQ(show(client.get(entities + "?type=Room&options=sysAttrs")),
              ok(json::array({expected})));
}

TEST(clause_4_15_natural_language, lang_makes_a_property_of_a_language_property) {
    const auto client = tenant_with_room();
    auto expected = room();
    expected["name"] = {{"type", "Property"}, {"value", "Zimmer"}, {"lang", "de"}};
    EXPECT_EQ(show(client.get(room_path + "?lang=de")), ok(expected));
    EXPECT_EQ(show(client.get(entities + "?type=Room&lang=de")), ok(json::array({expected})));
}

TEST(clause_4_21_projection, attrs_pick_and_omit_choose_attributes) {
    const auto client = tenant_with_room();
    const json temperature = room()["temperature"];
    EXPECT_EQ(show(client.get(room_path + "?attrs=temperature")),
              ok({{"id", "urn:ngsi-ld:Room:1"}, {"type", "Room"}, {"temperature", temperature}}));
    EXPECT_EQ(show(client.get(room_path + "?pick=id,temperature")),
              ok({{"id", "urn:ngsi-ld:Room:1"}, {"temperature", temperature}}));
    EXPECT_EQ(show(client.get(room_path + "?omit=id,type,location,name,isPartOf")),
              ok({{"temperature", temperature}}));
}

TEST(clause_5_7_1_retrieve_entity, none_of_the_requested_attributes_is_404) {
    const auto client = tenant_with_room();
    EXPECT_EQ(show(client.get(room_path + "?attrs=pressure")),
              refused(404, "ResourceNotFound",
                      "the Entity 'urn:ngsi-ld:Room:1' has none of the requested Attributes"));
}

TEST(clause_6_3_5_jsonld, an_answer_in_ld_json_has_the_context_in_its_body) {
    const auto client = tenant_with_room();
    auto expected = room();
    expected["@context"] = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld";
    EXPECT_EQ(show(client.get(room_path, {{"Accept", "application/ld+json"}})), ok_ld(expected));
    EXPECT_EQ(show(client.get(entities + "?type=Room", {{"Accept", "application/ld+json"}})),
              ok_ld(json::array({expected})));
}

TEST(clause_6_5_3_2_replace_entity, only_what_was_sent_is_left) {
    const auto client = tenant_with_room();
    const json other{{"id", "urn:ngsi-ld:Room:1"},
                     {"type", "Room"},
                     {"colour", {{"type", "Property"}, {"value", "red"}}}};
    EXPECT_EQ(show(client.put(room_path, other)), no_content());
    EXPECT_EQ(show(client.get(room_path)), ok(other));
}

TEST(clause_6_5_3_2_replace_entity, an_unknown_entity_is_404_and_is_not_made) {
    const auto client = fresh_tenant();
    const json other{{"id", "urn:x:1"}, {"type", "Room"}};
    EXPECT_EQ(show(client.put(entities + "/urn:x:1", other)),
              refused(404, "ResourceNotFound", "the Entity 'urn:x:1' does not exist"));
    EXPECT_EQ(client.get(entities + "/urn:x:1").status, 404U);
}

TEST(clause_6_5_3_4_merge_entity, members_are_merged_deeply_and_null_deletes) {
    const auto client = tenant_with_room();
    const json patch{{"temperature", {{"value", 23}}},
                     {"name", {{"languageMap", {{"fr", "chambre"}, {"de", "urn:ngsi-ld:null"}}}}},
                     {"isPartOf", "urn:ngsi-ld:null"}};
    EXPECT_EQ(show(client.patch(room_path, patch)), no_content());
    auto expected = room();
    expected["temperature"]["value"] = 23;
    expected["name"]["languageMap"] = {{"en", "room"}, {"fr", "chambre"}};
    expected.erase("isPartOf");
    EXPECT_EQ(show(client.get(room_path)), ok(expected));
}

TEST(clause_6_5_3_3_delete_entity, it_is_gone_and_the_second_deletion_is_404) {
    const auto client = tenant_with_room();
    EXPECT_EQ(show(client.remove(room_path)), no_content());
    const auto gone =
        refused(404, "ResourceNotFound", "the Entity 'urn:ngsi-ld:Room:1' does not exist");
    EXPECT_EQ(show(client.get(room_path)), gone);
    EXPECT_EQ(show(client.remove(room_path)), gone);
}

TEST(clause_6_5_3_delete_entity, a_type_that_does_not_match_is_404_and_deletes_nothing) {
    const auto client = tenant_with_room();
    EXPECT_EQ(kind_of(client.remove(room_path + "?type=Building")), "404 ResourceNotFound");
    EXPECT_EQ(show(client.get(room_path + "?type=Room")), ok(room()));
}

TEST(clause_5_6_21_purge_entities, all_that_match_are_deleted_and_others_stay) {
    const auto client = tenant_with_room();
    EXPECT_EQ(client.post(entities, {{"id", "urn:x:2"}, {"type", "Other"}}).status, 201U);
    EXPECT_EQ(show(client.remove(entities + "?type=Room")), no_content());
    EXPECT_EQ(client.get(room_path).status, 404U);
    EXPECT_EQ(client.get(entities + "/urn:x:2").status, 200U);
}

} // namespace
} // namespace meridian::api::test
