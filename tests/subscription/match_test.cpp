/// Who is notified of a change (5.8.6), as a table.
#include "subscription/match.hpp"

#include "meridian/ngsild/parse.hpp"
#include "subscription/body.hpp"
#include "subscription/notification.hpp"
#include "subscription/owed.hpp"
#include "support/fake_names.hpp"

#include <gtest/gtest.h>
#include <list>

namespace meridian::subscription {
namespace {

using ngsild::change;

const timestamp before = parse_date_time("2026-01-01T00:00:00Z").value();
const timestamp now = parse_date_time("2026-01-02T00:00:00Z").value();

json parsed(std::string_view text) {
    return parse_json(text).value();
}

support::fake_names& names() {
    static support::fake_names all;
    return all;
}

ngsild::entity entity(std::string_view text) {
    const auto made = ngsild::parse_entity(parsed(text), *jsonld::core_context());
    EXPECT_TRUE(made) << (made ? "" : made.error().detail());
    auto all = made.value();
    for (const auto& type : all.types)
        names().add(type);
    for (const auto& one : all.attributes)
        names().add(one.name);
    return all;
}

definition_ptr subscription(std::string_view members) {
    json payload = parsed(R"({"type": "Subscription",
        "notification": {"endpoint": {"uri": "http://example.org/notify"}}})");
    payload.merge_patch(parsed(members));
    const auto body =
        to_body(payload, *jsonld::core_context(), payload_kind::whole, before).value();
    store::subscription_row row;
    row.id = 1;
    row.uri = "urn:ngsi-ld:Subscription:1";
    row.body = to_text(body);
    row.context = jsonld::core_context()->member_text();
    row.is_active = body.value("isActive", true);
    const auto made = compile(1, row);
    EXPECT_TRUE(made) << (made ? "" : made.error().detail());
    return made.value();
}

constexpr auto car = R"({"id": "urn:v:1", "type": "Vehicle", "speed": {"type": "Property",
    "value": 60}, "brand": {"type": "Property", "value": "Audi"}, "scope": "/a/b",
    "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [1, 2]}}})";

change created() {
    return ngsild::create_entity(entity(car), {names(), before});
}

ngsild::stored_entity stored(const change& of) {
    ngsild::stored_entity made;
    made.id = of.entity_id;
    made.created_at = before;
    made.modified_at = before;
    made.version = 1;
    made.document = ngsild::document_view::open(of.document).value();
    return made;
}

change updated(std::string_view fragment) {
    static std::list<change> kept; // the stored document is a view
    kept.push_back(created());
    const auto content = parsed(fragment);
    for (const auto& [name, value] : content.items())
        names().add(jsonld::core_context()->expand(name));
    const auto parsed_fragment =
        ngsild::parse_entity_fragment(content, *jsonld::core_context(),
                                      ngsild::input_format::normalized_or_concise)
            .value();
    return ngsild::update_attributes(stored(kept.back()), parsed_fragment, {names(), now}).value();
}

change deleted() {
    static const change first = created();
    return ngsild::delete_entity(stored(first), {names(), now});
}

bool notifies(const change& what, std::string_view members) {
    return matcher({subscription(members)}).find(what, names()).size() == 1;
}

