/// An extension: who made each change stands with the history (docs/audit.md).
#include "api/support.hpp"

#include "support/cluster.hpp"
#include "support/database_url.hpp"

#include <thread>

namespace meridian::api::test {
namespace {

using meridian::test::meridian_process;
using meridian::test::run_sql;

const std::string door = "urn:x:door";
const std::string door_path = entities + "/" + door;
const std::string history = temporal + "/" + door;
const std::string shown_with = "?options=sysAttrs,audit";

header_lines by(const std::string& name) {
    return {{"X-Subject", name}};
}

json state(const json& value) {
    return {{"type", "Property"}, {"value", value}};
}

json door_with(const json& value) {
    return {{"id", door}, {"type", "Door"}, {"state", state(value)}};
}

meridian_process& auditing_broker() {
    static meridian_process broker({"--audit-subject-header=X-Subject"});
    return broker;
}

/// A client of the auditing broker in a tenant where ada has created the door.
class audited : public testing::Test {
protected:
    audited()
        : client_(auditing_broker().port(),
                  {{"NGSILD-Tenant", meridian::test::fresh_tenant_name()}}) {
        EXPECT_EQ(client_.post(entities, door_with("open"), by("ada")).status, 201U);
    }

    /// Who made the instances of an Attribute, in their order; null where nobody is named.
    json makers(const std::string& attribute = "state") const {
        auto names = json::array();
        const auto shown = client_.get(history + shown_with).content();
        for (const auto& one : shown.value(attribute, json::array()))
            names.push_back(one.value("modifiedBy", json()));
        return names;
    }

