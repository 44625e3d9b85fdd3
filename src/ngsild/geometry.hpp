#pragma once

#include "meridian/base/json.hpp"

#include <cstddef>
#include <string>

namespace meridian::ngsild {

/// Whether `value` is an object whose `type` is a supported GeoJSON geometry (4.7.1: all but
/// GeometryCollection) and that has coordinates: what the concise representation takes for a
/// GeoProperty's value (4.7.3). Its coordinates need not be right.
[[nodiscard]] bool looks_like_geometry(const json& value);

/// Why `value` is not a valid geometry (RFC 7946 §3.1, 4.7), for people; empty where it is one.
/// Longitudes lie in -180..180 and latitudes in -90..90, rings are closed and have four positions
/// or more; at most `vertices` positions.
[[nodiscard]] std::string fault_of_geometry(const json& value, std::size_t vertices);

} // namespace meridian::ngsild
