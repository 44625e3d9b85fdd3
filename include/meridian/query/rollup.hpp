#pragma once

#include "meridian/query/aggregation.hpp"
#include "meridian/query/ast.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>

namespace meridian::query {

/// The periods that instances are rolled up to, as bits: they stand in stored rows and never
/// change. Roll-ups of a level begin at whole minutes, hours and days of UTC.
namespace rollup_level {
inline constexpr std::int16_t minute = 1;
inline constexpr std::int16_t hour = 2;
inline constexpr std::int16_t day = 4;
} // namespace rollup_level

/// The levels by their periods, as policies name them.
struct rollup_period {
    std::string_view text;
    std::int16_t level;
};
inline constexpr rollup_period rollup_periods[] = {
    {"PT1M", rollup_level::minute}, {"PT1H", rollup_level::hour}, {"P1D", rollup_level::day}};

/// 0 where there is no such level.
[[nodiscard]] constexpr std::int16_t rollup_level_of(std::string_view period) noexcept {
    for (const auto& [text, level] : rollup_periods)
        if (text == period)
            return level;
    return 0;
}

/// From which roll-ups an aggregation can be answered exactly; none: from instances alone.
struct usable_rollups {
    std::int16_t levels = 0;      ///< of each day that the query covers up to its end
    std::int16_t on_last_day = 0; ///< of the day within which the query ends, where it does
    bool operator==(const usable_rollups&) const = default;
};

/// Roll-ups of a level serve where no period of the aggregation begins, and the query does not end,
/// within one of them, and where the methods follow from count, sum, squares, spread, least and
/// most: all but distinctCount. The query must be by observedAt, tell where it begins (for the
/// whole range also where it ends), and not ask for the last N.
[[nodiscard]] usable_rollups rollups_for(const temporal_query& interval,
                                         const aggregation& asked) noexcept;

/// The beginning of the day of UTC that a moment is in.
[[nodiscard]] constexpr timestamp day_of(timestamp moment) noexcept {
    return std::chrono::floor<std::chrono::days>(moment);
}

} // namespace meridian::query
