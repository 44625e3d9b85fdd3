#include "api/routes.hpp"

#include "meridian/base/uri.hpp"

#include <algorithm>
#include <array>

namespace meridian::api {
namespace {

// The query parameters of each operation, by the tables of clause 6.
constexpr std::string_view none = "";
constexpr std::string_view local_only = "local";
constexpr std::string_view of_target = "type local";
constexpr std::string_view of_append = "type options local";
constexpr std::string_view of_attribute_deletion = "type datasetId deleteAll local";
constexpr std::string_view of_merge = "type format options observedAt lang local";
constexpr std::string_view of_batch = "options local";
constexpr std::string_view of_retrieval =
    "attrs pick omit type options format lang join joinLevel local containedBy "
    "geometryProperty datasetId entityMap entityMapLifetime count asOf";
constexpr std::string_view of_query =
    "id type idPattern attrs pick omit q csf georel geometry coordinates geoproperty "
    "geometryProperty scopeQ lang limit offset cursor count options format local datasetId "
    "expandValues jsonKeys join joinLevel containedBy entityMap entityMapLifetime orderBy "
    "collation orderFrom orderGeometry splitEntities asOf";
constexpr std::string_view of_purge =
    "id type idPattern q csf georel geometry coordinates geoproperty scopeQ keep drop "
    "local geometryProperty";
constexpr std::string_view of_posted_query =
    "limit offset cursor count options format local geometryProperty datasetId lang join "
    "joinLevel entityMap splitEntities";
constexpr std::string_view of_discovery = "details local";
constexpr std::string_view of_temporal_retrieval =
    "attrs pick omit timerel timeAt endTimeAt timeproperty lastN options format lang "
    "datasetId local aggrMethods aggrPeriodDuration entityMap";
constexpr std::string_view of_temporal_query =
    "id type idPattern attrs pick omit q csf georel geometry coordinates geoproperty "
    "scopeQ lang limit offset count options format local datasetId expandValues jsonKeys "
    "timerel timeAt endTimeAt timeproperty lastN aggrMethods aggrPeriodDuration entityMap "
    "entityMapLifetime orderBy collation splitEntities";
constexpr std::string_view of_posted_temporal_query =
    "limit offset count options format local datasetId lang entityMap entityMapLifetime "
    "splitEntities";
constexpr std::string_view of_temporal_deletion = "datasetId deleteAll local";
constexpr std::string_view of_subscriptions = "limit offset count options local";
constexpr std::string_view of_subscription = "options local";
constexpr std::string_view of_contexts = "details kind";
constexpr std::string_view of_context = "details";
constexpr std::string_view of_context_deletion = "reload";

constexpr std::string_view of_registrations =
    "id type idPattern attrs pick omit q csf georel geometry coordinates geoproperty "
    "geometryProperty scopeQ lang timerel timeAt endTimeAt timeproperty limit offset count options";
constexpr std::string_view of_registration = "options";

using http::method;

/// The routing table: clause 6, table 6.2-1, and the broker's own resources.
constexpr std::array table{
    route{method::get, "/ngsi-ld/v1/entities/{}", retrieve_entity, of_retrieval},
    route{method::patch, "/ngsi-ld/v1/entities/{}", merge_entity, of_merge},
    route{method::put, "/ngsi-ld/v1/entities/{}", replace_entity, of_target},
    route{method::delete_, "/ngsi-ld/v1/entities/{}", delete_entity, of_target},
    route{method::get, "/ngsi-ld/v1/entities", query_entities, of_query},
    route{method::post, "/ngsi-ld/v1/entities", create_entity, local_only},
    route{method::delete_, "/ngsi-ld/v1/entities", purge_entities, of_purge},
    route{method::post, "/ngsi-ld/v1/entities/{}/attrs", append_attributes, of_append},
    route{method::patch, "/ngsi-ld/v1/entities/{}/attrs", update_attributes, of_target},
    route{method::patch, "/ngsi-ld/v1/entities/{}/attrs/{}", partial_update_attribute, of_target},
    route{method::put, "/ngsi-ld/v1/entities/{}/attrs/{}", replace_attribute, of_target},
    route{method::delete_, "/ngsi-ld/v1/entities/{}/attrs/{}", delete_attribute,
          of_attribute_deletion},
    route{method::post, "/ngsi-ld/v1/entityOperations/create", create_entities, of_batch},
    route{method::post, "/ngsi-ld/v1/entityOperations/upsert", upsert_entities, of_batch},
    route{method::post, "/ngsi-ld/v1/entityOperations/update", update_entities, of_batch},
    route{method::post, "/ngsi-ld/v1/entityOperations/merge", merge_entities, of_batch},
    route{method::post, "/ngsi-ld/v1/entityOperations/delete", delete_entities, of_batch},
    route{method::post, "/ngsi-ld/v1/entityOperations/query", query_entities_by_post,
          of_posted_query},
    route{method::get, "/ngsi-ld/v1/types", list_types, of_discovery},
    route{method::get, "/ngsi-ld/v1/types/{}", retrieve_type, local_only},
    route{method::get, "/ngsi-ld/v1/attributes", list_attributes, of_discovery},
    route{method::get, "/ngsi-ld/v1/attributes/{}", retrieve_attribute, local_only},
    route{method::post, "/ngsi-ld/v1/subscriptions", create_subscription, local_only},
    route{method::get, "/ngsi-ld/v1/subscriptions", query_subscriptions, of_subscriptions},
    route{method::get, "/ngsi-ld/v1/subscriptions/{}", retrieve_subscription, of_subscription},
    route{method::patch, "/ngsi-ld/v1/subscriptions/{}", update_subscription, local_only},
    route{method::delete_, "/ngsi-ld/v1/subscriptions/{}", delete_subscription, local_only},
    route{method::post, "/ngsi-ld/v1/csourceRegistrations", create_registration, none},
    route{method::get, "/ngsi-ld/v1/csourceRegistrations", query_registrations, of_registrations},
    route{method::get, "/ngsi-ld/v1/csourceRegistrations/{}", retrieve_registration,
          of_registration},
    route{method::patch, "/ngsi-ld/v1/csourceRegistrations/{}", update_registration, none},
    route{method::delete_, "/ngsi-ld/v1/csourceRegistrations/{}", delete_registration, none},
    route{method::get, "/ngsi-ld/v1/temporal/entities", query_temporal_entities, of_temporal_query},
    route{method::get, "/ngsi-ld/v1/temporal/entities/{}", retrieve_temporal_entity,
          of_temporal_retrieval},
    route{method::post, "/ngsi-ld/v1/temporal/entityOperations/query",
          query_temporal_entities_by_post, of_posted_temporal_query},
    route{method::post, "/ngsi-ld/v1/temporal/entities", upsert_evolution, local_only},
    route{method::delete_, "/ngsi-ld/v1/temporal/entities/{}", delete_evolution, local_only},
    route{method::post, "/ngsi-ld/v1/temporal/entities/{}/attrs", extend_evolution, local_only},
    route{method::delete_, "/ngsi-ld/v1/temporal/entities/{}/attrs/{}", delete_temporal_attribute,
          of_temporal_deletion},
    route{method::patch, "/ngsi-ld/v1/temporal/entities/{}/attrs/{}/{}", modify_instance,
          local_only},
    route{method::delete_, "/ngsi-ld/v1/temporal/entities/{}/attrs/{}/{}", delete_instance,
          local_only},
    route{method::post, "/ngsi-ld/v1/jsonldContexts", add_context, none},
    route{method::get, "/ngsi-ld/v1/jsonldContexts", list_contexts, of_contexts},
    route{method::get, "/ngsi-ld/v1/jsonldContexts/{*}", serve_context, of_context},
    route{method::delete_, "/ngsi-ld/v1/jsonldContexts/{*}", delete_context, of_context_deletion},
    route{method::get, "/ngsi-ld/v1/info/sourceIdentity", source_identity, none},
    route{method::get, "/version", version, none},
    route{method::get, "/q/health", health, none},
    route{method::get, "/q/ready", ready, none},
    route{method::get, "/metrics", show_metrics, none},
};

/// The first segment of `path`, which begins with a slash; `path` becomes the rest.
std::string_view take_segment(std::string_view& path) noexcept {
    path.remove_prefix(1);
    const auto segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    return segment;
}

/// Compares segment by segment; variable segments go to `variables`, be they empty or not.
bool matches(std::string_view pattern, std::string_view path,
             std::vector<std::string_view>& variables) {
    variables.clear();
    while (!pattern.empty() && !path.empty()) {
        if (pattern == "/{*}") {
            variables.push_back(path.substr(1));
            return true;
        }
        const auto wanted = take_segment(pattern);
        const auto segment = take_segment(path);
        if (wanted == "{}")
            variables.push_back(segment);
        else if (wanted != segment)
            return false;
    }
    return pattern.empty() && path.empty();
}

void add_method(std::string& allow, http::method method) {
    if (!allow.empty())
        allow += ", ";
    allow += http::to_text(method);
    if (method == http::method::get)
        allow += ", HEAD";
}

/// Whether a PATCH or PUT lacks the id that 5.6.17.4 and its like ask for: `PATCH …/entities/`.
/// DOUBT: DELETE is no method of a collection (6.3.2); the ETSI suite wants 405 there and 400 here.
bool lacks_last_id(http::method method, std::string_view path) {
    if (method != http::method::patch && method != http::method::put)
        return false;
    std::vector<std::string_view> variables;
    return std::any_of(table.begin(), table.end(), [&](const route& candidate) {
        auto pattern = candidate.pattern;
        if (candidate.method != method || !pattern.ends_with("/{}"))
            return false;
        pattern.remove_suffix(3);
        return matches(pattern, path, variables);
    });
}

} // namespace

matched_route find_route(http::method method, std::string_view path) {
    matched_route match;
    const bool had_slash = path.size() > 1 && path.ends_with('/');
    if (had_slash)
        path.remove_suffix(1);
    if (!path.starts_with('/'))
        return match;
    std::vector<std::string_view> variables;
    for (const auto& candidate : table) {
        if (!matches(candidate.pattern, path, variables))
            continue;
        if (candidate.method != method) {
            add_method(match.allow, candidate.method);
            continue;
        }
        match.lacks_id = std::any_of(variables.begin(), variables.end(),
                                     [](std::string_view variable) { return variable.empty(); });
        match.found = match.lacks_id ? nullptr : &candidate;
        for (const auto variable : variables) {
            auto decoded = percent_decode(variable, plus_is_blank::no);
            match.malformed = match.malformed || !decoded;
            match.path.push_back(std::move(decoded).value_or(""));
        }
        return match;
    }
    match.lacks_id = had_slash && lacks_last_id(method, path);
    if (!match.allow.empty())
        match.allow += ", OPTIONS";
    return match;
}

} // namespace meridian::api
