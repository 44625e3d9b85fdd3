#include "api/selection_parameters.hpp"

#include "meridian/query/parse.hpp"

#include <utility>

namespace meridian::api {
namespace {

result<std::optional<query::geo_query>> read_geo(const call& request,
                                                 const query::parse_scope& scope) {
    const auto& parameters = request.parameters;
    if (!parameters.has("georel") && !parameters.has("geometry") && !parameters.has("coordinates"))
        return std::optional<query::geo_query>{};
    query::geo_parameters given;
    given.georel = parameters.text("georel");
    given.geometry = parameters.text("geometry");
    given.coordinates = parameters.text("coordinates");
    given.geoproperty = optional_text(request, "geoproperty");
    MERIDIAN_TRY(auto geo, query::parse_geo(given, scope));
    return std::optional<query::geo_query>{std::move(geo)};
}

result<std::optional<query::q_expression>> read_q(const call& request,
                                                  const query::parse_scope& scope) {
    const auto* q = request.parameters.find("q");
    if (!q)
        return std::optional<query::q_expression>{};
    query::q_parameters given;
    given.q = *q;
    MERIDIAN_TRY(given.expand_values, request.parameters.list("expandValues"));
    MERIDIAN_TRY(given.json_keys, request.parameters.list("jsonKeys"));
    MERIDIAN_TRY(auto parsed, query::parse_q(given, scope));
    return std::optional<query::q_expression>{std::move(parsed)};
}

} // namespace

std::optional<std::string> optional_text(const call& request, std::string_view name) {
    const auto* value = request.parameters.find(name);
    return value ? std::optional<std::string>{*value} : std::nullopt;
}

result<query::entity_selection> read_selection(const call& request,
                                               const jsonld::context& context) {
    const auto scope = query_scope(request, context);
    query::entity_selection selection;
    MERIDIAN_TRY(selection.ids, request.parameters.list("id"));
    for (const auto& id : selection.ids)
        MERIDIAN_CHECK(entity_id(id));
    MERIDIAN_TRY(selection.types, expected_types(request, context));
    if (const auto* pattern = request.parameters.find("idPattern")) {
        MERIDIAN_TRY(auto compiled, query::pattern::create(*pattern, "idPattern"));
        selection.id_pattern = std::move(compiled);
    }
    MERIDIAN_TRY(selection.q, read_q(request, scope));
    MERIDIAN_TRY(selection.geo, read_geo(request, scope));
    if (const auto* scopes = request.parameters.find("scopeQ")) {
        MERIDIAN_TRY(auto parsed, query::parse_scopes(*scopes, scope.limits));
        selection.scopes = std::move(parsed);
    }
    return selection;
}

result<void> limit_to_local(const call& request, operations::request_scope& scope) {
    if (request.parameters.text("local") == "false")
        return problem{problem_kind::bad_request_data, "type=* excludes local=false"};
    scope.local = true;
    return {};
}

result<void> read_extent(const call& request, operations::request_scope& scope) {
    if (request.parameters.text("type") == "*") {
        MERIDIAN_CHECK(limit_to_local(request, scope));
    }
    if (const auto* filter = request.parameters.find("csf")) {
        MERIDIAN_CHECK(query::parse_q(*filter, query_scope(request, *scope.context), "csf"));
    }
    return {};
}

result<query::ordering> read_order(const call& request, const jsonld::context& context) {
    if (!request.parameters.has("orderBy"))
        return query::ordering{};
    query::order_parameters given;
    given.order_by = request.parameters.text("orderBy");
    given.collation = optional_text(request, "collation");
    given.order_from = optional_text(request, "orderFrom");
    given.order_geometry = optional_text(request, "orderGeometry");
    return query::parse_order(given, query_scope(request, context));
}

} // namespace meridian::api
