#pragma once

#include "meridian/base/time.hpp"

#include <chrono>
#include <functional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

namespace meridian::store {

/// The months (UTC) that the tables `history_YYYYMM` and `history_folded_YYYYMM` are of. All texts
/// are made of numbers only: nothing of a user's comes into SQL through them.
using std::chrono::year_month;

[[nodiscard]] year_month month_of(timestamp at);
[[nodiscard]] timestamp beginning_of(year_month month);
/// The beginning as PostgreSQL's bounds are written, such as "2026-11-01 00:00:00+00".
[[nodiscard]] std::string bound_of(year_month month);
/// "history_202611".
[[nodiscard]] std::string open_table(year_month month);
/// "history_folded_202611".
[[nodiscard]] std::string folded_table(year_month month);

/// The months that have a partition of `parent` ("history" or "history_folded") of their own, the
/// oldest first; outer partitions are left out.
[[nodiscard]] std::vector<year_month> months_of(pqxx::connection& connection,
                                                const std::string& parent);

/// Runs `change`, a transaction's work that takes a lock which everybody waits for, with a limit on
/// how long it may wait itself, again and again until it had the lock. Throws when it never had.
/// `tables`, as in LOCK TABLE ONLY, are what autovacuum must have left before: a large one is at
/// work for long on what has just been emptied.
void with_short_lock(pqxx::connection& connection, const std::string& tables,
                     const std::function<void(pqxx::work&)>& change);

} // namespace meridian::store