TEST(clause_5_8_6_matching, an_update_of_speed_notifies_whoever_asked_for_it) {
    const auto what = updated(R"({"speed": {"type": "Property", "value": 70}})");
    const std::pair<const char*, bool> rows[] = {
        {R"({"entities": [{"type": "Vehicle"}]})", true},
        {R"({"entities": [{"type": "Building"}]})", false},
        {R"({"entities": [{"type": "Building|Vehicle"}]})", true},
        {R"({"entities": [{"type": "Building;Vehicle"}]})", false},
        {R"({"entities": [{"type": "*"}]})", true},
        {R"({"entities": [{"type": "Vehicle", "id": "urn:v:1"}]})", true},
        {R"({"entities": [{"type": "Vehicle", "id": ["urn:v:2"]}]})", false},
        {R"({"entities": [{"type": "Vehicle", "idPattern": "^urn:v:"}]})", true},
        {R"({"entities": [{"type": "Vehicle", "idPattern": "^urn:w:"}]})", false},
        {R"({"entities": [{"type": "Building"}, {"type": "Vehicle"}]})", true},
        {R"({"watchedAttributes": ["speed"]})", true},
        {R"({"watchedAttributes": ["brand"]})", false},
        {R"({"entities": [{"type": "Vehicle"}], "isActive": false})", false},
        {R"({"entities": [{"type": "Vehicle"}], "timeInterval": 5})", false},
        {R"({"entities": [{"type": "Vehicle"}], "notificationTrigger": ["attributeUpdated"]})",
         true},
        {R"({"entities": [{"type": "Vehicle"}], "notificationTrigger": ["entityUpdated"]})", true},
        {R"({"entities": [{"type": "Vehicle"}], "notificationTrigger": ["entityCreated",
             "entityDeleted", "attributeCreated", "attributeDeleted"]})",
         false},
        {R"({"entities": [{"type": "Vehicle"}], "q": "speed>65"})", true},
        {R"({"entities": [{"type": "Vehicle"}], "q": "speed>75"})", false},
        {R"({"entities": [{"type": "Vehicle"}], "scopeQ": "/a/#"})", true},
        {R"({"entities": [{"type": "Vehicle"}], "scopeQ": "/b"})", false},
        {R"({"entities": [{"type": "Vehicle"}], "geoQ": {"georel": "near;maxDistance==10",
             "geometry": "Point", "coordinates": [1, 2]}})",
         true},
        {R"({"entities": [{"type": "Vehicle"}], "geoQ": {"georel": "near;maxDistance==10",
             "geometry": "Point", "coordinates": "[3, 2]"}})",
         false},
    };
    for (const auto& [members, expected] : rows)
        EXPECT_EQ(notifies(what, members), expected) << members;
}

TEST(clause_5_8_6_matching, an_attribute_written_with_the_same_value_has_not_changed) {
    const auto what = updated(R"({"speed": {"type": "Property", "value": 60}})");
    EXPECT_FALSE(notifies(what, R"({"entities": [{"type": "Vehicle"}]})"));
}

TEST(clause_5_8_6_matching, an_attribute_that_is_new_is_attribute_created) {
    const auto what = updated(R"({"colour": {"type": "Property", "value": "red"}})");
    EXPECT_TRUE(notifies(what, R"({"watchedAttributes": ["colour"],
                                   "notificationTrigger": ["attributeCreated"]})"));
    EXPECT_FALSE(notifies(what, R"({"watchedAttributes": ["colour"],
                                    "notificationTrigger": ["attributeUpdated"]})"));
}

TEST(clause_5_8_6_matching, creation_and_deletion_of_an_entity_have_triggers_of_their_own) {
    constexpr auto usual = R"({"entities": [{"type": "Vehicle"}]})";
    constexpr auto on_creation =
        R"({"entities": [{"type": "Vehicle"}], "notificationTrigger": ["entityCreated"]})";
    constexpr auto on_deletion = R"({"entities": [{"type": "Vehicle"}], "q": "speed==60",
                                     "notificationTrigger": ["entityDeleted"]})";
    EXPECT_TRUE(notifies(created(), usual));
    EXPECT_TRUE(notifies(created(), on_creation));
    EXPECT_FALSE(notifies(created(), on_deletion));
    EXPECT_FALSE(notifies(deleted(), usual));
    EXPECT_FALSE(notifies(deleted(), on_creation));
    EXPECT_TRUE(notifies(deleted(), on_deletion));
}

TEST(clause_5_2_12_notification_trigger, with_an_entity_its_attributes_are_deleted) {
    const auto on = [](std::string_view watched, std::string_view triggers) {
        return R"({"watchedAttributes": [")" + std::string(watched) +
               R"("], "notificationTrigger": [")" + std::string(triggers) + R"("]})";
    };
    EXPECT_TRUE(notifies(deleted(), on("speed", "attributeDeleted")));
    EXPECT_TRUE(notifies(deleted(), on("speed", "entityUpdated")));
    EXPECT_FALSE(notifies(deleted(), on("colour", "attributeDeleted")));
    EXPECT_FALSE(notifies(deleted(), on("speed", "attributeUpdated")));
}

