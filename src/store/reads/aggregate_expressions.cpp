#include "store/reads/aggregate_expressions.hpp"

#include <fmt/format.h>

namespace meridian::store {
namespace {

/// CHOICE: the whole range goes, where the query has no bound, to the first or the last instance.
periods whole_range(composed_statement& to, const query::temporal_query& interval) {
    periods made;
    made.number = "0";
    made.needs_first = !interval.from;
    made.needs_last = !interval.until;
    made.since = interval.from ? to.moment(*interval.from) : "o.oldest";
    made.till = interval.until ? to.moment(*interval.until) : "o.newest";
    return made;
}

/// CHOICE: periods begin with timeAt, without it with the first instance of the Entity, and have
/// the whole duration even beyond endTimeAt.
periods of_fixed_length(composed_statement& to, const query::temporal_query& interval,
                        std::chrono::microseconds length) {
    periods made;
    made.needs_first = !interval.from;
    const std::string origin = interval.from ? to.moment(*interval.from) : "o.oldest";
    made.once = fmt::format("(SELECT {} * interval '1 microsecond' AS step OFFSET 0) every",
                            to.int8(length.count()));
    made.number = fmt::format("date_bin(every.step, x.at, {})", origin);
    made.since = "b.n";
    made.till = "b.n + every.step";
    return made;
}

/// The n-th begins n times the duration after the first, by the calendar of UTC: of months that
/// begin on the 31st, on the last day of shorter ones. The guess by mean lengths is at most one
/// off.
periods of_months(composed_statement& to, const query::temporal_query& interval,
                  const duration& period) {
    constexpr double mean_month = 365.2425 * 86'400 / 12;
    const double mean =
        period.months * mean_month + std::chrono::duration<double>(period.rest).count();
    periods made;
    made.needs_first = !interval.from;
    const std::string origin = interval.from ? to.moment(*interval.from) : "o.oldest";
    const std::string months = to.int8(period.months);
    const std::string rest = to.int8(period.rest.count());
    const auto beginning = [&](std::string_view n) {
        return fmt::format("{0} + {1} * {2} * interval '1 month' + {1} * {3} * interval "
                           "'1 microsecond'",
                           origin, n, months, rest);
    };
    made.estimate =
        fmt::format("floor(date_part('epoch', r.at - {}) / {})::bigint", origin, to.float8(mean));
    made.number = fmt::format("CASE WHEN {} <= x.at THEN x.guess + 1 WHEN {} <= x.at THEN x.guess "
                              "ELSE x.guess - 1 END",
                              beginning("(x.guess + 1)"), beginning("x.guess"));
    made.since = beginning("b.n");
    made.till = beginning("(b.n + 1)");
    return made;
}

} // namespace

int width_of(const query::aggregation& asked) noexcept {
    int width = 0;
    for (const ngsild::aggregation_method method : asked.methods)
        width += width_of(method);
    return width;
}

periods periods_of(composed_statement& to, const temporal_request& request) {
    const auto& asked = *request.aggregated;
    if (asked.is_whole())
        return whole_range(to, request.interval);
    if (asked.period.months == 0)
        return of_fixed_length(to, request.interval, asked.period.rest);
    return of_months(to, request.interval, asked.period);
}

} // namespace meridian::store
