#pragma once

#include "meridian/ngsild/entity.hpp"
#include "meridian/query/ast.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Queries on Entities in memory: subscriptions, what SQL cannot decide, and the yardstick that the
/// tests hold SQL against. Everything is expanded. Instances that have expired are left out by the
/// caller (4.22). An Attribute may hold several instances of one datasetId (temporal evolutions):
/// any instance that meets a term is enough.
namespace meridian::query {

/// The linked Entity of that URI; nullptr where there is none.
using entity_lookup = std::function<const ngsild::entity*(std::string_view uri)>;

/// 4.9.
[[nodiscard]] bool matches(const q_expression& q, const ngsild::entity& subject,
                           const entity_lookup& linked = {});

/// Whether q looks into linked Entities at all.
[[nodiscard]] bool follows_links(const q_expression& q) noexcept;
/// The URIs that `matches` would ask `linked` for and does not get; sorted, without repetition.
/// The caller loads them and asks again until none is left or those left do not exist.
[[nodiscard]] std::vector<std::string>
missing_links(const q_expression& q, const ngsild::entity& subject, const entity_lookup& linked);

/// 4.17.
[[nodiscard]] bool matches(const type_selection& types,
                           const std::vector<std::string>& entity_types) noexcept;
/// 4.19. `entity_scopes` have their leading slash.
[[nodiscard]] bool matches(const scope_pattern& wanted, std::string_view scope) noexcept;
[[nodiscard]] bool matches(const scope_selection& scopes,
                           const std::vector<std::string>& entity_scopes) noexcept;
/// 4.10. Planar, but for near, which is geodesic (WGS 84, as PostGIS geography).
[[nodiscard]] bool matches(const geo_query& geo, const ngsild::entity& subject);
/// The same for one valid GeoJSON geometry.
[[nodiscard]] bool matches(const geo_query& geo, const json& geometry);

/// 4.23.1: Haversine distance in metres (mean radius of PostGIS spheres) between two GeoJSON
/// geometries, 0 where they meet; nothing where one is none.
[[nodiscard]] std::optional<double> spherical_distance(const json& left, const json& right);

/// 5.2.33 EntitySelector; what is absent is no condition.
struct entity_selector {
    std::vector<std::string> ids;
    type_selection types;
    std::optional<pattern> id_pattern;
    bool operator==(const entity_selector&) const = default;
};
[[nodiscard]] bool matches(const entity_selector& selector, std::string_view id,
                           const std::vector<std::string>& entity_types);

/// A selection of Entities as requests, subscriptions and registrations make it (5.7.2, 5.2.8).
struct entity_selection {
    /// Alternatives, where several selectors cannot be said by the three members that follow.
    std::vector<entity_selector> any_of;
    std::vector<std::string> ids; ///< empty: any
    std::optional<type_selection> types;
    std::optional<pattern> id_pattern;
    std::vector<std::string> attributes; ///< at least one must exist; empty: no condition
    std::optional<q_expression> q;
    std::optional<geo_query> geo;
    std::optional<scope_selection> scopes;
    bool operator==(const entity_selection&) const = default;
};
[[nodiscard]] bool matches(const entity_selection& selection, const ngsild::entity& subject,
                           const entity_lookup& linked = {});

} // namespace meridian::query
