/// 5.2.14.1 NotificationParams and 5.2.15 Endpoint of a payload.
#include "meridian/base/text.hpp"
#include "meridian/base/uri.hpp"
#include "meridian/net/mqtt_client.hpp"
#include "meridian/net/url.hpp"
#include "meridian/query/parse.hpp"
#include "meridian/query/print.hpp"
#include "meridian/query/projection.hpp"
#include "subscription/body.hpp"
#include "subscription/members.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace meridian::subscription {
namespace {

/// An array of KeyValuePair (5.2.22).
result<json> read_pairs(const json& sent, std::string_view where) {
    if (!sent.is_array())
        return bad_member(where, "must be an array of {key, value}");
    json made = json::array();
    for (const auto& one : sent) {
        const bool is_pair = one.is_object() && one.contains("key") && one["key"].is_string() &&
                             one.contains("value") && one["value"].is_string();
        if (!is_pair)
            return bad_member(where, "must hold objects with the texts key and value");
        made.push_back({{"key", one["key"]}, {"value", one["value"]}});
    }
    return made;
}

result<json> read_receiver_info(const json& sent, bool is_mqtt) {
    constexpr std::string_view where = "notification.endpoint.receiverInfo";
    MERIDIAN_TRY(auto pairs, read_pairs(sent, where));
    for (const auto& one : pairs)
        if (!is_mqtt && (!is_token(one["key"].get_ref<const std::string&>()) ||
                         !is_header_value(one["value"].get_ref<const std::string&>())))
            return bad_member(where, "must hold names and values that HTTP headers can have");
    return pairs;
}

/// Table 7.2-1.
result<json> read_notifier_info(const json& sent, bool is_mqtt) {
    constexpr std::string_view where = "notification.endpoint.notifierInfo";
    MERIDIAN_TRY(auto pairs, read_pairs(sent, where));
    for (const auto& one : pairs) {
        const auto& value = one["value"].get_ref<const std::string&>();
        if (is_mqtt && one["key"] == "MQTT-Version" && value != "mqtt3.1.1" && value != "mqtt5.0")
            return bad_member(where, "MQTT-Version must be mqtt3.1.1 or mqtt5.0");
        if (is_mqtt && one["key"] == "MQTT-QoS" && value != "0" && value != "1" && value != "2")
            return bad_member(where, "MQTT-QoS must be 0, 1 or 2");
    }
    return pairs;
}

result<bool> read_is_mqtt(const json& sent) {
    constexpr std::string_view where = "notification.endpoint.uri";
    if (!sent.contains("uri"))
        return bad_member(where, "is missing");
    MERIDIAN_TRY(const auto uri, read_text(sent["uri"], where));
    if (!is_uri(uri))
        return bad_member(where, "must be a valid URI");
    const bool is_mqtt = uri.starts_with("mqtt://") || uri.starts_with("mqtts://");
    if (is_mqtt) {
        if (const auto parsed = net::parse_mqtt_url(uri); !parsed)
            return bad_member(where, "is no MQTT endpoint: " + parsed.error().detail());
        return true;
    }
    if (const auto parsed = net::parse_url(uri); !parsed)
        return bad_member(where,
                          "is no http, https, mqtt or mqtts endpoint: " + parsed.error().detail());
    return false;
}

result<void> check_accept(const json& value, bool is_mqtt) {
    static constexpr std::array<std::string_view, 3> known{
        "application/json", "application/ld+json", "application/geo+json"};
    constexpr std::string_view where = "notification.endpoint.accept";
    MERIDIAN_TRY(const auto type, read_text(value, where));
    if (std::ranges::find(known, type) == known.end())
        return bad_member(where, "must be application/json, application/ld+json or "
                                 "application/geo+json");
    // 7.2 knows the first two only.
    if (is_mqtt && type == known.back())
        return bad_member(where, "must be application/json or application/ld+json with MQTT");
    return {};
}

/// CHOICE: a Subscription may go that far into linked Entities, as requests may.
constexpr std::uint32_t most_levels = 20;

/// How deep the notifications go into linked Entities (4.5.23); 0: not at all.
result<std::uint32_t> read_join(const json& sent) {
    std::uint32_t levels = 1;
    if (sent.contains("joinLevel")) {
        const json& level = sent["joinLevel"];
        if (!level.is_number_unsigned() || level == 0)
            return bad_member("notification.joinLevel", "must be a positive integer");
        if (level > most_levels)
            return bad_member("notification.joinLevel", "is above " + std::to_string(most_levels));
        levels = level.get<std::uint32_t>();
    }
    if (!sent.contains("join"))
        return std::uint32_t{0};
    MERIDIAN_TRY(const auto join, read_text(sent["join"], "notification.join"));
    if (join == "flat" || join == "inline")
        return levels;
    if (join != "@none")
        return bad_member("notification.join", "must be flat, inline or @none");
    return std::uint32_t{0};
}

/// Entity members and Attribute names (4.21), in canonical form; braces as deep as `levels`.
result<json> read_projection(const json& value, const char* member, const jsonld::context& context,
                             std::uint32_t levels) {
    const auto where = std::string("notification.") + member;
    MERIDIAN_TRY(const auto texts, read_texts(value, where));
    json made = json::array();
    const query::parse_scope scope{context};
    for (const auto& text : texts) {
        MERIDIAN_TRY(const auto terms, query::parse_projection(text, member, scope));
        if (query::depth_of(terms) > levels)
            return bad_member(where, "projects linked Entities deeper than join and joinLevel go");
        for (const auto& term : terms)
            made.push_back(query::to_text(query::projection_list{term}));
    }
    return made;
}

result<void> check_format(const json& sent) {
    static constexpr std::array<std::string_view, 4> known{"normalized", "concise", "simplified",
                                                           "keyValues"};
    std::string format;
    if (sent.contains("format")) {
        MERIDIAN_TRY(format, read_text(sent["format"], "notification.format"));
        if (std::ranges::find(known, format) == known.end())
            return bad_member("notification.format",
                              "must be normalized, concise, simplified or keyValues");
    }
    for (const auto* member : {"showChanges", "sysAttrs"})
        if (sent.contains(member)) {
            MERIDIAN_CHECK(read_flag(sent[member], std::string("notification.") + member));
        }
    if (sent.value("showChanges", false) && (format == "simplified" || format == "keyValues"))
        return bad_member("notification.showChanges", "must not be true where format is " + format);
    return {};
}

} // namespace