TEST(outbox_payload, keeps_the_document_and_what_was_before) {
    const auto what = updated(R"({"speed": {"type": "Property", "value": 70}})");
    const auto plain =
        decode_owed(encode_owed(what, previous_values::no, names()), names()).value();
    EXPECT_EQ(plain.document, what.document);
    EXPECT_EQ(plain.at, now);
    EXPECT_EQ(plain.created_at, before);
    ASSERT_EQ(plain.changes.size(), 1u);
    EXPECT_FALSE(plain.changes[0].before);
    const auto full =
        decode_owed(encode_owed(what, previous_values::yes, names()), names()).value();
    ASSERT_TRUE(full.changes[0].before);
    EXPECT_EQ(full.changes[0].before->value, 60);
    EXPECT_FALSE(decode_owed("nonsense", names()));
}

TEST(outbox_payload, of_a_deleted_entity_is_the_one_before) {
    const auto made =
        decode_owed(encode_owed(deleted(), previous_values::no, names()), names()).value();
    EXPECT_TRUE(made.entity_deleted);
    EXPECT_EQ(made.changes.size(), 3u);
    EXPECT_TRUE(made.changes[0].before);
    EXPECT_EQ(ngsild::document_view::open(made.document).value().size(), 3u);
}

TEST(clause_5_3_1_notification, json_has_the_context_in_a_link_and_json_ld_in_the_body) {
    const envelope around{"urn:ngsi-ld:Notification:1", now, "town", *jsonld::core_context()};
    const auto plain = subscription(R"({"watchedAttributes": ["a"], "notification": {"endpoint":
        {"receiverInfo": [{"key": "X-Key", "value": "secret"}]}}})");
    const auto body = render_notification(*plain, R"({"id":"urn:v:1"})", around);
    EXPECT_EQ(body, R"({"id":"urn:ngsi-ld:Notification:1","type":"Notification",)"
                    R"("subscriptionId":"urn:ngsi-ld:Subscription:1",)"
                    R"("notifiedAt":"2026-01-02T00:00:00Z","data":[{"id":"urn:v:1"}]})");
    const auto post = make_post(*plain, body, around, std::chrono::seconds(1));
    const net::header_list expected{
        {"Content-Type", "application/json"},
        {"Link", "<https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld>; "
                 "rel=\"http://www.w3.org/ns/json-ld#context\"; type=\"application/ld+json\""},
        {"NGSILD-Tenant", "town"},
        {"X-Key", "secret"}};
    EXPECT_EQ(post.headers, expected);
    const auto linked = subscription(R"({"watchedAttributes": ["a"], "notification": {"endpoint":
        {"accept": "application/ld+json"}}})");
    EXPECT_EQ(parsed(render_notification(*linked, "", around))["@context"],
              "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld");
    const auto geo = subscription(R"({"watchedAttributes": ["a"], "notification": {"endpoint":
        {"accept": "application/geo+json", "receiverInfo": [{"key": "Prefer",
         "value": "body=json"}]}}})");
    EXPECT_EQ(parsed(render_notification(*geo, "", around))["data"],
              parsed(R"({"type": "FeatureCollection", "features": []})"));
}

TEST(clause_7_2_mqtt, metadata_and_body_are_one_object) {
    const envelope around{"urn:ngsi-ld:Notification:1", now, "", *jsonld::core_context()};
    const auto of = subscription(R"({"watchedAttributes": ["a"], "notification": {"endpoint":
        {"uri": "mqtt://localhost/a/b", "accept": "application/ld+json",
         "receiverInfo": [{"key": "k", "value": "v"}],
         "notifierInfo": [{"key": "MQTT-QoS", "value": "1"},
                          {"key": "MQTT-Version", "value": "mqtt3.1.1"}]}}})");
    const auto message = make_message(*of, R"({"x":1})", around, std::chrono::seconds(1));
    EXPECT_EQ(message.payload, R"({"metadata":{"Content-Type":"application/ld+json","k":"v"},)"
                               R"("body":{"x":1}})");
    EXPECT_EQ(message.quality, 1);
    EXPECT_EQ(message.version, net::mqtt_version::v3_1_1);
    EXPECT_EQ(message.uri, "mqtt://localhost/a/b");
}

} // namespace
} // namespace meridian::subscription
