#include "subscription/body.hpp"

#include "meridian/base/uri.hpp"
#include "meridian/net/url.hpp"
#include "meridian/ngsild/conformance.hpp"
#include "meridian/query/evaluate.hpp"
#include "meridian/query/parse.hpp"
#include "meridian/query/print.hpp"
#include "subscription/members.hpp"

#include <algorithm>
#include <array>

namespace meridian::subscription {
namespace {

/// What the readers of members share.
struct frame {
    const json& payload;
    const jsonld::context& context;
    timestamp now;
};

/// 5.2.33.
result<json> read_selector(const json& sent, const frame& in) {
    if (!sent.is_object())
        return bad_member("entities", "must hold objects (EntitySelector)");
    json made = json::object();
    const auto type = sent.contains("type") ? sent.find("type") : sent.find("@type");
    if (type == sent.end())
        return bad_member("entities.type", "is missing");
    MERIDIAN_TRY(const auto text, read_text(*type, "entities.type"));
    const query::parse_scope scope{in.context};
    MERIDIAN_TRY(const auto types, query::parse_types(text, scope));
    made["type"] = types.any_of.empty() ? std::string("*") : query::to_text(types);
    const auto id = sent.contains("id") ? sent.find("id") : sent.find("@id");
    if (id != sent.end()) {
        MERIDIAN_TRY(const auto uris, ngsild::read_one_or_more_texts(*id, "entities.id"));
        if (!std::ranges::all_of(uris, [](const auto& one) { return is_uri(one); }))
            return bad_member("entities.id", "must hold valid URIs");
        made["id"] = uris;
    }
    if (const auto pattern = sent.find("idPattern"); pattern != sent.end()) {
        MERIDIAN_TRY(const auto expression, read_text(*pattern, "entities.idPattern"));
        MERIDIAN_CHECK(query::pattern::create(expression, "entities.idPattern"));
        made["idPattern"] = expression;
    }
    return made;
}

result<json> read_entities(const json& value, const frame& in) {
    if (!value.is_array() || value.empty())
        return bad_member("entities", "must be an array that is not empty");
    json made = json::array();
    for (const auto& one : value) {
        MERIDIAN_TRY(auto selector, read_selector(one, in));
        made.push_back(std::move(selector));
    }
    return made;
}

result<json> read_triggers(const json& value, const frame&) {
    static constexpr std::array<std::string_view, 6> known{"entityCreated",    "entityUpdated",
                                                           "entityDeleted",    "attributeCreated",
                                                           "attributeUpdated", "attributeDeleted"};
    MERIDIAN_TRY(const auto texts, read_texts(value, "notificationTrigger"));
    for (const auto& one : texts)
        if (std::ranges::find(known, one) == known.end())
            return bad_member("notificationTrigger", "has no trigger '" + one + "'");
    return json(texts);
}

result<json> read_watched(const json& value, const frame& in) {
    MERIDIAN_TRY(const auto names, read_names(value, "watchedAttributes", in.context));
    return json(names);
}

result<std::vector<std::string>> read_listed_names(const frame& in, const char* member) {
    const auto found = in.payload.find(member);
    if (found == in.payload.end() || !found->is_string())
        return std::vector<std::string>{};
    const query::parse_scope scope{in.context};
    return query::parse_names(found->get_ref<const std::string&>(), member, scope);
}

result<query::q_expression> parse_query(const json& value, std::string_view where,
                                        const frame& in) {
    MERIDIAN_TRY(const auto text, read_text(value, where));
    query::q_parameters given{text, {}, {}};
    MERIDIAN_TRY(given.expand_values, read_listed_names(in, "expandValues"));
    MERIDIAN_TRY(given.json_keys, read_listed_names(in, "jsonKeys"));
    const query::parse_scope scope{in.context};
    auto q = query::parse_q(given, scope);
    if (q)
        return q;
    // CHOICE: clients (ngsildclient) send q percent-encoded as in a URL. What is no q as it stands
    // is read so; 4.9's "%" outside of strings has no other meaning.
    const auto decoded = percent_decode(text, plus_is_blank::no);
    if (!decoded || *decoded == text)
        return q;
    given.q = *decoded;
    auto again = query::parse_q(given, scope);
    return again ? std::move(again) : std::move(q);
}

result<json> read_q(const json& value, const frame& in) {
    MERIDIAN_TRY(const auto q, parse_query(value, "q", in));
    if (query::follows_links(q))
        return problem{problem_kind::operation_not_supported,
                       "a Subscription's q that looks into linked Entities is not supported by "
                       "this broker yet"};
    return json(query::to_text(q));
}

/// CHOICE: a csf is checked as q is; there are no Context Sources that it could narrow (5.8.6).
result<json> read_csf(const json& value, const frame& in) {
    MERIDIAN_CHECK(parse_query(value, "csf", in));
    return value;
}

result<json> read_geo(const json& value, const frame& in) {
    if (!value.is_object())
        return bad_member("geoQ", "must be an object (5.2.13)");
    const query::parse_scope scope{in.context};
    MERIDIAN_TRY(const auto geo, query::parse_geo(value, scope));
    json made = value;
    if (made.contains("geoproperty"))
        made["geoproperty"] = geo.geoproperty;
    return made;
}

result<json> read_scope_q(const json& value, const frame&) {
    MERIDIAN_TRY(const auto text, read_text(value, "scopeQ"));
    MERIDIAN_CHECK(query::parse_scopes(text));
    return value;
}

/// 5.2.12: only for Context Source Registration Subscriptions; here it is kept and has no effect.
result<json> read_temporal_q(const json& value, const frame&) {
    if (!value.is_object())
        return bad_member("temporalQ", "must be an object (5.2.21)");
    return value;
}

result<json> read_datasets(const json& value, const frame&) {
    MERIDIAN_TRY(const auto ids, ngsild::read_datasets(value));
    return json(ids);
}

result<json> read_expiry(const json& value, const frame& in) {
    MERIDIAN_TRY(const auto moment, ngsild::read_expiry(value, in.now));
    return json(to_text(moment));
}

result<json> read_context_url(const json& value, const frame&) {
    MERIDIAN_TRY(const auto text, read_text(value, "jsonldContext"));
    if (!net::parse_url(text))
        return bad_member("jsonldContext", "must be an http or https URI");
    return value;
}

/// 5.2.12: major.minor.
result<json> read_conformance(const json& value, const frame&) {
    MERIDIAN_TRY(const auto text, read_text(value, "ngsildConformance"));
    if (!ngsild::parse_version(text))
        return bad_member("ngsildConformance", "must be of the form major.minor");
    return value;
}

result<json> read_notification(const json& value, const frame& in) {
    return to_notification_body(value, in.context);
}

template <const auto& Name>
result<json> as_text(const json& value, const frame&) {
    MERIDIAN_CHECK(read_text(value, Name));
    return value;
}
template <const auto& Name>
result<json> as_flag(const json& value, const frame&) {
    MERIDIAN_CHECK(read_flag(value, Name));
    return value;
}
template <const auto& Name>
result<json> as_positive(const json& value, const frame&) {
    MERIDIAN_CHECK(read_positive(value, Name));
    return value;
}

constexpr char description[] = "description";
constexpr char expand_values[] = "expandValues";
constexpr char is_active[] = "isActive";
constexpr char json_keys[] = "jsonKeys";
constexpr char lang[] = "lang";
constexpr char local_only[] = "localOnly";
constexpr char split_entities[] = "splitEntities";
constexpr char subscription_name[] = "subscriptionName";
constexpr char throttling[] = "throttling";
constexpr char time_interval[] = "timeInterval";

struct member_rule {
    const char* name;
    result<json> (*read)(const json&, const frame&);
};

/// Table 5.2.12-1 without id and type.
constexpr member_rule rules[] = {
    {"entities", read_entities},
    {"notification", read_notification},
    {"notificationTrigger", read_triggers},
    {"watchedAttributes", read_watched},
    {"q", read_q},
    {"geoQ", read_geo},
    {"scopeQ", read_scope_q},
    {"temporalQ", read_temporal_q},
    {"csf", read_csf},
    {"datasetId", read_datasets},
    {description, as_text<description>},
    {expand_values, as_text<expand_values>},
    {"expiresAt", read_expiry},
    {is_active, as_flag<is_active>},
    {json_keys, as_text<json_keys>},
    {"jsonldContext", read_context_url},
    {lang, as_text<lang>},
    {local_only, as_flag<local_only>},
    {"ngsildConformance", read_conformance},
    {split_entities, as_flag<split_entities>},
    {subscription_name, as_text<subscription_name>},
    {throttling, as_positive<throttling>},
    {time_interval, as_positive<time_interval>},
};

} // namespace

result<json> to_body(const json& payload, const jsonld::context& context, payload_kind kind,
                     timestamp now) {
    if (!payload.is_object())
        return bad_member("the payload", "must be a JSON object: a Subscription");
    MERIDIAN_CHECK(ngsild::check_data_type(payload, kind, "Subscription"));
    const frame in{payload, context, now};
    json body = json::object();
    for (const auto& rule : rules) {
        const auto sent = payload.find(rule.name);
        if (sent == payload.end())
            continue;
        const bool removes = ngsild::removes_member(*sent);
        if (removes && kind == payload_kind::whole)
            return bad_member(rule.name, "must not be null");
        json value;
        if (!removes) {
            auto read = rule.read(*sent, in);
            if (!read) {
                const bool is_located = !read.error().pointer().empty();
                return is_located ? read.error()
                                  : std::move(read).error().at("/" + std::string(rule.name));
            }
            value = std::move(*read);
        }
        body[rule.name] = std::move(value);
        if (rule.name == std::string_view("q"))
            body["qSent"] = removes ? json() : *sent;
    }
    return body;
}

json merged(json body, const json& fragment) {
    for (const auto& [name, value] : fragment.items()) {
        if (value.is_null())
            body.erase(name);
        else
            body[name] = value;
    }
    return body;
}

result<void> check_whole(const json& body, bool local) {
    const bool is_local_only = body.value("localOnly", false);
    if (!body.contains("notification"))
        return bad_member("notification", "is missing");
    const bool is_local = local || is_local_only;
    if (!body.contains("entities") && !body.contains("watchedAttributes") && !is_local)
        return bad_member("entities", "or watchedAttributes must be there, unless localOnly is "
                                      "true");
    if (body.contains("entities") && body.contains("localOnly") && !is_local_only)
        for (const auto& one : body["entities"])
            if (one["type"] == "*")
                return bad_member("localOnly", "must not be false where entities.type is \"*\"");
    if (!body.contains("timeInterval"))
        return {};
    if (body.contains("watchedAttributes"))
        return bad_member("watchedAttributes", "must not be there together with timeInterval");
    if (body.contains("throttling"))
        return bad_member("throttling", "must not be there together with timeInterval");
    if (!body.contains("entities") && !is_local)
        return bad_member("entities", "must be there together with timeInterval");
    return {};
}

} // namespace meridian::subscription
