#include "meridian/query/parse.hpp"

#include "meridian/base/json.hpp"
#include "query/cursor.hpp"
#include "query/geometry.hpp"
#include "query/literals.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

// 4.10:
//   georel  = nearRel / "within" / "contains" / "overlaps" / "intersects" / "equals" / "disjoint"
//   nearRel = "near" ";" ("maxDistance" / "minDistance") "==" PositiveNumber

namespace meridian::query {
namespace {

constexpr std::string_view location = "https://uri.etsi.org/ngsi-ld/location";

constexpr std::array<std::pair<std::string_view, geo_relation>, 6> plain_relations{{
    {"within", geo_relation::within},
    {"contains", geo_relation::contains},
    {"intersects", geo_relation::intersects},
    {"equals", geo_relation::equals},
    {"disjoint", geo_relation::disjoint},
    {"overlaps", geo_relation::overlaps},
}};

problem refused(std::string_view parameter, std::string_view what) {
    return problem{problem_kind::bad_request_data, fmt::format("{}: {}", parameter, what)};
}

result<std::monostate> read_relation(geo_query& into, std::string_view text,
                                     const parse_limits& limits) {
    MERIDIAN_TRY(auto from, cursor::open(text, "georel", limits));
    for (const auto& [word, relation] : plain_relations) {
        if (text == word) {
            into.relation = relation;
            return std::monostate{};
        }
    }
    if (!from.take("near"))
        return from.error(
            "expected near, within, contains, intersects, equals, disjoint or overlaps");
    if (from.take(";maxDistance=="))
        into.relation = geo_relation::near_max;
    else if (from.take(";minDistance=="))
        into.relation = geo_relation::near_min;
    else
        return from.error("expected ;maxDistance== or ;minDistance==");
    const auto number = parse_number(from.rest());
    if (!number)
        return from.error("expected a number of metres");
    const auto* whole = std::get_if<std::int64_t>(&*number);
    into.distance = whole != nullptr ? static_cast<double>(*whole) : std::get<double>(*number);
    if (into.distance <= 0)
        return from.error("the distance must be above zero");
    return std::monostate{};
}

/// RFC 7946 3.1.1, by how many levels of arrays a type has around its positions.
class coordinate_check {
public:
    coordinate_check(std::string_view parameter, const parse_limits& limits)
        : parameter_(parameter), limits_(limits) {}

    result<std::monostate> position(const json& at) {
        if (!at.is_array() || at.size() < 2 || at.size() > 3)
            return refused(parameter_, "a position is an array of two or three numbers");
        for (const auto& number : at) {
            if (!number.is_number())
                return refused(parameter_, "a position is an array of two or three numbers");
        }
        const auto longitude = at[0].get<double>();
        const auto latitude = at[1].get<double>();
        if (longitude < -180 || longitude > 180 || latitude < -90 || latitude > 90)
            return refused(parameter_, "longitude is -180 to 180, latitude -90 to 90");
        if (++vertices_ > limits_.vertices)
            return refused(parameter_, "too many positions");
        return std::monostate{};
    }
    result<std::monostate> line(const json& positions) { return list(positions, 2); }
    result<std::monostate> ring(const json& positions) {
        MERIDIAN_CHECK(list(positions, 4));
        if (positions.front() != positions.back())
            return refused(parameter_, "a ring ends where it begins");
        return std::monostate{};
    }
    result<std::monostate> polygon(const json& rings) {
        return each(rings, [this](const json& one) { return ring(one); });
    }
    template <typename Check>
    result<std::monostate> each(const json& parts, Check check) {
        if (!parts.is_array() || parts.empty())
            return refused(parameter_, "expected an array that is not empty");
        for (const auto& part : parts)
            MERIDIAN_CHECK(check(part));
        return std::monostate{};
    }

private:
    result<std::monostate> list(const json& positions, std::size_t least) {
        if (!positions.is_array() || positions.size() < least)
            return refused(parameter_,
                           fmt::format("expected an array of at least {} positions", least));
        return each(positions, [this](const json& one) { return position(one); });
    }
    std::string_view parameter_;
    const parse_limits& limits_;
    std::size_t vertices_ = 0;
};

result<std::monostate> check_coordinates(std::string_view type, const json& coordinates,
                                         std::string_view parameter, const parse_limits& limits) {
    coordinate_check check(parameter, limits);
    const auto position = [&](const json& one) { return check.position(one); };
    const auto line = [&](const json& one) { return check.line(one); };
    const auto polygon = [&](const json& one) { return check.polygon(one); };
    if (type == "Point")
        return check.position(coordinates);
    if (type == "MultiPoint")
        return check.each(coordinates, position);
    if (type == "LineString")
        return check.line(coordinates);
    if (type == "MultiLineString")
        return check.each(coordinates, line);
    if (type == "Polygon")
        return check.polygon(coordinates);
    if (type == "MultiPolygon")
        return check.each(coordinates, polygon);
    return refused(parameter, "the geometry is Point, MultiPoint, LineString, MultiLineString, "
                              "Polygon or MultiPolygon");
}

} // namespace

result<json> make_geometry(std::string_view type, json coordinates, std::string_view parameter,
                           const parse_limits& limits) {
    MERIDIAN_CHECK(check_coordinates(type, coordinates, parameter, limits));
    json geometry = json::object();
    geometry["type"] = std::string(type);
    geometry["coordinates"] = std::move(coordinates);
    return geometry;
}

result<geo_query> parse_geo(const geo_parameters& given, const parse_scope& scope) {
    geo_query made;
    MERIDIAN_CHECK(read_relation(made, given.georel, scope.limits));
    if (given.geometry.empty())
        return refused("geometry", "is missing");
    if (given.coordinates.empty())
        return refused("coordinates", "is missing");
    auto coordinates = parse_json(given.coordinates);
    if (!coordinates)
        return refused("coordinates", coordinates.error().detail());
    MERIDIAN_TRY(made.geometry, make_geometry(given.geometry, std::move(*coordinates),
                                              "coordinates", scope.limits));
    if (!given.geoproperty) {
        made.geoproperty = location;
        return made;
    }
    MERIDIAN_TRY(auto from, cursor::open(*given.geoproperty, "geoproperty", scope.limits));
    MERIDIAN_TRY(const auto name, read_name_or_uri(from, scope.names, ""));
    if (!from.done())
        return from.error("expected the end");
    made.geoproperty = expand(name, scope.context);
    return made;
}

result<geo_query> parse_geo(const json& geo_query_member, const parse_scope& scope) {
    if (!geo_query_member.is_object())
        return refused("geoQ", "expected an object");
    geo_parameters given;
    const auto text = [&](std::string_view name, std::string& into) -> result<std::monostate> {
        const auto found = geo_query_member.find(std::string(name));
        if (found == geo_query_member.end() || !found->is_string())
            return refused(fmt::format("geoQ.{}", name), "expected a string");
        into = found->get<std::string>();
        return std::monostate{};
    };
    MERIDIAN_CHECK(text("georel", given.georel));
    MERIDIAN_CHECK(text("geometry", given.geometry));
    const auto coordinates = geo_query_member.find("coordinates");
    if (coordinates == geo_query_member.end())
        return refused("geoQ.coordinates", "is missing");
    given.coordinates =
        coordinates->is_string() ? coordinates->get<std::string>() : to_text(*coordinates);
    if (geo_query_member.contains("geoproperty")) {
        given.geoproperty.emplace();
        MERIDIAN_CHECK(text("geoproperty", *given.geoproperty));
    }
    return parse_geo(given, scope);
}

} // namespace meridian::query
