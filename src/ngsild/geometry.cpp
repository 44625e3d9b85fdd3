#include "geometry.hpp"

#include <array>
#include <cmath>
#include <string_view>

namespace meridian::ngsild {

namespace {

struct shape {
    std::string_view type;
    int depth;         ///< arrays around a position
    std::size_t least; ///< members of the innermost array of positions
    bool closed;       ///< the innermost arrays are rings
};
constexpr std::array<shape, 6> shapes{{
    {"Point", 0, 0, false},
    {"MultiPoint", 1, 0, false},
    {"LineString", 1, 2, false},
    {"MultiLineString", 2, 2, false},
    {"Polygon", 2, 4, true},
    {"MultiPolygon", 3, 4, true},
}};

const shape* find_shape(const json& value) {
    const auto type = value.find("type");
    if (type == value.end() || !type->is_string())
        return nullptr;
    const auto& name = type->get_ref<const std::string&>();
    for (const auto& one : shapes)
        if (one.type == name)
            return &one;
    return nullptr;
}

class coordinates_check {
public:
    coordinates_check(const shape& is, std::size_t vertices) : shape_(is), left_(vertices) {}

    [[nodiscard]] std::string fault(const json& value, int depth) {
        if (depth == 0)
            return fault_of_position(value);
        if (!value.is_array())
            return "coordinates of a " + std::string(shape_.type) + " are not nested as it wants";
        if (depth == 1 && value.size() < shape_.least)
            return shape_.closed ? "a ring has fewer than four positions"
                                 : "a LineString has fewer than two positions";
        if (depth == 2 && shape_.closed && value.empty())
            return "a polygon has no ring";
        for (const auto& part : value)
            if (auto fault_of_part = fault(part, depth - 1); !fault_of_part.empty())
                return fault_of_part;
        if (depth == 1 && shape_.closed && value.front() != value.back())
            return "a ring is not closed: its first and last position differ";
        return {};
    }

private:
    std::string fault_of_position(const json& value) {
        if (left_-- == 0) {
            left_ = 0;
            return "the geometry has more positions than this broker takes";
        }
        if (!value.is_array() || value.size() < 2 || value.size() > 4)
            return "a position is not an array of longitude, latitude and perhaps altitude";
        for (const auto& number : value)
            if (!number.is_number())
                return "a position holds something other than numbers";
        if (!(std::abs(value[0].get<double>()) <= 180))
            return "a longitude is not between -180 and 180";
        if (!(std::abs(value[1].get<double>()) <= 90))
            return "a latitude is not between -90 and 90";
        return {};
    }

    const shape& shape_;
    std::size_t left_;
};

} // namespace

bool looks_like_geometry(const json& value) {
    return value.is_object() && find_shape(value) != nullptr && value.contains("coordinates");
}

std::string fault_of_geometry(const json& value, std::size_t vertices) {
    if (!value.is_object())
        return "it is not a GeoJSON object";
    const auto* is = find_shape(value);
    if (is == nullptr)
        return "its type is not that of a supported geometry";
    const auto coordinates = value.find("coordinates");
    if (coordinates == value.end())
        return "it has no coordinates";
    return coordinates_check(*is, vertices).fault(*coordinates, is->depth);
}

} // namespace meridian::ngsild
