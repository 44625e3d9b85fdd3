#include "meridian/query/evaluate.hpp"

#include "query/geometry.hpp"

#include <algorithm>

namespace meridian::query {

bool matches(const type_selection& types, const std::vector<std::string>& entity_types) noexcept {
    const auto has = [&](const std::string& type) {
        return std::find(entity_types.begin(), entity_types.end(), type) != entity_types.end();
    };
    return types.any_of.empty() ||
           std::any_of(types.any_of.begin(), types.any_of.end(),
                       [&](const auto& all) { return std::all_of(all.begin(), all.end(), has); });
}

bool matches(const scope_pattern& wanted, std::string_view scope) noexcept {
    for (const auto& level : wanted.levels) {
        if (!scope.starts_with('/'))
            return false;
        scope.remove_prefix(1);
        const auto here = scope.substr(0, scope.find('/'));
        if (level != "+" && level != here)
            return false;
        scope.remove_prefix(here.size());
    }
    return scope.empty() || wanted.and_below;
}

bool matches(const scope_selection& scopes,
             const std::vector<std::string>& entity_scopes) noexcept {
    const auto has = [&](const scope_pattern& wanted) {
        return std::any_of(entity_scopes.begin(), entity_scopes.end(),
                           [&](const std::string& scope) { return matches(wanted, scope); });
    };
    return std::any_of(scopes.any_of.begin(), scopes.any_of.end(),
                       [&](const auto& all) { return std::all_of(all.begin(), all.end(), has); });
}

bool matches(const geo_query& geo, const json& geometry) {
    if (geo.relation != geo_relation::near_max && geo.relation != geo_relation::near_min)
        return is_related(geo.relation, geometry, geo.geometry);
    const auto metres = distance(geometry, geo.geometry, earth::spheroid);
    if (!metres)
        return false;
    return geo.relation == geo_relation::near_max ? *metres <= geo.distance
                                                  : *metres >= geo.distance;
}

bool matches(const geo_query& geo, const ngsild::entity& subject) {
    // 5.7.2.4: any instance of the GeoProperty suffices.
    return std::any_of(
        subject.attributes.begin(), subject.attributes.end(), [&](const auto& attribute) {
            return attribute.name == geo.geoproperty &&
                   std::any_of(attribute.instances.begin(), attribute.instances.end(),
                               [&](const ngsild::attribute_instance& one) {
                                   return one.kind == ngsild::attribute_kind::geo_property &&
                                          matches(geo, one.value);
                               });
        });
}

std::optional<double> spherical_distance(const json& left, const json& right) {
    return distance(left, right, earth::sphere);
}

bool matches(const entity_selector& selector, std::string_view id,
             const std::vector<std::string>& entity_types) {
    if (!selector.ids.empty() &&
        std::find(selector.ids.begin(), selector.ids.end(), id) == selector.ids.end())
        return false;
    return matches(selector.types, entity_types) &&
           (!selector.id_pattern || selector.id_pattern->matches(id));
}

bool matches(const entity_selection& selection, const ngsild::entity& subject,
             const entity_lookup& linked) {
    const auto selects = [&](const entity_selector& one) {
        return matches(one, subject.id, subject.types);
    };
    if (!selection.any_of.empty() && std::ranges::none_of(selection.any_of, selects))
        return false;
    if (!selection.ids.empty() &&
        std::find(selection.ids.begin(), selection.ids.end(), subject.id) == selection.ids.end())
        return false;
    if (selection.types && !matches(*selection.types, subject.types))
        return false;
    if (selection.id_pattern && !selection.id_pattern->matches(subject.id))
        return false;
    const auto wanted = [&](const ngsild::attribute& one) {
        return std::find(selection.attributes.begin(), selection.attributes.end(), one.name) !=
               selection.attributes.end();
    };
    if (!selection.attributes.empty() &&
        std::none_of(subject.attributes.begin(), subject.attributes.end(), wanted))
        return false;
    if (selection.scopes && !matches(*selection.scopes, subject.scopes))
        return false;
    if (selection.q && !matches(*selection.q, subject, linked))
        return false;
    return !selection.geo || matches(*selection.geo, subject);
}

} // namespace meridian::query
