/// Clauses 6.6, 6.7: the resources entities/{entityId}/attrs/ and
/// entities/{entityId}/attrs/{attrId}.
#include "api/support.hpp"

namespace meridian::api::test {
namespace {

const std::string room_path = entities + "/urn:ngsi-ld:Room:1";

http_client tenant_with_room() {
    auto client = fresh_tenant();
    EXPECT_EQ(client.post(entities, room()).status, 201U);
    return client;
}

json room_with(const std::string& name, const json& attribute) {
    auto changed = room();
    changed[name] = attribute;
    return changed;
}

const json humidity{{"type", "Property"}, {"value", 0.6}};
const json warmer{{"type", "Property"}, {"value", 23}};

TEST(clause_6_6_3_1_append_attributes, new_ones_are_added_and_old_ones_replaced) {
    const auto client = tenant_with_room();
    const json fragment{{"humidity", humidity}, {"temperature", warmer}};
    EXPECT_EQ(show(client.post(room_path + "/attrs", fragment)), no_content());
    auto expected = room_with("humidity", humidity);
    expected["temperature"] = warmer;
    EXPECT_EQ(show(client.get(room_path)), ok(expected));
}

TEST(clause_5_4_fragments, an_id_is_that_of_the_entity) {
    const auto client = tenant_with_room();
    const json fragment{{"id", "urn:x:other"}, {"temperature", warmer}};
    EXPECT_EQ(kind_of(client.post(room_path + "/attrs", fragment)), "400 BadRequestData");
    EXPECT_EQ(kind_of(client.patch(room_path + "/attrs", fragment)), "400 BadRequestData");
    EXPECT_EQ(show(client.get(room_path)), ok(room()));
}

TEST(clause_6_6_3_1_append_attributes, no_overwrite_leaves_what_exists_and_says_so_in_207) {
    const auto client = tenant_with_room();
    const json fragment{{"humidity", humidity}, {"temperature", warmer}};
    const json result{
        {"updated", list("https://uri.etsi.org/ngsi-ld/default-context/humidity")},
        {"notUpdated",
         json::array(
             {{{"attributeName", "https://uri.etsi.org/ngsi-ld/default-context/temperature"},
               {"reason", "The Attribute exists and is not to be overwritten."}}})}};
    EXPECT_EQ(show(client.post(room_path + "/attrs?options=noOverwrite", fragment)),
              shown(207, result, {{"Content-Type", "application/json"}}));
    EXPECT_EQ(show(client.get(room_path)), ok(room_with("humidity", humidity)));
}

TEST(clause_6_6_3_1_append_attributes, an_unknown_entity_is_404) {
    const auto client = fresh_tenant();
    EXPECT_EQ(show(client.post(room_path + "/attrs", {{"humidity", humidity}})),
              refused(404, "ResourceNotFound", "the Entity 'urn:ngsi-ld:Room:1' does not exist"));
}

TEST(clause_6_6_3_2_update_attributes, attributes_are_replaced_appended_and_deleted_by_null) {
    const auto client = tenant_with_room();
    const json fragment{
        {"temperature", warmer}, {"humidity", humidity}, {"name", "urn:ngsi-ld:null"}};
    EXPECT_EQ(show(client.patch(room_path + "/attrs", fragment)), no_content());
    auto expected = room_with("humidity", humidity);
    expected["temperature"] = warmer;
    expected.erase("name");
    EXPECT_EQ(show(client.get(room_path)), ok(expected));
}

TEST(clause_6_7_3_1_partial_update, members_that_are_not_sent_stay) {
    const auto client = tenant_with_room();
    EXPECT_EQ(show(client.patch(room_path + "/attrs/temperature", {{"value", 23}})), no_content());
    auto expected = room();
    expected["temperature"]["value"] = 23;
    EXPECT_EQ(show(client.get(room_path)), ok(expected));
}

TEST(clause_6_7_3_1_partial_update, an_attribute_that_is_not_there_is_404_and_not_made) {
    const auto client = tenant_with_room();
    EXPECT_EQ(show(client.patch(room_path + "/attrs/humidity", {{"value", 23}})),
              refused(404, "ResourceNotFound",
                      "The Entity has no such Attribute instance: "
                      "https://uri.etsi.org/ngsi-ld/default-context/humidity"));
    EXPECT_EQ(show(client.get(room_path)), ok(room()));
}

TEST(clause_6_7_3_3_replace_attribute, only_what_was_sent_is_left_of_it) {
    const auto client = tenant_with_room();
    EXPECT_EQ(show(client.put(room_path + "/attrs/temperature", warmer)), no_content());
    EXPECT_EQ(show(client.get(room_path)), ok(room_with("temperature", warmer)));
}

TEST(clause_6_7_3_2_delete_attribute, it_is_gone_and_the_second_deletion_is_404) {
    const auto client = tenant_with_room();
    EXPECT_EQ(show(client.remove(room_path + "/attrs/temperature")), no_content());
    auto expected = room();
    expected.erase("temperature");
    EXPECT_EQ(show(client.get(room_path)), ok(expected));
    EXPECT_EQ(show(client.remove(room_path + "/attrs/temperature")),
              refused(404, "ResourceNotFound",
                      "The Entity has no such Attribute: "
                      "https://uri.etsi.org/ngsi-ld/default-context/temperature"));
}

TEST(clause_4_5_5_multi_attributes, data_set_ids_are_addressed_one_by_one) {
    const auto client = fresh_tenant();
    const auto speed = [](double value, const char* dataset) {
        json out{{"type", "Property"}, {"value", value}};
        if (*dataset != '\0')
            out["datasetId"] = dataset;
        return out;
    };
    const auto car = [](const json& speeds) {
        return json{{"id", "urn:x:car"}, {"type", "Car"}, {"speed", speeds}};
    };
    const auto path = entities + "/urn:x:car";
    EXPECT_EQ(
        client.post(entities, car({speed(1, ""), speed(2, "urn:d:a"), speed(3, "urn:d:b")})).status,
        201U);
    EXPECT_EQ(show(client.patch(path + "/attrs/speed", speed(5, "urn:d:a"))), no_content());
    EXPECT_EQ(show(client.get(path)),
              ok(car({speed(1, ""), speed(5, "urn:d:a"), speed(3, "urn:d:b")})));
    EXPECT_EQ(show(client.remove(path + "/attrs/speed?datasetId=urn:d:b")), no_content());
    EXPECT_EQ(show(client.get(path)), ok(car({speed(1, ""), speed(5, "urn:d:a")})));
    EXPECT_EQ(show(client.remove(path + "/attrs/speed")), no_content());
    EXPECT_EQ(show(client.get(path)), ok(car(speed(5, "urn:d:a"))));
    EXPECT_EQ(show(client.remove(path + "/attrs/speed?deleteAll=true")), no_content());
    EXPECT_EQ(show(client.get(path)), ok({{"id", "urn:x:car"}, {"type", "Car"}}));
}

} // namespace
} // namespace meridian::api::test
