/// Clauses 5.6.11 to 5.6.16, 6.18 to 6.22: writes of the Temporal Evolution of an Entity.
#include "api/support.hpp"

namespace meridian::api::test {
namespace {

const std::string bus = "urn:x:bus";
const std::string bus_path = temporal + "/urn:x:bus";

std::string at(int hour) {
    return "2020-09-01T1" + std::to_string(hour) + ":00:00Z";
}

json speed(int value, int hour) {
    return {{"type", "Property"}, {"value", value}, {"observedAt", at(hour)}};
}

json evolution_of_bus() {
    return {{"id", bus}, {"type", "Bus"}, {"speed", list(speed(20, 1), speed(30, 2))}};
}

/// The evolution as it is shown, without its instanceIds.
std::string evolution(const http_client& client, const std::string& query = "") {
    const auto answer = client.get(bus_path + query);
    if (answer.status != 200)
        return show(answer);
    auto body = answer.content();
    for (auto& [name, member] : body.items())
        if (member.is_array())
            for (auto& instance : member)
                if (instance.is_object())
                    instance.erase("instanceId");
    return body.dump();
}

std::string instance_id(const http_client& client, const std::string& attribute,
                        std::size_t index) {
    return client.get(bus_path).content()[attribute][index]["instanceId"].get<std::string>();
}

std::string unknown_bus() {
    return refused(404, "ResourceNotFound", "the Temporal Evolution of 'urn:x:bus' does not exist");
}

TEST(clause_5_6_11_upsert_temporal_evolution, a_new_one_is_created_and_can_be_read) {
    const auto client = fresh_tenant();
    EXPECT_EQ(show(client.post(temporal, evolution_of_bus())), created(bus_path));
    EXPECT_EQ(evolution(client), evolution_of_bus().dump());
}

TEST(clause_5_6_11_upsert_temporal_evolution, the_current_state_is_not_touched) {
    const auto client = fresh_tenant();
    EXPECT_EQ(client.post(temporal, evolution_of_bus()).status, 201U);
    EXPECT_EQ(kind_of(client.get(entities + "/urn:x:bus")), "404 ResourceNotFound");
    const json now{{"id", bus}, {"type", "Bus"}, {"speed", {{"type", "Property"}, {"value", 1}}}};
    EXPECT_EQ(client.post(entities, now).status, 201U);
    EXPECT_EQ(client.post(temporal, evolution_of_bus()).status, 204U);
    EXPECT_EQ(show(client.get(entities + "/urn:x:bus")), ok(now));
}

TEST(clause_5_6_11_upsert_temporal_evolution, instances_and_types_are_added_to_a_known_one) {
    const auto client = fresh_tenant();
    EXPECT_EQ(client.post(temporal, evolution_of_bus()).status, 201U);
    const json more{{"id", bus},
                    {"type", "Vehicle"},
                    {"speed", list(speed(40, 3))},
                    {"line", {{"type", "Property"}, {"value", "7"}, {"observedAt", at(3)}}}};
    EXPECT_EQ(show(client.post(temporal, more)), no_content());
    const auto body = json::parse(evolution(client));
    EXPECT_TRUE(body["type"] == list("Bus", "Vehicle") || body["type"] == list("Vehicle", "Bus"));
    EXPECT_EQ(body["speed"], list(speed(20, 1), speed(30, 2), speed(40, 3)));
    EXPECT_EQ(body["line"], list(more["line"]));
}

TEST(clause_5_6_11_upsert_temporal_evolution, every_kind_of_attribute_comes_back) {
    const auto client = fresh_tenant();
    const auto instance = [](const char* type, const char* member, const json& value) {
        return list(json{{"type", type}, {member, value}, {"observedAt", at(1)}});
    };
    const json all{
        {"id", bus},
        {"type", "Bus"},
        {"a", instance("Property", "value", {{"deep", list(1, 2)}})},
        {"b", instance("Relationship", "object", "urn:x:line:7")},
        {"c",
         instance("GeoProperty", "value", {{"type", "Point"}, {"coordinates", list(8.5, 50.25)}})},
        {"d", instance("LanguageProperty", "languageMap", {{"en", "yes"}, {"fr", "oui"}})},
        {"e", instance("VocabProperty", "vocab", "parked")},
        {"f", instance("JsonProperty", "json", {{"@raw", true}})},
        {"g", instance("ListProperty", "valueList", list(1, 2, 3))},
        {"h", instance("ListRelationship", "objectList", list(json{{"object", "urn:x:stop:1"}}))}};
    EXPECT_EQ(client.post(temporal, all).status, 201U);
    // Attributes have no order, instances have one.
    EXPECT_EQ(nlohmann::json::parse(evolution(client)), nlohmann::json::parse(all.dump()));
}

TEST(clause_4_5_9_simplified_temporal_input, pairs_become_instances) {
    const auto client = fresh_tenant();
    const json pairs{
        {"id", bus},
        {"type", "Bus"},
        {"speed", {{"type", "Property"}, {"values", list(list(20, at(1)), list(30, at(2)))}}},
        {"says",
         {{"type", "LanguageProperty"},
          {"languageMaps", list(list(json{{"languageMap", {{"en", "hi"}}}}, at(1)))}}}};
    EXPECT_EQ(show(client.post(temporal, pairs)), created(bus_path));
    const auto body = json::parse(evolution(client));
    EXPECT_EQ(body["speed"], list(speed(20, 1), speed(30, 2)));
    EXPECT_EQ(body["says"], list(json{{"type", "LanguageProperty"},
                                      {"languageMap", {{"en", "hi"}}},
                                      {"observedAt", at(1)}}));
}

TEST(clause_4_5_6_temporal_scope, a_scope_is_recorded_as_a_property) {
    const auto client = fresh_tenant();
    auto scoped = evolution_of_bus();
    scoped["scope"] = list(
        json{{"type", "Property"}, {"value", "/Madrid"}, {"observedAt", at(1)}},
        json{{"type", "Property"}, {"value", list("/Madrid", "/Fleet")}, {"observedAt", at(2)}});
    EXPECT_EQ(client.post(temporal, scoped).status, 201U);
    EXPECT_EQ(json::parse(evolution(client))["scope"], scoped["scope"]);
}

struct bad_evolution {
    json payload;
    std::string type;
    std::string pointer;
};

TEST(clause_5_6_11_upsert_temporal_evolution, what_is_no_entity_temporal_is_refused) {
    const auto client = fresh_tenant();
    const auto with = [](const char* name, const json& value) {
        auto made = evolution_of_bus();
        made[name] = value;
        return made;
    };
    auto no_id = evolution_of_bus();
    no_id.erase("id");
    auto no_type = evolution_of_bus();
    no_type.erase("type");
    const std::vector<bad_evolution> rows{
        {no_id, "BadRequestData", ""},
        {no_type, "BadRequestData", ""},
        {with("id", "no uri"), "BadRequestData", "/id"},
        {with("speed", 7), "BadRequestData", "/speed"},
        {with("speed", json::array()), "BadRequestData", "/speed"},
        {with("speed", list(speed(1, 1), 7)), "BadRequestData", "/speed/1"},
        {with("speed", list(json{{"type", "Property"}, {"value", 1}, {"observedAt", "noon"}})),
         "BadRequestData", "/speed/0/observedAt"},
        {with("speed", {{"type", "Property"}, {"values", list(list(1))}}), "BadRequestData",
         "/speed/values/0"},
        {with("scope", list(json{{"type", "Property"}, {"value", "no scope!"}})), "BadRequestData",
         "/scope/0/value"},
    };
    for (const auto& row : rows) {
        const auto answer = client.post(temporal, row.payload);
        EXPECT_EQ(kind_of(answer), "400 " + row.type) << row.payload;
        EXPECT_EQ(answer.content().value("pointer", ""), row.pointer) << row.payload;
    }
    EXPECT_EQ(kind_of(client.get(bus_path)), "404 ResourceNotFound");
}

TEST(clause_5_6_12_add_attributes, instances_are_added) {
    const auto client = fresh_tenant();
    EXPECT_EQ(client.post(temporal, evolution_of_bus()).status, 201U);
    const json fragment{{"speed", list(speed(40, 3))}, {"fuel", list(speed(99, 3))}};
    EXPECT_EQ(show(client.post(bus_path + "/attrs", fragment)), no_content());
    const auto body = json::parse(evolution(client));
    EXPECT_EQ(body["speed"], list(speed(20, 1), speed(30, 2), speed(40, 3)));
    EXPECT_EQ(body["fuel"], list(speed(99, 3)));
}

TEST(clause_5_6_12_add_attributes, an_unknown_evolution_is_not_found) {
    const auto client = fresh_tenant();
    EXPECT_EQ(client.post(entities, room()).status, 201U);
    const json known{{"speed", list(speed(40, 3))}};
    const json unknown{{"neverSeenBefore", list(speed(40, 3))}};
    for (const auto& fragment : {known, unknown})
        EXPECT_EQ(show(client.post(bus_path + "/attrs", fragment)),
                  refused(404, "ResourceNotFound", "the Entity 'urn:x:bus' does not exist"));
}

TEST(clause_5_6_5_delete_attribute, of_what_was_only_recorded_the_deletion_is_recorded) {
    const auto client = fresh_tenant();
    auto many = evolution_of_bus();
    many["speed"].push_back(json{
        {"type", "Property"}, {"value", 50}, {"datasetId", "urn:x:radar"}, {"observedAt", at(3)}});
    many["line"] = list(json{{"type", "Relationship"}, {"object", "urn:x:7"}});
    many["scope"] = "/Madrid";
    EXPECT_EQ(client.post(temporal, many).status, 201U);
    const auto attributes = entities + "/" + bus + "/attrs";
    const auto deletions = [&](const std::string& attribute) {
        auto found = client.get(bus_path + "?timeproperty=deletedAt&attrs=" + attribute)
                         .content()[attribute];
        for (auto& one : found) {
            EXPECT_TRUE(one.contains("deletedAt")) << one;
            one.erase("deletedAt");
            one.erase("instanceId");
        }
        return found;
    };
    const json gone{{"type", "Property"}, {"value", "urn:ngsi-ld:null"}};
    auto radar_gone = gone;
    radar_gone["datasetId"] = "urn:x:radar";
    EXPECT_EQ(show(client.remove(attributes + "/speed")), no_content());
    EXPECT_EQ(deletions("speed"), list(gone));
    EXPECT_EQ(kind_of(client.remove(attributes + "/speed")), "404 ResourceNotFound");
    EXPECT_EQ(show(client.remove(attributes + "/speed?deleteAll=true")), no_content());
    EXPECT_EQ(deletions("speed"), list(gone, radar_gone));
    EXPECT_EQ(show(client.remove(attributes + "/line")), no_content());
    EXPECT_EQ(deletions("line"),
              list(json{{"type", "Relationship"}, {"object", "urn:ngsi-ld:null"}}));
    EXPECT_EQ(show(client.remove(attributes + "/scope")), no_content());
    EXPECT_EQ(client.get(bus_path + "?timeproperty=deletedAt").content()["scope"].size(), 1U);
    for (const auto* unknown : {"/fuel", "/neverSeenBefore", "/speed?datasetId=urn:x:none"})
        EXPECT_EQ(kind_of(client.remove(attributes + unknown)), "404 ResourceNotFound") << unknown;
    // What is sent later is there again, and can be deleted again.
    EXPECT_EQ(client.post(bus_path + "/attrs", {{"speed", list(speed(60, 4))}}).status, 204U);
    EXPECT_EQ(show(client.remove(attributes + "/speed")), no_content());
    EXPECT_EQ(kind_of(client.get(entities + "/" + bus)), "404 ResourceNotFound");
}

TEST(clause_5_6_5_delete_attribute, of_an_entity_that_was_deleted_nothing_is_recorded) {
    const auto client = fresh_tenant();
    const json now{{"id", bus}, {"type", "Bus"}, {"speed", speed(1, 1)}};
    EXPECT_EQ(client.post(entities, now).status, 201U);
    EXPECT_EQ(client.remove(entities + "/" + bus).status, 204U);
    const auto before = evolution(client);
    EXPECT_EQ(kind_of(client.remove(entities + "/" + bus + "/attrs/speed")),
              "404 ResourceNotFound");
    EXPECT_EQ(evolution(client), before);
}

TEST(clause_5_6_13_delete_attribute, the_default_instances_those_of_a_dataset_or_all_go) {
    const auto client = fresh_tenant();
    auto many = evolution_of_bus();
    const json other{
        {"type", "Property"}, {"value", 50}, {"datasetId", "urn:x:radar"}, {"observedAt", at(3)}};
    many["speed"] = list(speed(20, 1), other);
    EXPECT_EQ(client.post(temporal, many).status, 201U);
    EXPECT_EQ(show(client.remove(bus_path + "/attrs/speed")), no_content());
    EXPECT_EQ(json::parse(evolution(client))["speed"], list(other));
    EXPECT_EQ(kind_of(client.remove(bus_path + "/attrs/speed")), "404 ResourceNotFound");
    EXPECT_EQ(kind_of(client.remove(bus_path + "/attrs/speed?datasetId=urn:x:none")),
              "404 ResourceNotFound");
    EXPECT_EQ(client.post(bus_path + "/attrs", {{"speed", list(speed(20, 1))}}).status, 204U);
    EXPECT_EQ(show(client.remove(bus_path + "/attrs/speed?datasetId=urn:x:radar")), no_content());
    EXPECT_EQ(json::parse(evolution(client))["speed"], list(speed(20, 1)));
    EXPECT_EQ(show(client.remove(bus_path + "/attrs/speed?deleteAll=true")), no_content());
    EXPECT_EQ(kind_of(client.get(bus_path)), "404 ResourceNotFound");
}

TEST(clause_5_6_14_modify_instance, it_is_replaced_and_keeps_its_instance_id) {
    const auto client = fresh_tenant();
    EXPECT_EQ(client.post(temporal, evolution_of_bus()).status, 201U);
    const auto id = instance_id(client, "speed", 0);
    EXPECT_EQ(show(client.patch(bus_path + "/attrs/speed/" + id, speed(25, 5))), no_content());
    EXPECT_EQ(json::parse(evolution(client))["speed"], list(speed(30, 2), speed(25, 5)));
    EXPECT_EQ(instance_id(client, "speed", 1), id);
    const json fragment{{"speed", list(speed(26, 0))}};
    EXPECT_EQ(show(client.patch(bus_path + "/attrs/speed/" + id, fragment)), no_content());
    EXPECT_EQ(json::parse(evolution(client))["speed"], list(speed(26, 0), speed(30, 2)));
    EXPECT_EQ(instance_id(client, "speed", 0), id);
}

TEST(clause_5_6_14_modify_instance, created_at_stays_and_modified_at_moves) {
    const auto client = fresh_tenant();
    EXPECT_EQ(client.post(temporal, evolution_of_bus()).status, 201U);
    const auto before = client.get(bus_path + "?options=sysAttrs").content()["speed"][0];
    const auto id = before["instanceId"].get<std::string>();
    EXPECT_EQ(client.patch(bus_path + "/attrs/speed/" + id, speed(25, 1)).status, 204U);
    const auto after = client.get(bus_path + "?options=sysAttrs").content()["speed"][0];
    EXPECT_EQ(after["createdAt"], before["createdAt"]);
    EXPECT_GT(after["modifiedAt"], before["modifiedAt"]);
    EXPECT_EQ(after["value"], 25);
}

TEST(clause_5_6_14_modify_instance, what_is_not_there_is_not_found_and_bad_ids_are_refused) {
    const auto client = fresh_tenant();
    EXPECT_EQ(client.post(temporal, evolution_of_bus()).status, 201U);
    const auto id = instance_id(client, "speed", 0);
    const auto change = [&](const std::string& path) {
        return kind_of(client.patch(path, speed(25, 1)));
    };
    EXPECT_EQ(change(bus_path + "/attrs/speed/urn:x:none"), "404 ResourceNotFound");
    EXPECT_EQ(change(bus_path + "/attrs/fuel/" + id), "404 ResourceNotFound");
    EXPECT_EQ(change(temporal + "/urn:x:other/attrs/speed/" + id), "404 ResourceNotFound");
    EXPECT_EQ(change(bus_path + "/attrs/speed/nouri"), "400 BadRequestData");
    EXPECT_EQ(change(temporal + "/nouri/attrs/speed/" + id), "400 BadRequestData");
    const json two{{"speed", list(speed(1, 1), speed(2, 2))}};
    EXPECT_EQ(kind_of(client.patch(bus_path + "/attrs/speed/" + id, two)), "400 BadRequestData");
    EXPECT_EQ(evolution(client), evolution_of_bus().dump());
}

/// "including only the new Attribute instance, contained by an Array of exactly one item".
TEST(clause_5_6_14_modify_instance, a_fragment_without_just_that_instance_is_refused) {
    const auto client = fresh_tenant();
    EXPECT_EQ(client.post(temporal, evolution_of_bus()).status, 201U);
    const auto path = bus_path + "/attrs/speed/" + instance_id(client, "speed", 0);
    const json fuel = list(speed(1, 1));
    const std::vector<json> fragments{
        json::object(),
        {{"unitCode", "KMH"}},
        {{"fuel", fuel}},
        {{"speed", list(speed(1, 1))}, {"fuel", fuel}},
        {{"speed", list(speed(1, 1))}, {"scope", "/a"}},
        {{"speed", json::array()}},
        {{"id", bus}, {"type", "Bus"}},
        {{"id", "urn:x:tram"}, {"speed", list(speed(1, 1))}},
    };
    for (const auto& fragment : fragments)
        EXPECT_EQ(kind_of(client.patch(path, fragment)), "400 BadRequestData") << fragment;
    EXPECT_EQ(evolution(client), evolution_of_bus().dump());
    // Within an instance by itself, the same name is that of an Attribute of the Attribute.
    auto nested = speed(25, 1);
    nested["speed"] = {{"type", "Property"}, {"value", 1}};
    EXPECT_EQ(show(client.patch(path, nested)), no_content());
    EXPECT_EQ(json::parse(evolution(client))["speed"], list(nested, speed(30, 2)));
}

TEST(clause_5_4_fragments, an_id_is_that_of_the_target) {
    const auto client = fresh_tenant();
    EXPECT_EQ(client.post(temporal, evolution_of_bus()).status, 201U);
    json fragment{{"id", "urn:x:tram"}, {"speed", list(speed(1, 1))}};
    EXPECT_EQ(kind_of(client.post(bus_path + "/attrs", fragment)), "400 BadRequestData");
    EXPECT_EQ(evolution(client), evolution_of_bus().dump());
    fragment["id"] = bus;
    EXPECT_EQ(show(client.post(bus_path + "/attrs", fragment)), no_content());
}

TEST(clause_4_5_6_scope, its_instances_have_temporal_properties_alone) {
    const auto client = fresh_tenant();
    EXPECT_EQ(client.post(temporal, evolution_of_bus()).status, 201U);
    for (const auto* member : {"unitCode", "datasetId", "fuel"}) {
        json scope{{"type", "Property"}, {"value", "/a"}, {"observedAt", at(1)}};
        scope[member] = "urn:x:1";
        EXPECT_EQ(kind_of(client.post(bus_path + "/attrs", {{"scope", list(scope)}})),
                  "400 BadRequestData")
            << member;
    }
    const json other{{"type", "GeoProperty"}, {"value", "/a"}};
    EXPECT_EQ(kind_of(client.post(bus_path + "/attrs", {{"scope", list(other)}})),
              "400 BadRequestData");
    EXPECT_EQ(evolution(client), evolution_of_bus().dump());
}

TEST(clause_5_6_15_delete_instance, one_instance_goes) {
    const auto client = fresh_tenant();
    EXPECT_EQ(client.post(temporal, evolution_of_bus()).status, 201U);
    const auto id = instance_id(client, "speed", 0);
    EXPECT_EQ(show(client.remove(bus_path + "/attrs/speed/" + id)), no_content());
    EXPECT_EQ(json::parse(evolution(client))["speed"], list(speed(30, 2)));
    EXPECT_EQ(kind_of(client.remove(bus_path + "/attrs/speed/" + id)), "404 ResourceNotFound");
}

TEST(clause_5_6_16_delete_evolution, all_that_is_known_goes) {
    const auto client = fresh_tenant();
    EXPECT_EQ(client.post(temporal, evolution_of_bus()).status, 201U);
    EXPECT_EQ(show(client.remove(bus_path)), no_content());
    EXPECT_EQ(kind_of(client.get(bus_path)), "404 ResourceNotFound");
    EXPECT_EQ(show(client.remove(bus_path)), unknown_bus());
    EXPECT_EQ(show(client.post(temporal, evolution_of_bus())), created(bus_path));
}

TEST(clause_5_6_16_delete_evolution, a_living_entity_stays_and_its_evolution_begins_anew) {
    const auto client = fresh_tenant();
    const json now{{"id", bus}, {"type", "Bus"}, {"speed", speed(1, 1)}};
    EXPECT_EQ(client.post(entities, now).status, 201U);
    EXPECT_EQ(show(client.remove(bus_path)), no_content());
    EXPECT_EQ(kind_of(client.get(bus_path)), "404 ResourceNotFound");
    EXPECT_EQ(show(client.get(entities + "/urn:x:bus")), ok(now));
    EXPECT_EQ(client.patch(entities + "/urn:x:bus/attrs/speed", speed(2, 2)).status, 204U);
    EXPECT_EQ(json::parse(evolution(client))["speed"], list(speed(2, 2)));
}

TEST(clause_5_5_10_tenants, upserting_an_evolution_creates_the_tenant_and_adding_to_one_does_not) {
    const auto& broker = shared_broker();
    http_client client(broker.port());
    const header_lines tenant{{"NGSILD-Tenant", meridian::test::fresh_tenant_name()}};
    EXPECT_EQ(kind_of(client.post(bus_path + "/attrs", {{"speed", list(speed(1, 1))}}, tenant)),
              "404 NonexistentTenant");
    EXPECT_EQ(client.post(temporal, evolution_of_bus(), tenant).status, 201U);
}

} // namespace
} // namespace meridian::api::test
