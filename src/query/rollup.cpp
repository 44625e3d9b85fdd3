#include "meridian/query/rollup.hpp"

#include <algorithm>

namespace meridian::query {
namespace {

using std::chrono::microseconds;

struct step {
    std::int16_t level;
    microseconds length;
};
constexpr step steps[] = {{rollup_level::minute, std::chrono::minutes{1}},
                          {rollup_level::hour, std::chrono::hours{1}},
                          {rollup_level::day, std::chrono::hours{24}}};

bool divides(microseconds length, timestamp moment) noexcept {
    return moment.time_since_epoch() % length == microseconds{0};
}

} // namespace

usable_rollups rollups_for(const temporal_query& interval, const aggregation& asked) noexcept {
    usable_rollups found;
    const bool has_bounds = interval.from && (interval.until || !asked.is_whole());
    if (!has_bounds || interval.property != time_property::observed_at || interval.last_n ||
        std::ranges::find(asked.methods, ngsild::aggregation_method::distinct_count) !=
            asked.methods.end())
        return found;
    for (const auto& [level, length] : steps) {
        // Months keep the time of the day: what is beyond them tells.
        if (!divides(length, *interval.from) || asked.period.rest % length != microseconds{0})
            continue;
        found.levels |= level;
        if (!interval.until || divides(length, *interval.until))
            found.on_last_day |= level;
    }
    return found;
}

} // namespace meridian::query
