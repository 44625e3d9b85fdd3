#include "store/reads/selection.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numbers>

namespace meridian::store {
namespace {

struct box {
    double west = 180;
    double south = 90;
    double east = -180;
    double north = -90;
};

void extend(box& around, const json& coordinates) {
    if (!coordinates.is_array() || coordinates.empty())
        return;
    if (!coordinates[0].is_number()) {
        for (const json& inner : coordinates)
            extend(around, inner);
        return;
    }
    const double longitude = coordinates[0].get<double>();
    const double latitude = coordinates[1].get<double>();
    around.west = std::min(around.west, longitude);
    around.east = std::max(around.east, longitude);
    around.south = std::min(around.south, latitude);
    around.north = std::max(around.north, latitude);
}

/// Boxes in degrees that hold everything within `metres` of a geometry: two at the antimeridian,
/// the whole band where a pole is near.
std::vector<box> boxes_around(const json& geometry, double metres) {
    constexpr double metres_a_degree = 110'500; // the least that a degree of latitude measures
    box around;
    extend(around, geometry.at("coordinates"));
    const double by_latitude = metres / metres_a_degree * 1.01;
    around.south -= by_latitude;
    around.north += by_latitude;
    const double farthest = std::max(std::abs(around.south), std::abs(around.north));
    if (farthest >= 89)
        return {box{-180, std::max(around.south, -90.0), 180, std::min(around.north, 90.0)}};
    const double by_longitude = by_latitude / std::cos(farthest * std::numbers::pi / 180.0) * 1.01;
    around.west -= by_longitude;
    around.east += by_longitude;
    if (around.east - around.west >= 360)
        return {box{-180, around.south, 180, around.north}};
    if (around.west < -180)
        return {box{around.west + 360, around.south, 180, around.north},
                box{-180, around.south, around.east, around.north}};
    if (around.east > 180)
        return {box{around.west, around.south, 180, around.north},
                box{-180, around.south, around.east - 360, around.north}};
    return {around};
}

std::string near_boxes(composed_statement& to, const query::geo_query& wanted,
                       std::string_view geometry) {
    std::string condition;
    for (const box& one : boxes_around(wanted.geometry, wanted.distance)) {
        const std::string west = to.float8(one.west);
        const std::string south = to.float8(one.south);
        const std::string east = to.float8(one.east);
        const std::string north = to.float8(one.north);
        condition +=
            fmt::format("{}{} && ST_MakeEnvelope({}, {}, {}, {}, 4326)",
                        condition.empty() ? "" : " OR ", geometry, west, south, east, north);
    }
    return "(" + condition + ")";
}

} // namespace

std::string render_geo(composed_statement& to, const query::geo_query& wanted,
                       std::string_view geometry) {
    // Cities draw polygons that cross themselves; PostGIS' relations raise on them, so that both
    // sides are mended (the document keeps what was sent).
    // A scalar sub-select is carried out once; the bare functions once a row under a generic plan.
    const std::string reference =
        fmt::format("(SELECT ST_SetSRID(ST_MakeValid(ST_Force2D(ST_GeomFromGeoJSON({}))), 4326))",
                    to.text_value(to_text(wanted.geometry)));
    const auto indexed = [&](std::string_view function) {
        return fmt::format("{0} && {1} AND {2}({0}, {1})", geometry, reference, function);
    };
    const auto distance = [&](std::string_view comparison) {
        return fmt::format("ST_Distance({}::geography, {}::geography) {} {}", geometry, reference,
                           comparison, to.float8(wanted.distance));
    };
    switch (wanted.relation) {
    case query::geo_relation::near_max:
        return near_boxes(to, wanted, geometry) + " AND " + distance("<=");
    case query::geo_relation::near_min:
        return distance(">=");
    case query::geo_relation::within:
        return indexed("ST_Within");
    case query::geo_relation::contains:
        return indexed("ST_Contains");
    case query::geo_relation::intersects:
        return indexed("ST_Intersects");
    case query::geo_relation::equals:
        return indexed("ST_Equals");
    case query::geo_relation::overlaps:
        return indexed("ST_Overlaps");
    case query::geo_relation::disjoint:
        break;
    }
    return fmt::format("ST_Disjoint({}, {})", geometry, reference);
}

} // namespace meridian::store
