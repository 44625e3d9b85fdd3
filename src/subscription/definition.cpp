#include "subscription/definition.hpp"

#include "meridian/base/json.hpp"
#include "meridian/net/url.hpp"
#include "meridian/query/parse.hpp"
#include "meridian/query/projection.hpp"

#include <algorithm>
#include <cmath>

namespace meridian::subscription {
namespace {

using ngsild::projection;
using ngsild::representation_format;

/// The body holds canonical text: names in it need no @context.
query::parse_scope canonical() {
    return query::parse_scope{*jsonld::core_context(), query::name_form::canonical};
}

std::vector<std::string> texts_of(const json& of, const char* member) {
    const auto found = of.find(member);
    return found == of.end() ? std::vector<std::string>{} : found->get<std::vector<std::string>>();
}

result<query::entity_selection> compile_selector(const json& from) {
    query::entity_selection made;
    MERIDIAN_TRY(auto types,
                 query::parse_types(from.at("type").get_ref<const std::string&>(), canonical()));
    if (!types.any_of.empty())
        made.types = std::move(types);
    made.ids = texts_of(from, "id");
    // 5.2.33: id takes precedence over idPattern.
    if (made.ids.empty() && from.contains("idPattern")) {
        const auto& text = from["idPattern"].get_ref<const std::string&>();
        MERIDIAN_TRY(made.id_pattern, query::pattern::create(text, "idPattern"));
    }
    return made;
}

unsigned compile_triggers(const json& body) {
    if (!body.contains("notificationTrigger"))
        return trigger::usual;
    unsigned made = 0;
    for (const auto& one : texts_of(body, "notificationTrigger"))
        made |= one == "entityCreated"      ? trigger::entity_created
                : one == "entityDeleted"    ? trigger::entity_deleted
                : one == "entityUpdated"    ? trigger::entity_updated
                : one == "attributeCreated" ? trigger::attribute_created
                : one == "attributeUpdated" ? trigger::attribute_updated
                                            : trigger::attribute_deleted;
    return made;
}

template <typename Duration>
Duration read_time(const json& of, const char* member, double units_in_second) {
    const auto found = of.find(member);
    if (found == of.end())
        return Duration{0};
    const std::chrono::duration<double> seconds(found->get<double>() / units_in_second);
    return std::max(std::chrono::duration_cast<Duration>(seconds), Duration{1});
}

void compile_notifier_info(endpoint& made, const json& pairs) {
    for (const auto& one : pairs) {
        const auto& value = one.at("value").get_ref<const std::string&>();
        if (one.at("key") == "MQTT-Version" && value == "mqtt3.1.1")
            made.version = net::mqtt_version::v3_1_1;
        if (one.at("key") == "MQTT-QoS" && !value.empty())
            made.quality = value.front() - '0';
    }
}

result<endpoint> compile_endpoint(const json& from) {
    endpoint made;
    made.uri = from.at("uri").get<std::string>();
    made.is_mqtt = made.uri.starts_with("mqtt");
    if (made.is_mqtt) {
        MERIDIAN_TRY(const auto url, net::parse_mqtt_url(made.uri));
        made.host = "mqtt " + url.host + ':' + std::to_string(url.port);
    } else {
        MERIDIAN_TRY(const auto url, net::parse_url(made.uri));
        made.host = url.authority();
    }
    const auto accept = from.value("accept", std::string("application/json"));
    made.accept = accept == "application/ld+json"    ? accepted::ld_json
                  : accept == "application/geo+json" ? accepted::geo_json
                                                     : accepted::json;
    made.timeout = read_time<std::chrono::milliseconds>(from, "timeout", 1'000);
    made.cooldown = read_time<std::chrono::milliseconds>(from, "cooldown", 1'000);
    if (const auto pairs = from.find("receiverInfo"); pairs != from.end())
        for (const auto& one : *pairs) {
            made.receiver_info.emplace_back(one.at("key").get<std::string>(),
                                            one.at("value").get<std::string>());
            made.prefers_json_body = made.prefers_json_body ||
                                     (one.at("key") == "Prefer" && one.at("value") == "body=json");
        }
    if (const auto pairs = from.find("notifierInfo"); pairs != from.end())
        compile_notifier_info(made, *pairs);
    return made;
}

result<query::projection_list> compile_projection(const json& from, const char* member) {
    query::projection_list made;
    for (const auto& text : texts_of(from, member)) {
        MERIDIAN_TRY(auto terms, query::parse_projection(text, member, canonical()));
        std::ranges::move(terms, std::back_inserter(made));
    }
    return made;
}

result<void> compile_notification(definition& made, const json& from) {
    MERIDIAN_TRY(made.endpoint, compile_endpoint(from.at("endpoint")));
    const auto format = from.value("format", std::string());
    made.format = format == "concise" ? representation_format::concise
                  : format == "simplified" || format == "keyValues"
                      ? representation_format::simplified
                      : representation_format::normalized;
    made.sys_attrs = from.value("sysAttrs", false);
    made.show_changes = from.value("showChanges", false);
    made.attributes = texts_of(from, "attributes");
    MERIDIAN_TRY(made.pick, compile_projection(from, "pick"));
    MERIDIAN_TRY(made.omit, compile_projection(from, "omit"));
    const auto join = from.value("join", std::string());
    made.join.form = join == "flat"     ? ngsild::join_form::flat
                     : join == "inline" ? ngsild::join_form::nested
                                        : ngsild::join_form::none;
    made.join.levels = from.value("joinLevel", std::uint32_t{1});
    return {};
}

result<void> compile_conditions(definition& made, const json& body) {
    if (const auto q = body.find("q"); q != body.end()) {
        MERIDIAN_TRY(made.conditions.q,
                     query::parse_q(q->get_ref<const std::string&>(), canonical()));
    }
    if (const auto geo = body.find("geoQ"); geo != body.end()) {
        const query::parse_scope scope{*jsonld::core_context()};
        MERIDIAN_TRY(made.conditions.geo, query::parse_geo(*geo, scope));
    }
    if (const auto scopes = body.find("scopeQ"); scopes != body.end()) {
        MERIDIAN_TRY(made.conditions.scopes,
                     query::parse_scopes(scopes->get_ref<const std::string&>()));
    }
    return {};
}

result<definition_ptr> compile_body(store::tenant_id tenant, const store::subscription_row& row,
                                    const json& body) {
    auto made = std::make_shared<definition>();
    made->number = row.id;
    made->tenant = tenant;
    made->id = row.uri;
    made->is_active = row.is_active;
    made->expires_at = row.expires_at;
    made->modified_at = row.modified_at;
    if (const auto entities = body.find("entities"); entities != body.end())
        for (const auto& one : *entities) {
            MERIDIAN_TRY(auto selector, compile_selector(one));
            made->entities.push_back(std::move(selector));
        }
    made->watched = texts_of(body, "watchedAttributes");
    made->triggers = compile_triggers(body);
    MERIDIAN_CHECK(compile_conditions(*made, body));
    made->throttling = read_time<std::chrono::microseconds>(body, "throttling", 1);
    made->interval = read_time<std::chrono::microseconds>(body, "timeInterval", 1);
    MERIDIAN_CHECK(compile_notification(*made, body.at("notification")));
    made->dataset_ids = texts_of(body, "datasetId");
    made->lang = body.value("lang", std::string());
    // 5.8.1.4: without a jsonldContext it is the @context that the Subscription came with.
    made->context = body.contains("jsonldContext") ? to_text(body["jsonldContext"]) : row.context;
    return definition_ptr(std::move(made));
}

problem damaged(const store::subscription_row& row, std::string_view why) {
    return problem{problem_kind::internal_error,
                   "the stored Subscription '" + row.uri + "' is damaged: " + std::string(why)};
}

projection projection_of(const definition& of, const ngsild::names& dictionary) {
    if (of.attributes.empty()) {
        // Refused before it was stored: names in pick and omit.
        return query::make_projection(of.pick, of.omit, dictionary).value_or(projection{});
    }
    projection shown;
    shown.how = projection::mode::only;
    for (const auto& iri : of.attributes)
        if (const auto id = dictionary.find(iri); id != 0)
            shown.attributes.push_back(id);
    return shown;
}

} // namespace

result<definition_ptr> compile(store::tenant_id tenant, const store::subscription_row& row) {
    const auto body = parse_json(row.body);
    if (!body)
        return damaged(row, body.error().detail());
    try {
        auto made = compile_body(tenant, row, *body);
        if (!made)
            return damaged(row, made.error().detail());
        return made;
    } catch (const json::exception& error) { // a member of another type than `to_body` writes
        return damaged(row, error.what());
    }
}

ngsild::representation representation_of(const definition& of, const ngsild::names& dictionary) {
    ngsild::representation how;
    how.format = of.format;
    how.sys_attrs = of.sys_attrs;
    how.geojson = of.endpoint.accept == accepted::geo_json;
    how.shown = projection_of(of, dictionary);
    how.lang = of.lang;
    how.dataset_ids = of.dataset_ids;
    return how;
}

timestamp next_run(const definition& of, timestamp now) noexcept {
    // Multiples of the interval since the Subscription was made: delays do not add up.
    const auto runs = (now - of.modified_at) / of.interval;
    return of.modified_at + (std::max<decltype(runs)>(runs, 0) + 1) * of.interval;
}

} // namespace meridian::subscription
