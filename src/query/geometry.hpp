#pragma once

#include "meridian/base/json.hpp"
#include "meridian/query/ast.hpp"

#include <cstdint>

/// GeoJSON and Boost.Geometry, whose templates only geometry.cpp and distance.cpp include.
namespace meridian::query {

/// Planar predicates of [14] by the DE-9IM matrix, as PostGIS decides them; `relation` is not near.
/// False where one of both is no geometry.
[[nodiscard]] bool is_related(geo_relation relation, const json& target, const json& reference);

enum class earth : std::uint8_t { spheroid, sphere };
/// Metres between the nearest points; nothing where one of both is no geometry.
[[nodiscard]] std::optional<double> distance(const json& left, const json& right, earth model);

} // namespace meridian::query
