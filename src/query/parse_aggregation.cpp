#include "meridian/query/aggregation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

// 4.5.19.1: aggrMethods, a list of names; aggrPeriodDuration, a duration of ISO 8601.

namespace meridian::query {
namespace {

constexpr std::string_view known_methods =
    "totalCount, distinctCount, sum, avg, min, max, stddev and sumsq";
// Moments end with the year 9999.
constexpr int most_months = 120'000;
constexpr std::chrono::microseconds longest = std::chrono::days{3'652'425};

problem refused(std::string_view parameter, std::string_view what) {
    return problem{problem_kind::bad_request_data, fmt::format("{}: {}", parameter, what)};
}

result<std::vector<ngsild::aggregation_method>> read_methods(std::string_view list) {
    std::vector<ngsild::aggregation_method> methods;
    for (bool more = true; more;) {
        const auto comma = list.find(',');
        const auto method = ngsild::parse_aggregation_method(list.substr(0, comma));
        if (!method)
            return refused("aggrMethods", fmt::format("'{}' is none of {} (4.5.19.1)",
                                                      list.substr(0, comma), known_methods));
        if (std::ranges::find(methods, *method) == methods.end())
            methods.push_back(*method);
        more = comma != std::string_view::npos;
        list.remove_prefix(more ? comma + 1 : list.size());
    }
    std::ranges::sort(methods);
    return methods;
}

result<duration> read_period(const std::string& text) {
    const auto period = parse_duration(text);
    if (!period)
        return refused("aggrPeriodDuration",
                       "expected a duration of ISO 8601 such as PT1H, P1M or PT0S (4.5.19.1)");
    if (period->months > most_months || period->rest > longest)
        return refused("aggrPeriodDuration", "is longer than 10,000 years");
    return *period;
}

} // namespace

result<aggregation> parse_aggregation(const aggregation_parameters& given) {
    aggregation made;
    if (given.period) {
        MERIDIAN_TRY(made.period, read_period(*given.period));
    }
    if (!given.methods)
        return refused("aggrMethods", "is missing beside aggregatedValues (table 6.18.3.2-1)");
    MERIDIAN_TRY(made.methods, read_methods(*given.methods));
    return made;
}

} // namespace meridian::query
