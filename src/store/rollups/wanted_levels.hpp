#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace meridian::store::rollups {

/// Beside the levels of a row of `rollup_day`: an instance of the day is no number, or one that no
/// roll-up holds, so that it has none. Zero alone: nobody wanted any then.
inline constexpr std::int16_t cannot_be_rolled_up = 8;

/// SQL, as all arguments: the levels that are wanted of a day, seen from `edge`, by a row `of` of
/// `history_wanted`.
[[nodiscard]] std::string levels_wanted(std::string_view of, std::string_view day,
                                        std::string_view edge);

/// SQL: whether a row `d` of `rollup_day` lacks a level that `of` wants, and instances are there to
/// make it of. What an operator dropped takes no roll-ups along.
[[nodiscard]] std::string lacks_level(std::string_view of, std::string_view edge);

} // namespace meridian::store::rollups
