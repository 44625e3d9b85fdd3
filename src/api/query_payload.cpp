#include "api/query_payload.hpp"

#include "api/dataset_ids.hpp"
#include "meridian/base/uri.hpp"
#include "meridian/query/parse.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace meridian::api {
namespace {

problem wrong_member(std::string_view name, std::string_view rule) {
    return problem{problem_kind::bad_request_data,
                   "the Query's member '" + std::string{name} + "' " + std::string{rule}}
        .at("/" + std::string{name});
}

/// What was read of the member at `pointer`, or why it was not, with the place.
template <typename T>
result<T> located(std::string_view pointer, result<T> read) {
    if (read || !read.error().pointer().empty())
        return read;
    return std::move(read).error().at(std::string{pointer});
}

/// A member that is text; nothing where it is absent.
result<std::optional<std::string>> read_text(const json& object, std::string_view name) {
    const auto member = object.find(name);
    if (member == object.end())
        return std::optional<std::string>{};
    if (!member->is_string())
        return wrong_member(name, "must be a string");
    return std::optional<std::string>{member->get<std::string>()};
}

/// A member that is an array of strings, not empty.
result<std::vector<std::string>> read_texts(const json& object, std::string_view name) {
    std::vector<std::string> texts;
    const auto member = object.find(name);
    if (member == object.end())
        return texts;
    if (!member->is_array() || member->empty())
        return wrong_member(name, "must be an array of strings that is not empty");
    for (const auto& element : *member) {
        if (!element.is_string())
            return wrong_member(name, "must be an array of strings that is not empty");
        texts.push_back(element.get<std::string>());
    }
    return texts;
}

std::string joined(const std::vector<std::string>& texts) {
    std::string all;
    for (const auto& text : texts)
        all.append(all.empty() ? "" : ",").append(text);
    return all;
}

std::vector<std::string> split(std::string_view list) {
    std::vector<std::string> elements;
    while (!list.empty()) {
        const auto comma = list.find(',');
        elements.emplace_back(list.substr(0, comma));
        list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    }
    return elements;
}

constexpr std::array known_members{
    "type",         "entities", "q",     "geoQ",      "scopeQ",       "temporalQ",
    "attrs",        "omit",     "pick",  "lang",      "aggrParams",   "csf",
    "datasetId",    "join",     "id",    "ordering",  "expandValues", "entityMap",
    "jsonKeys",     "@id",      "@type", "joinLevel", "containedBy",  "entityMapLifetime",
    "splitEntities"};

result<void> check_members(const json& payload) {
    for (const auto& [name, value] : payload.items())
        if (std::find(known_members.begin(), known_members.end(), name) == known_members.end())
            return wrong_member(name, "is not one of table 5.2.23-1");
    const auto type = payload.find("type");
    if (type == payload.end() || *type != "Query")
        return wrong_member("type", "must be \"Query\"");
    const auto entity_map = payload.find("entityMap");
    if (entity_map != payload.end() && *entity_map == true)
        return problem{problem_kind::operation_not_supported,
                       "an EntityMap is not supported by this broker yet"};
    return {};
}

/// id of an EntitySelector: a URI or an array of them.
result<std::vector<std::string>> read_selector_ids(const json& selector) {
    std::vector<std::string> ids;
    const auto member = selector.find("id");
    if (member == selector.end())
        return ids;
    const json list = member->is_array() ? *member : json::array({*member});
    for (const auto& id : list) {
        if (!id.is_string() || !is_uri(id.get_ref<const std::string&>()))
            return wrong_member("entities", "has a selector whose id is not a URI");
        ids.push_back(id.get<std::string>());
    }
    return ids;
}

result<query::entity_selector> read_selector(const json& selector,
                                             const query::parse_scope& scope) {
    if (!selector.is_object())
        return wrong_member("entities", "must be an array of EntitySelectors");
    query::entity_selector read;
    MERIDIAN_TRY(read.ids, read_selector_ids(selector));
    MERIDIAN_TRY(const auto pattern, read_text(selector, "idPattern"));
    if (pattern) {
        MERIDIAN_TRY(auto compiled, query::pattern::create(*pattern, "idPattern"));
        read.id_pattern = std::move(compiled);
    }
    if (!read.ids.empty())
        read.id_pattern.reset(); // 5.2.33: id takes precedence
    MERIDIAN_TRY(const auto type, read_text(selector, "type"));
    if (!type)
        return wrong_member("entities", "has a selector without type");
    MERIDIAN_TRY(read.types, located("/entities", query::parse_types(*type, scope)));
    return read;
}

/// 5.2.33. One selector narrows the query itself; of several the union of types and ids does, and
/// each candidate is held against them.
result<void> read_entities(const json& payload, const query::parse_scope& scope,
                           read_query_outcome& asked) {
    const auto member = payload.find("entities");
    if (member == payload.end())
        return {};
    if (!member->is_array() || member->empty())
        return wrong_member("entities", "must be an array of EntitySelectors that is not empty");
    // Each may hold a pattern to be compiled, and each candidate is held against all.
    if (member->size() > scope.limits.terms)
        return problem{problem_kind::too_complex_query,
                       "the Query's member 'entities' has more than " +
                           std::to_string(scope.limits.terms) + " EntitySelectors"}
            .at("/entities");
    auto& selection = asked.selection;
    query::type_selection types;
    bool all_have_ids = true;
    for (const auto& element : *member) {
        MERIDIAN_TRY(auto selector, read_selector(element, scope));
        asked.all_types = asked.all_types || selector.types.any_of.empty();
        all_have_ids = all_have_ids && !selector.ids.empty();
        types.any_of.insert(types.any_of.end(), selector.types.any_of.begin(),
                            selector.types.any_of.end());
        selection.ids.insert(selection.ids.end(), selector.ids.begin(), selector.ids.end());
        selection.id_pattern = selector.id_pattern;
        selection.any_of.push_back(std::move(selector));
    }
    if (!all_have_ids)
        selection.ids.clear();
    if (asked.all_types)
        types.any_of.clear();
    if (selection.any_of.size() == 1)
        selection.any_of.clear();
    else
        selection.id_pattern.reset();
    selection.types = std::move(types);
    return {};
}

result<void> read_filters(const json& payload, const query::parse_scope& scope,
                          read_query_outcome& asked) {
    MERIDIAN_TRY(const auto q, read_text(payload, "q"));
    if (q) {
        query::q_parameters given;
        given.q = *q;
        MERIDIAN_TRY(const auto expand_values, read_text(payload, "expandValues"));
        MERIDIAN_TRY(const auto json_keys, read_text(payload, "jsonKeys"));
        given.expand_values = split(expand_values.value_or(""));
        given.json_keys = split(json_keys.value_or(""));
        MERIDIAN_TRY(asked.selection.q, located("/q", query::parse_q(given, scope)));
    }
    if (const auto geo = payload.find("geoQ"); geo != payload.end()) {
        MERIDIAN_TRY(asked.selection.geo, located("/geoQ", query::parse_geo(*geo, scope)));
    }
    MERIDIAN_TRY(const auto csf, read_text(payload, "csf"));
    if (csf) { // decides on registrations only
        MERIDIAN_CHECK(located("/csf", query::parse_q(*csf, scope, "csf")));
    }
    MERIDIAN_TRY(const auto scopes, read_text(payload, "scopeQ"));
    if (scopes) {
        MERIDIAN_TRY(asked.selection.scopes,
                     located("/scopeQ", query::parse_scopes(*scopes, scope.limits)));
    }
    return {};
}

/// 5.2.43 OrderingParams.
result<query::ordering> read_ordering(const json& payload, const query::parse_scope& scope) {
    const auto member = payload.find("ordering");
    if (member == payload.end())
        return query::ordering{};
    if (!member->is_object())
        return wrong_member("ordering", "must be an object");
    query::order_parameters given;
    MERIDIAN_TRY(const auto order_by, read_texts(*member, "orderBy"));
    given.order_by = joined(order_by);
    MERIDIAN_TRY(given.collation, read_text(*member, "collation"));
    MERIDIAN_TRY(given.order_geometry, read_text(*member, "geometry"));
    if (const auto from = member->find("coordinates"); from != member->end()) {
        if (!from->is_array())
            return wrong_member("ordering", "has coordinates that are no array");
        given.order_from = to_text(*from);
    }
    return located("/ordering", query::parse_order(given, scope));
}

/// 5.2.21 TemporalQuery.
result<std::optional<query::temporal_query>> read_temporal(const json& payload) {
    const auto member = payload.find("temporalQ");
    if (member == payload.end())
        return std::optional<query::temporal_query>{};
    if (!member->is_object())
        return wrong_member("temporalQ", "must be an object");
    query::temporal_parameters given;
    MERIDIAN_TRY(given.timerel, read_text(*member, "timerel"));
    MERIDIAN_TRY(given.time_at, read_text(*member, "timeAt"));
    MERIDIAN_TRY(given.end_time_at, read_text(*member, "endTimeAt"));
    MERIDIAN_TRY(given.timeproperty, read_text(*member, "timeproperty"));
    if (const auto last_n = member->find("lastN"); last_n != member->end())
        given.last_n = to_text(*last_n);
    MERIDIAN_TRY(auto temporal, located("/temporalQ", query::parse_temporal(given)));
    return std::optional<query::temporal_query>{std::move(temporal)};
}

/// A list of names: text with commas between, or an array of strings.
result<std::optional<std::string>> read_name_list(const json& object, std::string_view name) {
    const auto member = object.find(name);
    if (member == object.end() || member->is_string())
        return read_text(object, name);
    MERIDIAN_TRY(const auto names, read_texts(object, name));
    return std::optional<std::string>{joined(names)};
}

/// aggrMethods and aggrPeriodDuration, which are members of a TemporalQuery (5.2.21) as well as of
/// AggregationParams (5.2.44). CHOICE: where both have one, that of aggrParams counts.
result<query::aggregation_parameters> read_aggregation(const json& payload) {
    query::aggregation_parameters given;
    for (const auto* place : {"temporalQ", "aggrParams"}) {
        const auto member = payload.find(place);
        if (member == payload.end())
            continue;
        if (!member->is_object())
            return wrong_member(place, "must be an object");
        MERIDIAN_TRY(auto methods, read_name_list(*member, "aggrMethods"));
        MERIDIAN_TRY(auto period, read_text(*member, "aggrPeriodDuration"));
        if (methods)
            given.methods = std::move(methods);
        if (period)
            given.period = std::move(period);
    }
    return given;
}

} // namespace

result<read_query_outcome> read_query(const json& payload, const query::parse_scope& scope) {
    MERIDIAN_CHECK(check_members(payload));
    read_query_outcome asked;
    MERIDIAN_CHECK(read_entities(payload, scope, asked));
    MERIDIAN_CHECK(read_filters(payload, scope, asked));
    MERIDIAN_TRY(asked.order, read_ordering(payload, scope));
    MERIDIAN_TRY(asked.temporal, read_temporal(payload));
    MERIDIAN_TRY(asked.aggregation, read_aggregation(payload));
    MERIDIAN_TRY(const auto pick, read_texts(payload, "pick"));
    MERIDIAN_TRY(const auto omit, read_texts(payload, "omit"));
    MERIDIAN_TRY(const auto attrs, read_texts(payload, "attrs"));
    asked.shown = {joined(pick), joined(omit), joined(attrs)};
    MERIDIAN_TRY(asked.dataset_ids, read_texts(payload, "datasetId"));
    MERIDIAN_CHECK(located("/datasetId", check_dataset_ids(asked.dataset_ids)));
    MERIDIAN_TRY(const auto lang, read_text(payload, "lang"));
    asked.lang = lang.value_or("");
    return asked;
}

} // namespace meridian::api
