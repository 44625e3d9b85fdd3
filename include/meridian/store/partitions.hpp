#pragma once

#include "meridian/base/result.hpp"
#include "meridian/base/time.hpp"

#include <string>

namespace meridian::store {

/// How many months ahead of the present one have partitions of their own.
inline constexpr int coming_months = 2;

/// Cuts the months up to `now` + `coming_months` out of the last outer partition of history, as
/// tables `history_YYYYMM`, moving the rows that lie there already. To be run at start and daily;
/// an advisory lock lets one process do it. Gives how many were made.
/// Each month locks history against everyone for some milliseconds; a lock that is not had at once
/// is given up and asked for again later, so that writers never queue for long.
/// Blocking. Fails with unavailable; what was made until then stays.
[[nodiscard]] result<int> ensure_partitions(const std::string& conninfo, timestamp now);

} // namespace meridian::store
