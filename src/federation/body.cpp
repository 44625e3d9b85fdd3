/// 5.2.9 and its parts: from a payload to the body that is stored.
#include "federation/members.hpp"
#include "meridian/base/text.hpp"
#include "meridian/base/uri.hpp"
#include "meridian/federation/registration.hpp"
#include "meridian/net/url.hpp"
#include "meridian/ngsild/conformance.hpp"
#include "meridian/ngsild/parse.hpp"
#include "meridian/query/parse.hpp"

#include <algorithm>
#include <array>

namespace meridian::federation {
namespace {

/// What the readers of members share.
struct frame {
    const jsonld::context& context;
    timestamp now;
};

/// 5.2.8.
result<json> read_entity_info(const json& sent, const frame& in) {
    constexpr std::string_view where = "information.entities";
    if (!sent.is_object())
        return bad_member(where, "must hold objects (5.2.8)");
    json made = json::object();
    for (const auto& [name, value] : sent.items()) {
        if (name == "type" || name == "@type") {
            MERIDIAN_TRY(made["type"], read_names(value, "information.entities.type", in.context));
        } else if (name == "id" || name == "@id") {
            if (!value.is_string() || !is_uri(value.get_ref<const std::string&>()))
                return bad_member("information.entities.id", "must be a valid URI");
            made["id"] = value;
        } else if (name == "idPattern") {
            MERIDIAN_TRY(const auto text,
                         ngsild::read_text(value, "information.entities.idPattern"));
            MERIDIAN_CHECK(query::pattern::create(text, "information.entities.idPattern"));
            made["idPattern"] = text;
        } else {
            return bad_member(where, "has an unknown member '" + name + "' (5.2.8)");
        }
    }
    if (!made.contains("type"))
        return bad_member("information.entities.type", "is missing");
    return made;
}

/// 5.2.10.
result<json> read_info(const json& sent, const frame& in) {
    constexpr std::string_view where = "information";
    if (!sent.is_object() || sent.empty())
        return bad_member(where, "must hold objects that are not empty (5.2.10)");
    json made = json::object();
    for (const auto& [name, value] : sent.items()) {
        if (name == "propertyNames" || name == "relationshipNames") {
            if (!value.is_array())
                return bad_member("information." + name, "must be an array");
            MERIDIAN_TRY(made[name], read_names(value, "information." + name, in.context));
        } else if (name == "entities") {
            if (!value.is_array() || value.empty())
                return bad_member("information.entities", "must be an array that is not empty");
            auto& entities = made[name] = json::array();
            for (const auto& one : value) {
                MERIDIAN_TRY(auto info, read_entity_info(one, in));
                entities.push_back(std::move(info));
            }
        } else {
            return bad_member(where, "has an unknown member '" + name + "' (5.2.10)");
        }
    }
    return made;
}

result<json> read_information(const json& value, const frame& in) {
    if (!value.is_array() || value.empty())
        return bad_member("information", "must be an array that is not empty");
    json made = json::array();
    for (const auto& one : value) {
        MERIDIAN_TRY(auto info, read_info(one, in));
        made.push_back(std::move(info));
    }
    return made;
}

result<json> read_endpoint(const json& value, const frame&) {
    MERIDIAN_TRY(const auto text, ngsild::read_text(value, "endpoint"));
    if (!net::parse_url(text))
        return bad_member("endpoint", "must be an http or https URI");
    return value;
}

/// 4.3.6.6, 6.3.19.
result<void> check_source_info(const std::string& key, const std::string& value) {
    const bool is_media_type = value == "application/json" || value == "application/ld+json";
    if (!is_token(key) || !is_header_value(value))
        return bad_member("contextSourceInfo", "'" + key + "' is no header (RFC 7230)");
    if ((key == "accept" || key == "contentType") && !is_media_type)
        return bad_member("contextSourceInfo",
                          "'" + key +
                              "' must be application/json or application/ld+json (4.3.6.6)");
    if (key == "jsonldContext" && !net::parse_url(value))
        return bad_member("contextSourceInfo", "'jsonldContext' must be an http or https URL");
    if (key == "ngsildConformance" && !ngsild::parse_version(value))
        return bad_member("contextSourceInfo",
                          "'ngsildConformance' must be of the form major.minor (4.3.6.6)");
    return {};
}

result<json> read_source_info(const json& value, const frame&) {
    if (!value.is_array())
        return bad_member("contextSourceInfo", "must be an array (5.2.22)");
    for (const auto& one : value) {
        if (!one.is_object() || one.size() != 2 || !one.contains("key") || !one.contains("value") ||
            !one["key"].is_string() || !one["value"].is_string())
            return bad_member("contextSourceInfo",
                              "must hold objects with the texts key and value (5.2.22)");
        MERIDIAN_CHECK(
            check_source_info(one["key"].get<std::string>(), one["value"].get<std::string>()));
    }
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

template <const auto& Name>
result<json> as_geometry(const json& value, const frame&) {
    if (!value.is_object() || !value.contains("type") || !value["type"].is_string() ||
        !value.contains("coordinates"))
        return bad_member(Name, "must be a GeoJSON geometry (4.7)");
    MERIDIAN_CHECK(query::make_geometry(value["type"].get_ref<const std::string&>(),
                                        value["coordinates"], Name));
    return value;
}

/// 5.2.11.
template <const auto& Name>
result<json> as_interval(const json& value, const frame&) {
    if (!value.is_object() || !value.contains("startAt"))
        return bad_member(Name, "must be an object with startAt (5.2.11)");
    MERIDIAN_TRY(const auto start, ngsild::read_date_time(value["startAt"], Name));
    json made{{"startAt", to_text(start)}};
    if (value.contains("endAt")) {
        MERIDIAN_TRY(const auto end, ngsild::read_date_time(value["endAt"], Name));
        if (end < start)
            return bad_member(Name, "ends before it begins");
        made["endAt"] = to_text(end);
    }
    return made;
}

/// 5.2.34.
result<json> read_management(const json& value, const frame&) {
    if (!value.is_object())
        return bad_member("management", "must be an object (5.2.34)");
    for (const auto& [name, member] : value.items()) {
        if (name == "cooldown" || name == "timeout") {
            MERIDIAN_CHECK(ngsild::read_positive(member, "management." + name));
        } else if (name == "localOnly") {
            MERIDIAN_CHECK(ngsild::read_flag(member, "management.localOnly"));
        } else if (name == "cacheDuration") {
            MERIDIAN_TRY(const auto text, ngsild::read_text(member, "management.cacheDuration"));
            if (!parse_duration(text))
                return bad_member("management.cacheDuration", "must be an ISO 8601 duration");
        } else {
            return bad_member("management", "has an unknown member '" + name + "' (5.2.34)");
        }
    }
    return value;
}

result<json> read_mode(const json& value, const frame&) {
    for (const auto* known : {"inclusive", "exclusive", "redirect", "auxiliary"})
        if (value == known)
            return value;
    return bad_member("mode", "must be inclusive, exclusive, redirect or auxiliary");
}

result<json> read_operations(const json& value, const frame&) {
    MERIDIAN_TRY(const auto texts, ngsild::read_texts(value, "operations"));
    for (const auto& one : texts)
        MERIDIAN_CHECK(operations_of(one));
    return value;
}

result<json> read_refresh_rate(const json& value, const frame&) {
    MERIDIAN_TRY(const auto text, ngsild::read_text(value, "refreshRate"));
    if (!parse_duration(text))
        return bad_member("refreshRate", "must be an ISO 8601 duration");
    return value;
}

/// 4.18; stored with the leading slash.
result<json> read_scopes(const json& value, const frame&) {
    MERIDIAN_TRY(auto texts, ngsild::read_one_or_more_texts(value, "scope"));
    for (auto& text : texts) {
        if (text.front() != '/')
            text.insert(0, 1, '/');
        const bool has_wildcard = text.find_first_of("+#") != std::string::npos;
        if (has_wildcard || text.size() < 2 || text.back() == '/' || !query::parse_scopes(text))
            return bad_member("scope", "'" + text + "' is not a Scope (4.18)");
    }
    return value.is_string() ? json(texts.front()) : json(texts);
}

result<json> read_tenant(const json& value, const frame&) {
    MERIDIAN_TRY(const auto text, ngsild::read_text(value, "tenant"));
    if (!is_header_value(text))
        return bad_member("tenant", "must not hold control characters");
    return value;
}

template <const auto& Name>
result<json> as_text(const json& value, const frame&) {
    MERIDIAN_CHECK(ngsild::read_text(value, Name));
    return value;
}

constexpr char alias[] = "contextSourceAlias";
constexpr char description[] = "description";
constexpr char location[] = "location";
constexpr char management_interval[] = "managementInterval";
constexpr char observation_interval[] = "observationInterval";
constexpr char observation_space[] = "observationSpace";
constexpr char operation_space[] = "operationSpace";
constexpr char registration_name[] = "registrationName";

struct member_rule {
    std::string_view name;
    result<json> (*read)(const json&, const frame&);
};

/// Table 5.2.9-1 without id and type.
constexpr member_rule rules[] = {
    {"endpoint", read_endpoint},
    {"contextSourceInfo", read_source_info},
    {"information", read_information},
    {alias, as_text<alias>},
    {description, as_text<description>},
    {"datasetId", read_datasets},
    {"expiresAt", read_expiry},
    {location, as_geometry<location>},
    {"management", read_management},
    {management_interval, as_interval<management_interval>},
    {"mode", read_mode},
    {observation_interval, as_interval<observation_interval>},
    {observation_space, as_geometry<observation_space>},
    {"operations", read_operations},
    {operation_space, as_geometry<operation_space>},
    {"refreshRate", read_refresh_rate},
    {registration_name, as_text<registration_name>},
    {"scope", read_scopes},
    {"tenant", read_tenant},
};

/// Table 5.2.9-2 and 4.8: what the broker sets itself is ignored; id and type are read apart.
constexpr std::string_view ignored[] = {
    "id",     "@id",         "type",      "@type",     "@context",   "lastFailure", "lastSuccess",
    "status", "timesFailed", "timesSent", "createdAt", "modifiedAt", "deletedAt"};

/// CHOICE: members that table 5.2.9-1 does not name are Context Source Properties, which csf is
/// about (5.10.2.4); they stand under `properties` by their expanded names.
result<void> read_property(json& body, const std::string& name, const json& value, const frame& in,
                           payload_kind kind) {
    if (!ngsild::is_name(name))
        return bad_member(name, "is no name (4.6.2)");
    const bool removes = ngsild::removes_member(value);
    if (removes && kind == payload_kind::whole)
        return bad_member(name, "must not be null");
    body["properties"][in.context.expand(name)] = removes ? json() : value;
    return {};
}

} // namespace

result<json> to_body(const json& payload, const jsonld::context& context, payload_kind kind,
                     timestamp now) {
    if (!payload.is_object())
        return bad_member("the payload", "must be a JSON object: a CSourceRegistration");
    MERIDIAN_CHECK(ngsild::check_data_type(payload, kind, "ContextSourceRegistration"));
    const frame in{context, now};
    json body = json::object();
    for (const auto& [name, value] : payload.items()) {
        if (std::ranges::find(ignored, name) != std::end(ignored))
            continue;
        const auto rule = std::ranges::find(rules, name, &member_rule::name);
        if (rule == std::end(rules)) {
            MERIDIAN_CHECK(read_property(body, name, value, in, kind));
            continue;
        }
        if (!ngsild::removes_member(value)) {
            MERIDIAN_TRY(body[name], rule->read(value, in));
            continue;
        }
        if (kind == payload_kind::whole)
            return bad_member(name, "must not be null");
        body[name] = json();
    }
    return body;
}

json merged(json body, const json& fragment) {
    for (const auto& [name, value] : fragment.items()) {
        if (name == "properties" && body.contains(name))
            body[name] = merged(std::move(body[name]), value);
        else if (value.is_null())
            body.erase(name);
        else
            body[name] = value;
    }
    return body;
}

namespace {

/// 4.3.6.3: an exclusive one is about certain Attributes of a single Entity.
result<void> check_exclusive(const json& body) {
    std::string entity;
    for (const auto& info : body["information"]) {
        if (!info.contains("propertyNames") && !info.contains("relationshipNames"))
            return bad_member("information", "of an exclusive Registration must name Attributes "
                                             "(4.3.6.3)");
        if (!info.contains("entities"))
            return bad_member("information", "of an exclusive Registration must name an Entity by "
                                             "its id (4.3.6.3)");
        for (const auto& one : info["entities"]) {
            const auto id = one.value("id", std::string());
            if (id.empty() || (!entity.empty() && id != entity))
                return bad_member("information.entities.id",
                                  "of an exclusive Registration must be there, and the same in all "
                                  "(4.3.6.3)");
            entity = id;
        }
    }
    return {};
}

/// 5.9.2.4: an auxiliary one is read from only.
result<void> check_auxiliary(const json& body) {
    if (!body.contains("operations"))
        return bad_member("operations", "of an auxiliary Registration must be there (5.9.2.4)");
    for (const auto& one : body["operations"])
        if (one != "retrieveOps" && one != "retrieveEntity" && one != "queryEntity")
            return bad_member("operations", "of an auxiliary Registration must be retrieveOps, "
                                            "retrieveEntity or queryEntity (5.9.2.4)");
    return {};
}

} // namespace

result<void> check_whole(const json& body) {
    for (const auto* name : {"endpoint", "information"})
        if (!body.contains(name))
            return bad_member(name, "is missing");
    const auto mode = body.value("mode", std::string("inclusive"));
    if (mode == "exclusive")
        return check_exclusive(body);
    if (mode == "auxiliary")
        return check_auxiliary(body);
    return {};
}

} // namespace meridian::federation
