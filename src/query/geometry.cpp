#include "query/geometry.hpp"

#include "query/geometry_types.hpp"

#include <boost/geometry/algorithms/correct.hpp>
#include <boost/geometry/algorithms/relation.hpp>
#include <boost/geometry/core/exception.hpp>
#include <boost/geometry/strategies/cartesian.hpp>

namespace meridian::query {
namespace {

namespace bg = boost::geometry;
using planar = shapes<bg::cs::cartesian>;

std::optional<planar::any> read_corrected(const json& geometry) {
    auto shape = planar::read(geometry);
    if (shape) // RFC 7946 asks parsers to take rings that turn the wrong way
        std::visit([](auto& one) { bg::correct(one); }, *shape);
    return shape;
}

/// The intersection matrix of [14], row by row: interior, boundary, exterior of the left one.
std::string intersection_matrix(const planar::any& left, const planar::any& right) {
    try {
        return std::visit([](const auto& a, const auto& b) { return bg::relation(a, b).str(); },
                          left, right);
    } catch (const bg::exception&) { // rings that cross themselves: no relation can be told
        return "FFFFFFFFF";
    }
}

/// `pattern` as in [14]: T any dimension, F none, * whatever, else the dimension itself.
bool fits(std::string_view matrix, std::string_view pattern) {
    for (std::size_t i = 0; i < matrix.size(); ++i) {
        const bool ok =
            pattern[i] == '*' || pattern[i] == matrix[i] || (pattern[i] == 'T' && matrix[i] != 'F');
        if (!ok)
            return false;
    }
    return true;
}

bool overlaps(std::string_view matrix, std::size_t left, std::size_t right) {
    if (left != right)
        return false;
    constexpr std::size_t lines = 1;
    return fits(matrix, left == lines ? "1*T***T**" : "T*T***T**");
}

} // namespace

bool is_related(geo_relation relation, const json& target, const json& reference) {
    const auto left = read_corrected(target);
    const auto right = read_corrected(reference);
    if (!left || !right)
        return false;
    const auto matrix = intersection_matrix(*left, *right);
    switch (relation) {
    case geo_relation::within:
        return fits(matrix, "T*F**F***");
    case geo_relation::contains:
        return fits(matrix, "T*****FF*");
    case geo_relation::intersects:
        return !fits(matrix, "FF*FF****");
    case geo_relation::disjoint:
        return fits(matrix, "FF*FF****");
    case geo_relation::equals:
        return fits(matrix, "T*F**FFF*");
    case geo_relation::overlaps:
        return overlaps(matrix, left->index(), right->index());
    case geo_relation::near_max:
    case geo_relation::near_min:
        break;
    }
    return false;
}

} // namespace meridian::query
