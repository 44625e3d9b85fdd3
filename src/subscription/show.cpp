/// 5.8.3, 5.8.4: a Subscription as it is shown.
#include "meridian/ngsild/compact_name.hpp"
#include "meridian/query/parse.hpp"
#include "meridian/query/print.hpp"
#include "meridian/subscription/service.hpp"

#include <string_view>
#include <utility>

namespace meridian::subscription {
namespace {

/// The order in which members are shown, of all objects in a Subscription; jsonb keeps none.
constexpr std::string_view order[] = {
    // 5.2.12, and its q, geoQ, entities
    "id", "type", "idPattern", "subscriptionName", "description", "entities", "watchedAttributes",
    "notificationTrigger", "timeInterval", "q", "georel", "geometry", "coordinates", "geoproperty",
    "geoQ", "scopeQ", "temporalQ", "csf", "expandValues", "jsonKeys", "datasetId", "lang",
    "isActive", "status", "notification",
    // 5.2.14
    "attributes", "pick", "omit", "format", "sysAttrs", "showChanges", "join", "joinLevel",
    "endpoint",
    // 5.2.15, 5.2.22
    "uri", "accept", "timeout", "cooldown", "receiverInfo", "notifierInfo", "key", "value",
    // 5.2.14.2
    "timesSent", "timesFailed", "lastNotification", "lastSuccess", "lastFailure",
    // 5.2.12
    "expiresAt", "throttling", "jsonldContext", "localOnly", "splitEntities", "ngsildConformance",
    "createdAt", "modifiedAt"};

void put_in_order(json& of) {
    if (of.is_object()) {
        json sorted = json::object();
        for (const auto name : order)
            if (const auto found = of.find(name); found != of.end())
                sorted[std::string(name)] = std::move(*found);
        for (auto& [name, value] : of.items())
            if (!sorted.contains(name))
                sorted[name] = std::move(value);
        of = std::move(sorted);
    }
    if (of.is_structured())
        for (auto& one : of)
            put_in_order(one);
}

query::parse_scope canonical() {
    return query::parse_scope{*jsonld::core_context(), query::name_form::canonical};
}

/// One name that has no short form is shown as the IRI that it is.
std::string without_brackets(std::string text) {
    if (text.size() > 2 && text.front() == '<' && text.find('>') == text.size() - 1)
        return text.substr(1, text.size() - 2);
    return text;
}

void compact_names(json& of, const char* member, const jsonld::context& context) {
    if (const auto found = of.find(member); found != of.end())
        for (auto& one : *found)
            one = ngsild::compact_name(one.get_ref<const std::string&>(), context);
}

result<void> compact_selectors(json& body, const jsonld::context& context) {
    if (!body.contains("entities"))
        return {};
    for (auto& one : body["entities"]) {
        const auto& text = one.at("type").get_ref<const std::string&>();
        MERIDIAN_TRY(const auto types, query::parse_types(text, canonical()));
        if (!types.any_of.empty())
            one["type"] = without_brackets(query::to_text(types, &context));
        if (one.contains("id") && one["id"].size() == 1)
            one["id"] = json(one["id"].front());
    }
    return {};
}

/// q as it was sent where that means the same in the reader's words.
result<void> compact_q(json& body, const jsonld::context& context) {
    if (!body.contains("q"))
        return {};
    MERIDIAN_TRY(const auto q,
                 query::parse_q(body["q"].get_ref<const std::string&>(), canonical()));
    const auto sent = body.value("qSent", std::string());
    const auto again = query::parse_q(sent, query::parse_scope{context});
    body["q"] = again && *again == q ? sent : query::to_text(q, &context);
    body.erase("qSent");
    return {};
}

result<void> compact_projection(json& notification, const char* member,
                                const jsonld::context& context) {
    if (!notification.contains(member))
        return {};
    for (auto& one : notification[member]) {
        const auto& text = one.get_ref<const std::string&>();
        MERIDIAN_TRY(const auto terms, query::parse_projection(text, member, canonical()));
        one = without_brackets(query::to_text(terms, &context));
    }
    return {};
}

/// 5.2.14.2; "greater than 0", so a count of none is left out.
void add_bookkeeping(json& notification, const store::subscription_row& row) {
    const auto add_moment = [&](const char* name, const std::optional<timestamp>& moment) {
        if (moment)
            notification[name] = to_text(*moment);
    };
    if (row.status == "ok" || row.status == "failed")
        notification["status"] = row.status;
    if (row.times_sent > 0)
        notification["timesSent"] = row.times_sent;
    if (row.times_failed > 0)
        notification["timesFailed"] = row.times_failed;
    add_moment("lastNotification", row.last_notification);
    add_moment("lastSuccess", row.last_success);
    add_moment("lastFailure", row.last_failure);
}

/// 5.8.1.4: without one in the payload it is the @context that applied. One that has no URL of its
/// own got one when the Subscription was created.
void add_context_url(json& body, const store::subscription_row& row) {
    if (body.contains("jsonldContext"))
        return;
    auto local = parse_json(row.context);
    if (!local)
        return;
    // A user's @context and the core @context behind it.
    if (local->is_array() && local->size() <= 2 && !local->empty())
        *local = json(local->front());
    if (local->is_string())
        body["jsonldContext"] = *local;
}

/// CHOICE: without triggers in the payload the default ones are shown (table 5.2.12-1), as the ETSI
/// suite has it. A periodic Subscription has none.
void add_triggers(json& body) {
    if (!body.contains("notificationTrigger") && !body.contains("timeInterval"))
        body["notificationTrigger"] = {"attributeCreated", "attributeUpdated"};
}

result<json> shown_body(const store::subscription_row& row, const shown_as& how) {
    MERIDIAN_TRY(auto body, parse_json(row.body));
    MERIDIAN_CHECK(compact_selectors(body, how.context));
    MERIDIAN_CHECK(compact_q(body, how.context));
    compact_names(body, "watchedAttributes", how.context);
    if (body.contains("geoQ") && body["geoQ"].contains("geoproperty")) {
        auto& name = body["geoQ"]["geoproperty"];
        name = ngsild::compact_name(name.get_ref<const std::string&>(), how.context);
    }
    auto& notification = body.at("notification");
    compact_names(notification, "attributes", how.context);
    MERIDIAN_CHECK(compact_projection(notification, "pick", how.context));
    MERIDIAN_CHECK(compact_projection(notification, "omit", how.context));
    add_bookkeeping(notification, row);
    add_context_url(body, row);
    add_triggers(body);
    const bool is_expired = row.expires_at && *row.expires_at <= how.now;
    body["status"] = is_expired ? "expired" : row.is_active ? "active" : "paused";
    if (how.sys_attrs) {
        body["createdAt"] = to_text(row.created_at);
        body["modifiedAt"] = to_text(row.modified_at);
    }
    return body;
}

} // namespace

result<void> append_subscription(std::string& out, const store::subscription_row& row,
                                 const shown_as& how) {
    const auto damaged = [&](std::string_view why) {
        return problem{problem_kind::internal_error,
                       "the stored Subscription '" + row.uri + "' is damaged: " + std::string(why)};
    };
    try {
        auto body = shown_body(row, how);
        if (!body)
            return damaged(body.error().detail());
        json whole = {{"id", row.uri}, {"type", "Subscription"}};
        whole.update(*body);
        put_in_order(whole);
        out += to_text(whole);
    } catch (const json::exception& error) { // a member of another type than `to_body` writes
        return damaged(error.what());
    }
    if (how.context_member) {
        out.pop_back();
        out.append(",\"@context\":").append(how.context.member_text()).push_back('}');
    }
    return {};
}

} // namespace meridian::subscription
