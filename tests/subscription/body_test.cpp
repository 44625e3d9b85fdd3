/// What a Subscription may be (5.2.12 to 5.2.15, 5.2.33), and how it is stored and shown.
#include "subscription/body.hpp"

#include "meridian/subscription/service.hpp"
#include "subscription/definition.hpp"

#include <gtest/gtest.h>

namespace meridian::subscription {
namespace {

const timestamp now = parse_date_time("2026-01-01T00:00:00Z").value();

json parsed(std::string_view text) {
    return parse_json(text).value();
}

const json good = parsed(R"({
  "id": "urn:ngsi-ld:Subscription:1", "type": "Subscription", "entities": [{"type": "Vehicle"}],
  "notification": {"endpoint": {"uri": "http://example.org/notify"}}})");

result<json> whole(const json& payload, bool local = false) {
    auto body = to_body(payload, *jsonld::core_context(), payload_kind::whole, now);
    if (!body)
        return body;
    MERIDIAN_CHECK(check_whole(*body, local));
    return body;
}

/// The sample with members added or (null) taken away, on any level.
json with(std::string_view patch) {
    json made = good;
    made.merge_patch(parsed(patch));
    return made;
}

std::string refusal(const json& payload) {
    const auto made = whole(payload);
    return made ? "accepted"
                : std::string(type_name(made.error().kind())) + ": " + made.error().detail();
}

struct refused {
    const char* patch;
    const char* member; ///< that the detail begins with
};

TEST(clause_5_2_12_subscription, what_breaks_a_restriction_is_refused_naming_the_member) {
    const refused rows[] = {
        {R"({"type": null})", "BadRequestData: type "},
        {R"({"type": "Entity"})", "BadRequestData: type "},
        {R"({"notification": null})", "BadRequestData: notification "},
        {R"({"entities": null})", "BadRequestData: entities "},
        {R"({"entities": []})", "BadRequestData: entities "},
        {R"({"entities": [{"id": "urn:a:1"}]})", "BadRequestData: entities.type "},
        {R"({"entities": [{"type": "T", "id": "no uri"}]})", "BadRequestData: entities.id "},
        {R"({"entities": [{"type": "T", "idPattern": "("}]})", "BadRequestData: "},
        {R"({"watchedAttributes": []})", "BadRequestData: watchedAttributes "},
        {R"({"watchedAttributes": "speed"})", "BadRequestData: watchedAttributes "},
        {R"({"notificationTrigger": ["entityMoved"]})", "BadRequestData: notificationTrigger "},
        {R"({"q": "speed>"})", "BadRequestData: "},
        {R"({"geoQ": {"georel": "near"}})", "BadRequestData: "},
        {R"({"scopeQ": ""})", "BadRequestData: scopeQ "},
        {R"({"expiresAt": "tomorrow"})", "BadRequestData: expiresAt "},
        {R"({"expiresAt": "2025-12-31T23:59:59Z"})", "BadRequestData: expiresAt "},
        {R"({"isActive": "yes"})", "BadRequestData: isActive "},
        {R"({"throttling": 0})", "BadRequestData: throttling "},
        {R"({"timeInterval": -1})", "BadRequestData: timeInterval "},
        {R"({"timeInterval": 1, "throttling": 1})", "BadRequestData: throttling "},
        {R"({"timeInterval": 1, "watchedAttributes": ["a"]})",
         "BadRequestData: watchedAttributes "},
        {R"({"jsonldContext": "urn:a:b"})", "BadRequestData: jsonldContext "},
        {R"({"ngsildConformance": "1"})", "BadRequestData: ngsildConformance "},
        {R"({"datasetId": ["x y"]})", "BadRequestData: datasetId "},
        {R"({"localOnly": false, "entities": [{"type": "*"}]})", "BadRequestData: localOnly "},
        {R"({"notification": {"endpoint": null}})", "BadRequestData: notification.endpoint "},
        {R"({"notification": {"endpoint": {"uri": null}}})",
         "BadRequestData: notification.endpoint.uri "},
        {R"({"notification": {"endpoint": {"uri": "ftp://h/x"}}})",
         "BadRequestData: notification.endpoint.uri "},
        {R"({"notification": {"endpoint": {"accept": "text/html"}}})",
         "BadRequestData: notification.endpoint.accept "},
        {R"({"notification": {"endpoint": {"timeout": 0}}})",
         "BadRequestData: notification.endpoint.timeout "},
        {R"({"notification": {"endpoint": {"receiverInfo": [{"key": "a b", "value": "x"}]}}})",
         "BadRequestData: notification.endpoint.receiverInfo "},
        {R"({"notification": {"endpoint": {"uri": "mqtt://h/t",
             "notifierInfo": [{"key": "MQTT-QoS", "value": "3"}]}}})",
         "BadRequestData: notification.endpoint.notifierInfo "},
        {R"({"notification": {"format": "xml"}})", "BadRequestData: notification.format "},
        {R"({"notification": {"format": "keyValues", "showChanges": true}})",
         "BadRequestData: notification.showChanges "},
        {R"({"notification": {"attributes": []}})", "BadRequestData: notification.attributes "},
        {R"({"notification": {"pick": []}})", "BadRequestData: notification.pick "},
        {R"({"notification": {"attributes": ["a"], "omit": ["b"]}})",
         "BadRequestData: notification.attributes "},
        {R"({"notification": {"pick": ["a"], "omit": ["b", "a"]}})",
         "BadRequestData: notification.omit "},
        {R"({"notification": {"joinLevel": 0}})", "BadRequestData: notification.joinLevel "},
        {R"({"notification": {"join": "sideways"}})", "BadRequestData: notification.join "},
        {R"({"notification": {"pick": ["a{b}"]}})", "BadRequestData: notification.pick "},
        {R"({"notification": {"join": "flat", "omit": ["a{b{c}}"]}})",
         "BadRequestData: notification.omit "},
    };
    for (const auto& row : rows)
        EXPECT_TRUE(refusal(with(row.patch)).starts_with(row.member))
            << row.patch << " gave " << refusal(with(row.patch));
}

