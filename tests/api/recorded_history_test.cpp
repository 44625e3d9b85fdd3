/// Clauses 4.5.7, 4.5.8 and 5.6.1 to 5.6.10, 5.6.17 to 5.6.21: what each kind of write of the
/// current state adds to the Temporal Evolution. "In case the Property is deleted, an instance of
/// the Property is recorded with its value set to the URI urn:ngsi-ld:null and the deletedAt
/// Temporal Property set" (4.5.7). Each is read at once after the write's answer.
#include "api/support.hpp"

#include "meridian/base/time.hpp"

#include <functional>
#include <set>

namespace meridian::api::test {
namespace {

using meridian::test::wait_for;

const std::string id = "urn:x:tank";
const std::string path = entities + "/" + id;
const std::string attributes = path + "/attrs";

json property(const json& value, const std::string& dataset = "") {
    json made{{"type", "Property"}, {"value", value}};
    if (!dataset.empty())
        made["datasetId"] = dataset;
    return made;
}

json tank() {
    return {{"id", id},
            {"type", "Tank"},
            {"level", property(1)},
            {"name", property("old")},
            {"valve", list(property(10), property(20, "urn:x:south"))},
            {"feeds", {{"type", "Relationship"}, {"object", "urn:x:mill"}}},
            {"scope", "/Works"}};
}

/// A marker of a deletion (4.5.7).
json gone(const std::string& dataset = "") {
    auto made = property("urn:ngsi-ld:null", dataset);
    made["deletedAt"] = "then";
    return made;
}
const json feeds_gone{
    {"type", "Relationship"}, {"object", "urn:ngsi-ld:null"}, {"deletedAt", "then"}};

/// By Attribute the instances that the tank's creation records.
json created_instances() {
    return {{"level", list(property(1))},
            {"name", list(property("old"))},
            {"valve", list(property(10), property(20, "urn:x:south"))},
            {"feeds", list(json{{"type", "Relationship"}, {"object", "urn:x:mill"}})},
            {"scope", list(property("/Works"))}};
}

/// All Attributes as they were, each deleted.
json all_gone() {
    return {{"level", list(gone())},
            {"name", list(gone())},
            {"valve", list(gone(), gone("urn:x:south"))},
            {"feeds", list(feeds_gone)},
            {"scope", list(gone())}};
}

json joined(json instances, const json& added) {
    for (const auto& [name, more] : added.items()) {
        if (!instances.contains(name))
            instances[name] = json::array();
        instances[name].insert(instances[name].end(), more.begin(), more.end());
    }
    return instances;
}

/// The instances of an evolution without what differs from run to run, which is checked: each has
/// an instanceId of its own (scopes have none: 4.5.6), and those that are not deleted modifiedAt.
json recorded(const http_client& client) {
    const auto answer = client.get(temporal + "/" + id + "?options=sysAttrs");
    EXPECT_EQ(answer.status, 200U) << answer;
    std::set<std::string> ids;
    auto made = json::object();
    const auto body = answer.content();
    for (const auto& [name, member] : body.items()) {
        if (!member.is_array())
            continue;
        made[name] = json::array();
        for (auto instance : member) {
            EXPECT_TRUE(instance.contains("deletedAt") != instance.contains("modifiedAt"))
                << answer;
            const bool is_scope = name == "scope";
            EXPECT_TRUE(is_scope || ids.insert(instance.value("instanceId", "")).second) << answer;
            for (const auto* own : {"instanceId", "createdAt", "modifiedAt", "observedAt"})
                instance.erase(own);
            if (instance.contains("deletedAt"))
                instance["deletedAt"] = "then";
            made[name].push_back(std::move(instance));
        }
    }
    return made;
}

/// As text whose members are in the order of their names, which is nobody's concern.
std::string sorted(const json& value) {
    return nlohmann::json::parse(value.dump()).dump(1);
}

struct write_row {
    std::string name;
    std::function<http_answer(const http_client&)> write;
    unsigned status;
    json added;
};

std::ostream& operator<<(std::ostream& out, const write_row& row) {
    return out << row.name;
}

/// A write of the tank as it was created.
class recorded_history : public testing::TestWithParam<write_row> {};

TEST_P(recorded_history, a_write_adds_its_instances_and_no_others) {
    const auto client = fresh_tenant();
    ASSERT_EQ(client.post(entities, tank()).status, 201U);
    ASSERT_EQ(sorted(recorded(client)), sorted(created_instances()));
    const auto answer = GetParam().write(client);
    EXPECT_EQ(answer.status, GetParam().status) << answer;
    const auto expected = joined(created_instances(), GetParam().added);
    EXPECT_EQ(sorted(recorded(client)), sorted(expected));
}

json with(json subject, const char* name, const json& member) {
    subject[name] = member;
    return subject;
}
const json head{{"id", id}, {"type", "Tank"}};
const json null_value = property("urn:ngsi-ld:null");

/// 5.6.18: what the new Entity does not have is deleted.
json replaced_by_level(int value) {
    auto added = all_gone();
    added["level"] = list(property(value));
    return added;
}

std::vector<write_row> writes_of_one() {
    const json two{{"level", property(2)}, {"depth", property(3)}};
    const json added_two{{"level", list(property(2))}, {"depth", list(property(3))}};
    return {
        {"append_5_6_3", [=](const auto& to) { return to.post(attributes, two); }, 204, added_two},
        {"append_no_overwrite_5_6_3",
         [=](const auto& to) { return to.post(attributes + "?options=noOverwrite", two); },
         207,
         {{"depth", list(property(3))}}},
        {"append_scope_5_6_3",
         [](const auto& to) {
             return to.post(attributes, {{"scope", "/Yard"}});
         },
         204,
         {{"scope", list(property("/Yard"))}}},
        {"update_5_6_2",
         [](const auto& to) {
             return to.patch(attributes, {{"level", property(2)}, {"name", null_value}});
         },
         204,
         {{"level", list(property(2))}, {"name", list(gone())}}},
        {"update_to_the_same_value_5_6_2",
         [](const auto& to) {
             return to.patch(attributes, {{"level", property(1)}});
         },
         204,
         {{"level", list(property(1))}}},
        {"partial_update_5_6_4",
         [](const auto& to) {
             return to.patch(attributes + "/level", {{"value", 2}, {"unitCode", "MTR"}});
         },
         204,
         {{"level", list(with(property(2), "unitCode", "MTR"))}}},
        {"partial_update_of_a_dataset_5_6_4",
         [](const auto& to) {
             return to.patch(attributes + "/valve", {{"value", 21}, {"datasetId", "urn:x:south"}});
         },
         204,
         {{"valve", list(property(21, "urn:x:south"))}}},
        {"partial_update_by_null_5_6_4",
         [](const auto& to) { return to.patch(attributes + "/level", null_value); },
         204,
         {{"level", list(gone())}}},
        {"merge_5_6_17",
         [](const auto& to) {
             return to.patch(
                 path,
                 {{"level", {{"value", 2}}}, {"name", "urn:ngsi-ld:null"}, {"depth", property(3)}});
         },
         204,
         {{"level", list(property(2))}, {"name", list(gone())}, {"depth", list(property(3))}}},
        {"replace_entity_5_6_18",
         [](const auto& to) { return to.put(path, with(head, "level", property(5))); }, 204,
         replaced_by_level(5)},
        {"replace_attribute_5_6_19",
         [](const auto& to) { return to.put(attributes + "/level", property(7)); },
         204,
         {{"level", list(property(7))}}},
        {"delete_attribute_5_6_5",
         [](const auto& to) { return to.remove(attributes + "/valve"); },
         204,
         {{"valve", list(gone())}}},
        {"delete_attribute_of_a_dataset_5_6_5",
         [](const auto& to) { return to.remove(attributes + "/valve?datasetId=urn:x:south"); },
         204,
         {{"valve", list(gone("urn:x:south"))}}},
        {"delete_all_of_an_attribute_5_6_5",
         [](const auto& to) { return to.remove(attributes + "/valve?deleteAll=true"); },
         204,
         {{"valve", list(gone(), gone("urn:x:south"))}}},
        {"delete_scope_5_6_5",
         [](const auto& to) { return to.remove(attributes + "/scope"); },
         204,
         {{"scope", list(gone())}}},
        {"delete_entity_5_6_6", [](const auto& to) { return to.remove(path); }, 204, all_gone()},
        {"purge_5_6_21", [](const auto& to) { return to.remove(entities + "?type=Tank"); }, 204,
         all_gone()},
        {"purge_dropping_an_attribute_5_6_21",
         [](const auto& to) { return to.remove(entities + "?type=Tank&drop=valve"); },
         204,
         {{"valve", list(gone(), gone("urn:x:south"))}}},
    };
}

std::vector<write_row> batches() {
    const auto changed = with(with(head, "level", property(2)), "depth", property(3));
    const json added_two{{"level", list(property(2))}, {"depth", list(property(3))}};
    return {
        {"upsert_that_replaces_5_6_8",
         [](const auto& to) {
             return to.post(batch + "/upsert", list(with(head, "level", property(5))));
         },
         204, replaced_by_level(5)},
        {"upsert_that_updates_5_6_8",
         [=](const auto& to) { return to.post(batch + "/upsert?options=update", list(changed)); },
         204, added_two},
        {"update_5_6_9", [=](const auto& to) { return to.post(batch + "/update", list(changed)); },
         204, added_two},
        {"update_no_overwrite_5_6_9",
         [=](const auto& to) {
             return to.post(batch + "/update?options=noOverwrite", list(changed));
         },
         207,
         {{"depth", list(property(3))}}},
        {"update_of_one_entity_twice_5_5_11",
         [](const auto& to) {
             return to.post(batch + "/update", list(with(head, "level", property(2)),
                                                    with(head, "level", property(3))));
         },
         204,
         {{"level", list(property(2), property(3))}}},
        {"merge_5_6_20",
         [](const auto& to) {
             return to.post(batch + "/merge",
                            list(with(with(head, "level", {{"value", 2}}), "name", null_value)));
         },
         204,
         {{"level", list(property(2))}, {"name", list(gone())}}},
        {"delete_5_6_10", [](const auto& to) { return to.post(batch + "/delete", list(id)); }, 204,
         all_gone()},
    };
}

std::vector<write_row> refused_writes() {
    return {
        {"creation_of_what_is_there_5_6_1",
         [](const auto& to) { return to.post(entities, tank()); }, 409, json::object()},
        {"batch_creation_of_what_is_there_5_6_7",
         [](const auto& to) { return to.post(batch + "/create", list(tank())); }, 207,
         json::object()},
        {"stale_if_match",
         [](const auto& to) {
             return to.patch(attributes, {{"level", property(2)}}, {{"If-Match", "\"1-1-1\""}});
         },
         412, json::object()},
        {"partial_update_to_another_kind_5_6_4",
         [](const auto& to) {
             return to.patch(attributes + "/level",
                             {{"type", "Relationship"}, {"object", "urn:x:mill"}});
         },
         400, json::object()},
        {"deletion_of_what_is_not_there_5_6_5",
         [](const auto& to) { return to.remove(attributes + "/depth"); }, 404, json::object()},
    };
}

std::string name_of(const testing::TestParamInfo<write_row>& one) {
    return one.param.name;
}
INSTANTIATE_TEST_SUITE_P(clause_5_6_provision, recorded_history, testing::ValuesIn(writes_of_one()),
                         name_of);
INSTANTIATE_TEST_SUITE_P(clause_5_6_batch, recorded_history, testing::ValuesIn(batches()), name_of);
INSTANTIATE_TEST_SUITE_P(refused, recorded_history, testing::ValuesIn(refused_writes()), name_of);

TEST(clause_5_6_7_batch_create, the_created_entities_are_recorded) {
    const auto client = fresh_tenant();
    for (const auto* operation : {"/create", "/upsert"}) {
        (void)client.remove(temporal + "/" + id);
        ASSERT_EQ(client.post(batch + operation, list(tank())).status, 201U);
        EXPECT_EQ(sorted(recorded(client)), sorted(created_instances())) << operation;
        ASSERT_EQ(client.remove(path).status, 204U);
    }
}

TEST(clause_4_22_expiry, the_sweep_records_a_deletion) {
    const auto client = fresh_tenant();
    const auto soon =
        std::chrono::time_point_cast<timestamp::duration>(std::chrono::system_clock::now()) +
        std::chrono::milliseconds(300);
    auto level = property(1);
    level["expiresAt"] = to_text(soon);
    ASSERT_EQ(client.post(entities, with(tank(), "level", level)).status, 201U);
    EXPECT_TRUE(wait_for([&] { return recorded(client)["level"].size() == 2; }));
    EXPECT_EQ(sorted(recorded(client)["level"][1]), sorted(gone()));
    EXPECT_EQ(sorted(recorded(client)["name"]), sorted(list(property("old"))));
    ASSERT_EQ(client.patch(path, {{"expiresAt", to_text(soon)}}).status, 204U);
    EXPECT_TRUE(wait_for([&] { return recorded(client)["name"].size() == 2; }));
    EXPECT_EQ(sorted(recorded(client)["valve"]),
              sorted(list(property(10), property(20, "urn:x:south"), gone(), gone("urn:x:south"))));
}

TEST(clause_4_8_temporal_properties, all_that_one_write_records_has_its_time) {
    const auto client = fresh_tenant();
    ASSERT_EQ(client.post(entities, tank()).status, 201U);
    const json change{{"level", property(2)}, {"name", null_value}, {"scope", "/Yard"}};
    ASSERT_EQ(client.patch(attributes, change).status, 204U);
    const auto now = client.get(path + "?options=sysAttrs").content();
    const auto then = client.get(temporal + "/" + id + "?options=sysAttrs").content();
    const auto at = now["modifiedAt"];
    EXPECT_EQ(then["modifiedAt"], at);
    EXPECT_EQ(then["level"][1]["modifiedAt"], at);
    EXPECT_EQ(then["level"][1]["createdAt"], then["level"][0]["createdAt"]); // 5.6.2: it was there
    EXPECT_EQ(then["name"][1]["deletedAt"], at);
    EXPECT_EQ(then["scope"][1]["modifiedAt"], at);
    EXPECT_EQ(then["scope"][1]["observedAt"], at); // 4.5.6
    ASSERT_EQ(client.put(path, with(head, "level", property(3))).status, 204U);
    const auto replaced = client.get(temporal + "/" + id + "?options=sysAttrs").content();
    const auto last = replaced["level"][2];
    EXPECT_EQ(last["createdAt"], last["modifiedAt"]); // 5.6.18: it begins anew
}

TEST(clause_5_6_1_create_entity, the_evolution_of_a_deleted_entity_goes_on) {
    const auto client = fresh_tenant();
    ASSERT_EQ(client.post(entities, with(head, "level", property(1))).status, 201U);
    ASSERT_EQ(client.remove(path).status, 204U);
    EXPECT_TRUE(
        client.get(temporal + "/" + id + "?options=sysAttrs").content().contains("deletedAt"));
    ASSERT_EQ(client.post(entities, with(head, "level", property(2))).status, 201U);
    EXPECT_EQ(sorted(recorded(client)),
              sorted({{"level", list(property(1), gone(), property(2))}}));
    EXPECT_FALSE(
        client.get(temporal + "/" + id + "?options=sysAttrs").content().contains("deletedAt"));
}

} // namespace
} // namespace meridian::api::test
