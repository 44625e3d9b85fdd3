#include "meridian/ngsild/temporal.hpp"

#include <algorithm>
#include <array>

namespace meridian::ngsild {

namespace {

// In the order of the enumerations.
constexpr std::array<std::string_view, 4> properties{"observedAt", "createdAt", "modifiedAt",
                                                     "deletedAt"};
constexpr std::array<std::string_view, 8> methods{"totalCount", "distinctCount", "sum",    "avg",
                                                  "min",        "max",           "stddev", "sumsq"};

template <typename Enumeration, std::size_t size>
std::optional<Enumeration> find(const std::array<std::string_view, size>& words,
                                std::string_view text) noexcept {
    const auto place = std::ranges::find(words, text);
    if (place == words.end())
        return std::nullopt;
    return static_cast<Enumeration>(place - words.begin());
}

} // namespace

std::optional<time_property> parse_time_property(std::string_view text) noexcept {
    return find<time_property>(properties, text);
}

std::string_view method_member(aggregation_method method) noexcept {
    return methods[static_cast<std::size_t>(method)];
}

std::optional<aggregation_method> parse_aggregation_method(std::string_view text) noexcept {
    return find<aggregation_method>(methods, text);
}

} // namespace meridian::ngsild
