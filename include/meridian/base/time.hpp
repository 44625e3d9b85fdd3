#pragma once

#include "meridian/base/result.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace meridian {

/// A moment in UTC with microseconds, as PostgreSQL keeps it.
using timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// Clause 4.6.3 DateTime: `YYYY-MM-DDThh:mm:ss[(.|,)fraction]Z` in the years 1 to 9999, with one to
/// six fraction digits. Only `Z` names the zone. Nothing where `text` is not one (leap seconds and
/// hour 24 are not).
[[nodiscard]] std::optional<timestamp> parse_date_time(std::string_view text) noexcept;

/// Clause 4.6.3 Date `YYYY-MM-DD`, as the moment at which that day begins.
[[nodiscard]] std::optional<timestamp> parse_date(std::string_view text) noexcept;

/// Clause 4.6.3 Time `hh:mm:ss[(.|,)fraction]Z`, as the time since midnight.
[[nodiscard]] std::optional<std::chrono::microseconds> parse_time(std::string_view text) noexcept;

/// UTC with `Z`; three fraction digits, six where microseconds matter, none where all are zero.
[[nodiscard]] std::string to_text(timestamp moment);
void append_text(std::string& out, timestamp moment);

/// An ISO 8601 duration such as `P1DT12H` or `PT0.5S` (4.5.19, 5.2.12). Months and years have no
/// fixed length and are kept apart.
struct duration {
    int months = 0; ///< years count as 12
    std::chrono::microseconds rest{0};
    bool operator==(const duration&) const = default;
};
[[nodiscard]] std::optional<duration> parse_duration(std::string_view text) noexcept;

} // namespace meridian