    http_client client_;
};

TEST_F(audited, each_kind_of_write_is_recorded_with_its_subject) {
    const auto attribute = door_path + "/attrs/state";
    const auto now = json{{"state", state("shut")}};
    EXPECT_EQ(client_.patch(door_path + "/attrs", now, by("bob")).status, 204U);
    EXPECT_EQ(client_.post(door_path + "/attrs", now, by("cy")).status, 204U);
    EXPECT_EQ(client_.patch(attribute, {{"value", "ajar"}}, by("dee")).status, 204U);
    EXPECT_EQ(client_.patch(door_path, now, by("eve")).status, 204U);
    EXPECT_EQ(client_.put(attribute, state("x"), by("flo")).status, 204U);
    EXPECT_EQ(client_.put(door_path, door_with("y"), by("gus")).status, 204U);
    EXPECT_EQ(client_.post(batch + "/update", list(door_with("z")), by("hal")).status, 204U);
    EXPECT_EQ(client_.post(batch + "/upsert", list(door_with("z")), by("ivy")).status, 204U);
    EXPECT_EQ(client_.post(batch + "/merge", list(door_with("a")), by("joy")).status, 204U);
    EXPECT_EQ(client_.remove(attribute, by("kim")).status, 204U);
    EXPECT_EQ(client_.post(door_path + "/attrs", now, by("lee")).status, 204U);
    EXPECT_EQ(client_.remove(door_path, by("max")).status, 204U);
    EXPECT_EQ(client_.post(batch + "/create", list(door_with("b")), by("ned")).status, 201U);
    EXPECT_EQ(client_.remove(entities + "?type=Door&drop=state", by("olga")).status, 204U);
    EXPECT_EQ(makers(), list("ada", "bob", "cy", "dee", "eve", "flo", "gus", "hal", "ivy", "joy",
                             "kim", "lee", "max", "ned", "olga"));
    const auto instances = client_.get(history + shown_with).content()["state"];
    for (const auto place : {10, 12, 14})
        EXPECT_TRUE(instances[place].contains("deletedAt")) << instances[place];
}

TEST_F(audited, csv_has_a_column_for_it_where_it_is_asked_for) {
    EXPECT_EQ(client_.patch(door_path + "/attrs/state", {{"value", "shut"}}).status, 204U);
    const auto lines = [&](const std::string& options) {
        const auto answer = client_.get(history + options, {{"Accept", "text/csv"}});
        std::vector<std::string> ends; // of the records, from their last comma
        for (std::size_t at = 0, end = 0; (end = answer.body.find("\r\n", at)) != std::string::npos;
             at = end + 2)
            ends.push_back(
                answer.body.substr(answer.body.rfind(',', end), end - answer.body.rfind(',', end)));
        return ends;
    };
    EXPECT_EQ(lines(shown_with), (std::vector<std::string>{",modifiedBy", ",ada", ","}));
    EXPECT_EQ(lines("?options=sysAttrs").front(), ",modifiedAt");
}

TEST_F(audited, the_temporal_api_is_too) {
    const auto at = [](int hour) {
        return json{{"type", "Property"},
                    {"value", hour},
                    {"observedAt", "2020-01-01T0" + std::to_string(hour) + ":00:00Z"}};
    };
    const json evolution{{"id", door}, {"type", "Door"}, {"angle", list(at(1), at(2))}};
    EXPECT_EQ(client_.post(temporal, evolution, by("bob")).status, 204U);
    EXPECT_EQ(client_.post(history + "/attrs", {{"angle", at(3)}}, by("cy")).status, 204U);
    EXPECT_EQ(makers("angle"), list("bob", "bob", "cy"));
    const auto first = client_.get(history).content()["angle"][0]["instanceId"].get<std::string>();
    EXPECT_EQ(client_.patch(history + "/attrs/angle/" + first, at(1), by("dee")).status, 204U);
    EXPECT_EQ(makers("angle"), list("dee", "bob", "cy"));
    EXPECT_EQ(client_.patch(history + "/attrs/angle/" + first, at(1)).status, 204U);
    EXPECT_EQ(makers("angle"), list(json(), "bob", "cy"));
}

TEST_F(audited, who_does_not_say_is_not_named_and_it_is_shown_where_asked_for_alone) {
    EXPECT_EQ(client_.patch(door_path + "/attrs", {{"state", state("shut")}}).status, 204U);
    EXPECT_EQ(makers(), list("ada", json()));
    EXPECT_FALSE(
        client_.get(history + "?options=sysAttrs").content()["state"][0].contains("modifiedBy"));
    EXPECT_EQ(kind_of(client_.get(history + "?options=audit")), "400 InvalidRequest");
    const auto queried = client_.get(temporal + shown_with +
                                     "&type=Door&timerel=after&timeproperty=createdAt&timeAt="
                                     "2020-01-01T00:00:00Z&pick=state");
    EXPECT_EQ(queried.content()[0]["state"][0]["modifiedBy"], "ada") << queried;
    EXPECT_EQ(client_.get(history + "?options=sysAttrs,audit,temporalValues").status, 200U);
}

TEST_F(audited, a_name_that_is_none_is_refused_and_nothing_changes) {
    const auto change = [&](const header_lines& who) {
        return kind_of(client_.patch(door_path + "/attrs", {{"state", state("shut")}}, who));
    };
    EXPECT_EQ(change(by(std::string(257, 'x'))), "400 BadRequestData");
    EXPECT_EQ(change(by("\xff\xfe")), "400 BadRequestData");
    EXPECT_EQ(change({{"X-Subject", "ada"}, {"x-subject", "bob"}}), "400 BadRequestData");
    EXPECT_EQ(makers(), list("ada"));
    const std::string longest = "ünïcode " + std::string(246, 'x');
    EXPECT_EQ(client_.patch(door_path + "/attrs", {{"state", state(1)}}, by(longest)).status, 204U);
    EXPECT_EQ(makers(), list("ada", longest));
}

TEST_F(audited, an_attribute_of_that_name_is_not_hidden) {
    auto own = state("shut");
    own["modifiedBy"] = state("nobody");
    EXPECT_EQ(client_.patch(door_path + "/attrs", {{"state", own}}, by("bob")).status, 204U);
    const auto last = client_.get(history + shown_with + "&lastN=1").content()["state"][0];
    EXPECT_EQ(last["modifiedBy"]["value"], "nobody");
    EXPECT_EQ(last["@modifiedBy"], "bob");
}

TEST_F(audited, changes_that_share_a_transaction_keep_their_subjects) {
    std::vector<std::thread> threads;
    for (const char* name : {"bob", "cy", "dee", ""})
        threads.emplace_back([&, name] {
            for (int i = 0; i < 5; ++i)
                EXPECT_EQ(client_
                              .patch(door_path + "/attrs", {{"state", state(name)}},
                                     *name == 0 ? header_lines{} : by(name))
                              .status,
                          204U);
        });
    for (auto& one : threads)
        one.join();
    int count = 0;
    const auto shown = client_.get(history + shown_with).content();
    for (const auto& one : shown["state"]) {
        if (one["value"] == "open")
            continue;
        EXPECT_EQ(one.value("modifiedBy", ""), one["value"]);
        ++count;
    }
    EXPECT_EQ(count, 20);
}

TEST(audit_off, the_option_does_not_exist_and_the_header_means_nothing) {
    const auto client = fresh_tenant();
    ASSERT_EQ(client.post(entities, door_with(1), by(std::string(300, 'x'))).status, 201U);
    EXPECT_EQ(kind_of(client.get(history + shown_with)), "400 InvalidRequest");
    EXPECT_EQ(client.get(history + "?options=sysAttrs").status, 200U);
}

TEST(audit_in_sql, an_operator_asks_who_changed_an_entity) {
    const auto database = meridian::test::create_database();
    meridian_process broker(
        {"--db=" + meridian::test::url_of(database), "--audit-subject-header=X-Subject"});
    const http_client client(broker.port());
    ASSERT_EQ(client.post(entities, door_with(1), by("ada")).status, 201U);
    ASSERT_EQ(client.patch(door_path + "/attrs", {{"state", state(2)}}, by("bob")).status, 204U);
    EXPECT_EQ(run_sql(database, R"sql(
        SELECT string_agg(s.name, ', ' ORDER BY h.modified_at)
        FROM entity e
        JOIN tenant t ON t.id = e.tenant_id
        JOIN history h USING (eid)
        LEFT JOIN iri a ON a.id = h.attr_id
        LEFT JOIN subject s ON s.id = h.subject_id
        WHERE t.name = '' AND e.uri = 'urn:x:door' AND a.iri LIKE '%/state')sql"),
              "ada, bob");
}

} // namespace
} // namespace meridian::api::test