result<json> to_endpoint_body(const json& sent) {
    if (!sent.is_object())
        return bad_member("notification.endpoint", "must be an object (5.2.15)");
    MERIDIAN_TRY(const bool is_mqtt, read_is_mqtt(sent));
    json made = {{"uri", sent["uri"]}};
    if (sent.contains("accept")) {
        MERIDIAN_CHECK(check_accept(sent["accept"], is_mqtt));
        made["accept"] = sent["accept"];
    }
    for (const auto* member : {"timeout", "cooldown"})
        if (sent.contains(member)) {
            MERIDIAN_CHECK(
                read_positive(sent[member], std::string("notification.endpoint.") + member));
            made[member] = sent[member];
        }
    if (sent.contains("receiverInfo")) {
        MERIDIAN_TRY(made["receiverInfo"], read_receiver_info(sent["receiverInfo"], is_mqtt));
    }
    if (sent.contains("notifierInfo")) {
        MERIDIAN_TRY(made["notifierInfo"], read_notifier_info(sent["notifierInfo"], is_mqtt));
    }
    return made;
}

result<json> to_notification_body(const json& sent, const jsonld::context& context) {
    if (!sent.is_object())
        return bad_member("notification", "must be an object (5.2.14)");
    if (!sent.contains("endpoint"))
        return bad_member("notification.endpoint", "is missing");
    MERIDIAN_CHECK(check_format(sent));
    json made = json::object();
    MERIDIAN_TRY(made["endpoint"], to_endpoint_body(sent["endpoint"]));
    if (sent.contains("attributes")) {
        if (sent.contains("pick") || sent.contains("omit"))
            return bad_member("notification.attributes",
                              "must not be there together with pick or omit, which replace it");
        MERIDIAN_TRY(const auto names,
                     read_names(sent["attributes"], "notification.attributes", context));
        made["attributes"] = names;
    }
    MERIDIAN_TRY(const auto levels, read_join(sent));
    for (const auto* member : {"pick", "omit"})
        if (sent.contains(member)) {
            MERIDIAN_TRY(made[member], read_projection(sent[member], member, context, levels));
        }
    if (made.contains("pick") && made.contains("omit"))
        for (const auto& one : made["pick"])
            if (std::ranges::find(made["omit"], one) != made["omit"].end())
                return bad_member("notification.omit", "names a member that pick names too");
    for (const auto* member : {"format", "join", "joinLevel", "showChanges", "sysAttrs"})
        if (sent.contains(member))
            made[member] = sent[member];
    return made;
}

} // namespace meridian::subscription
