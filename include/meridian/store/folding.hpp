#pragma once

#include "meridian/base/result.hpp"
#include "meridian/base/time.hpp"
#include "meridian/store/database.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

namespace meridian::store {

/// Months of history_past that hold fewer instances stay as they are: a partition of their own
/// would cost every read more than it saves.
inline constexpr std::int64_t least_instances_of_a_past_month = 10'000;
/// Folded months at most; further ones of the past stay unfolded. Timestamps far apart, sent on
/// purpose, thus make no unbounded number of partitions.
inline constexpr std::size_t most_folded_months = 600;

/// Folds what is closed of the Temporal Evolution: the instances of months that ended at least
/// `after` before `now` go from `history` into rows of `history_folded`, one a series and day, and
/// the month's partition of `history` is dropped once it is empty. Late instances of such months,
/// which `history_past` takes, are folded by the next call. Reads give the same at any moment:
/// each transaction moves some 20,000 instances. `stop` ends it after the one at work; so may a
/// crash.
/// One process at a time does it (an advisory lock); corrections (store::evolutions) wait for the
/// transaction at work, writes for nothing but the moment in which a partition is dropped.
/// Blocking. Gives how many instances were folded, 0 where another process is at it. Fails with
/// unavailable; what was folded until then stays so.
[[nodiscard]] result<std::int64_t> fold_history(const std::string& conninfo, timestamp now,
                                                std::chrono::days after,
                                                const std::atomic<bool>& stop);

/// Forgets the months of the Temporal Evolution that ended before `horizon`: partitions are
/// dropped, not emptied row by row; late instances of such months in `history_past` are deleted in
/// small batches, so that nobody waits for long. Then the Entities that were deleted before
/// the horizon and of which no instance or roll-up is left. A month waits, with those after it,
/// while a history policy wants days of it rolled up that are not. `horizon` counts as the
/// beginning of its month: it is kept in `history_horizon`, never goes back, and is where as-of
/// reads begin at the earliest. Blocking. Gives how many partitions were dropped. Fails with
/// unavailable.
[[nodiscard]] result<int> drop_history(const std::string& conninfo, timestamp horizon,
                                       const std::atomic<bool>& stop);

/// Tells `into` where the history begins, and where what is folded of it ends, as of now.
/// Blocking. Fails with unavailable.
[[nodiscard]] result<void> read_history_edges(const std::string& conninfo, history_edges& into);

} // namespace meridian::store