TEST(clause_5_2_12_subscription, what_the_tables_allow_is_accepted) {
    for (const auto* patch : {
             R"({})",
             R"({"entities": null, "watchedAttributes": ["speed"]})",
             R"({"entities": null, "localOnly": true})",
             R"({"entities": [{"type": "A|B", "id": ["urn:a:1", "urn:a:2"]}]})",
             R"({"status": "expired", "notification": {"timesSent": 7, "lastFailure": "x"}})",
             R"({"timeInterval": 0.5})",
             R"({"throttling": 2.5, "q": "speed>50", "scopeQ": "/a/#"})",
             R"({"csf": "endpoint==\"x\"", "splitEntities": true, "lang": "en"})",
             R"({"datasetId": ["@none", "urn:d:1"], "ngsildConformance": "1.8"})",
             R"({"notification": {"pick": ["id", "speed"], "join": "@none"}})",
             R"({"notification": {"endpoint": {"uri": "mqtts://u:p@h:1/a/b"}}})",
         })
        EXPECT_EQ(refusal(with(patch)), "accepted") << patch;
}

TEST(clause_5_5_8_fragments, replace_members_and_nulls_remove_them) {
    const auto body = whole(with(R"({"q": "speed>50", "throttling": 5})")).value();
    const auto fragment =
        to_body(parsed(R"({"q": "urn:ngsi-ld:null", "throttling": 7, "description": "x"})"),
                *jsonld::core_context(), payload_kind::fragment, now)
            .value();
    const auto made = merged(body, fragment);
    EXPECT_FALSE(made.contains("q") || made.contains("qSent"));
    EXPECT_EQ(made["throttling"], 7);
    EXPECT_EQ(made["description"], "x");
    EXPECT_EQ(made["entities"], body["entities"]);
}

std::string shown(const json& payload, store::subscription_row row = {}) {
    row.uri = "urn:ngsi-ld:Subscription:1";
    row.body = to_text(whole(payload).value());
    row.context = jsonld::core_context()->member_text();
    std::string out;
    const shown_as how{*jsonld::core_context(), now, false, false};
    const auto done = append_subscription(out, row, how);
    return done ? out : done.error().detail();
}

TEST(clause_5_8_3_retrieve, a_subscription_is_shown_as_it_was_sent) {
    const auto text = shown(with(R"({"q": "speed>50;brand==\"Audi\"",
        "watchedAttributes": ["speed"], "geoQ": {"georel": "near;maxDistance==2000",
        "geometry": "Point", "coordinates": [1, 2]},
        "notification": {"pick": ["id", "speed"], "format": "keyValues"}})"));
    EXPECT_EQ(parsed(text), parsed(R"({"id": "urn:ngsi-ld:Subscription:1", "type": "Subscription",
        "entities": [{"type": "Vehicle"}], "watchedAttributes": ["speed"],
        "notificationTrigger": ["attributeCreated", "attributeUpdated"],
        "q": "speed>50;brand==\"Audi\"",
        "geoQ": {"georel": "near;maxDistance==2000", "geometry": "Point", "coordinates": [1, 2]},
        "status": "active",
        "notification": {"pick": ["id", "speed"], "format": "keyValues",
                         "endpoint": {"uri": "http://example.org/notify"}},
        "jsonldContext": "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld"})"))
        << text;
}

TEST(clause_5_2_14_2_output_only_members, are_shown_once_something_was_sent) {
    store::subscription_row row;
    row.times_sent = 3;
    row.times_failed = 1;
    row.status = "ok";
    row.last_success = now;
    row.is_active = false;
    const auto body = parsed(shown(good, row));
    EXPECT_EQ(body["notification"]["timesSent"], 3);
    EXPECT_EQ(body["notification"]["timesFailed"], 1);
    EXPECT_EQ(body["notification"]["status"], "ok");
    EXPECT_EQ(body["notification"]["lastSuccess"], to_text(now));
    EXPECT_EQ(body["status"], "paused");
}

} // namespace
} // namespace meridian::subscription
