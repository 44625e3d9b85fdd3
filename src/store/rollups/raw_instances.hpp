#pragma once

#include <string>
#include <string_view>

namespace meridian::store::rollups {

/// Where roll-ups read instances: rows (ts, num, ds_id, flags, txt) of an Attribute
/// of an Entity that are in the history and were observed within [since, till); deletions are none
/// (bit 0 of the flags: observed, bit 8: deleted). All four are SQL expressions of ours.
[[nodiscard]] std::string observed_instances(std::string_view eid, std::string_view attribute,
                                             std::string_view since, std::string_view till);

/// A query of one row (ts): a moment of the day of the first or the last of these instances, NULL
/// where there is none. It looks at one row of each table.
[[nodiscard]] std::string first_observed(std::string_view eid, std::string_view attribute,
                                         std::string_view since, std::string_view till);
[[nodiscard]] std::string last_observed(std::string_view eid, std::string_view attribute,
                                        std::string_view since, std::string_view till);

/// The length of a day, and what days and their parts are counted from, as SQL.
inline constexpr std::string_view one_day = "interval '24 hours'";
inline constexpr std::string_view origin = "'2000-01-01 00:00:00+00'::timestamptz";

} // namespace meridian::store::rollups
