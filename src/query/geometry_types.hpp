#pragma once

#include "meridian/base/json.hpp"

#include <boost/geometry/core/cs.hpp>
#include <boost/geometry/geometries/linestring.hpp>
#include <boost/geometry/geometries/multi_linestring.hpp>
#include <boost/geometry/geometries/multi_point.hpp>
#include <boost/geometry/geometries/multi_polygon.hpp>
#include <boost/geometry/geometries/point.hpp>
#include <boost/geometry/geometries/polygon.hpp>

#include <optional>
#include <variant>

namespace meridian::query {

/// Every geometry as the multi-geometry of its dimension, so that there are three kinds, not six.
template <typename System>
struct shapes {
    using point = boost::geometry::model::point<double, 2, System>;
    using points = boost::geometry::model::multi_point<point>;
    using line = boost::geometry::model::linestring<point>;
    using lines = boost::geometry::model::multi_linestring<line>;
    using polygon = boost::geometry::model::polygon<point>;
    using polygons = boost::geometry::model::multi_polygon<polygon>;
    using any = std::variant<points, lines, polygons>;

    static std::optional<any> read(const json& geometry) {
        if (!geometry.is_object() || !geometry.contains("type") ||
            !geometry.contains("coordinates") || !geometry["type"].is_string())
            return std::nullopt;
        const auto& type = geometry["type"].template get_ref<const std::string&>();
        const auto& at = geometry["coordinates"];
        if (type == "Point")
            return points{read_point(at)};
        if (type == "MultiPoint")
            return read_all<points>(at, read_point);
        if (type == "LineString")
            return lines{read_all<line>(at, read_point)};
        if (type == "MultiLineString")
            return read_all<lines>(at, read_line);
        if (type == "Polygon")
            return polygons{read_polygon(at)};
        if (type == "MultiPolygon")
            return read_all<polygons>(at, read_polygon);
        return std::nullopt;
    }

private:
    /// The geometries have been checked (make_geometry, ngsild::parse_entity).
    static point read_point(const json& at) {
        return point(at[0].get<double>(), at[1].get<double>());
    }
    static line read_line(const json& at) { return read_all<line>(at, read_point); }
    static polygon read_polygon(const json& rings) {
        polygon made;
        for (const auto& ring : rings) {
            if (&ring == &rings.front()) {
                for (const auto& at : ring)
                    made.outer().push_back(read_point(at));
                continue;
            }
            auto& hole = made.inners().emplace_back();
            for (const auto& at : ring)
                hole.push_back(read_point(at));
        }
        return made;
    }
    template <typename Collection, typename Read>
    static Collection read_all(const json& parts, Read read) {
        Collection made;
        for (const auto& part : parts)
            made.push_back(read(part));
        return made;
    }
};

} // namespace meridian::query
