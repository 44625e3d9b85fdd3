#include "query/geometry.hpp"

#include "query/geometry_types.hpp"

#include <boost/geometry/algorithms/correct.hpp>
#include <boost/geometry/algorithms/distance.hpp>
#include <boost/geometry/srs/spheroid.hpp>
#include <boost/geometry/strategies/geographic.hpp>
#include <boost/geometry/strategies/spherical.hpp>

namespace meridian::query {
namespace {

namespace bg = boost::geometry;
using geodesic = shapes<bg::cs::geographic<bg::degree>>;
using spherical = shapes<bg::cs::spherical_equatorial<bg::degree>>;

const bg::srs::spheroid<double> wgs84(6378137.0, 6356752.314245179);
/// PostGIS' radius: (2a + b) / 3.
constexpr double mean_radius = 6371008.771415059;

template <typename Shapes, typename Strategies>
std::optional<double> distance_of(const json& left, const json& right,
                                  const Strategies& strategies) {
    auto a = Shapes::read(left);
    auto b = Shapes::read(right);
    if (!a || !b)
        return std::nullopt;
    const auto turn = [](auto& one) { bg::correct(one); };
    std::visit(turn, *a);
    std::visit(turn, *b);
    return std::visit(
        [&](const auto& one, const auto& other) -> double {
            return bg::distance(one, other, strategies);
        },
        *a, *b);
}

} // namespace

std::optional<double> distance(const json& left, const json& right, earth model) {
    if (model == earth::sphere)
        return distance_of<spherical>(left, right,
                                      bg::strategies::distance::spherical<>(mean_radius));
    return distance_of<geodesic>(
        left, right,
        bg::strategies::distance::geographic<bg::strategy::vincenty, bg::srs::spheroid<double>>(
            wgs84));
}

} // namespace meridian::query
