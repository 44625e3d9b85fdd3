#pragma once

#include "meridian/ngsild/history.hpp"
#include "store/months.hpp"

#include <pqxx/pqxx>

#include <cstdint>
#include <optional>

namespace meridian::store {

/// One process at a time folds or drops history: takes the session's lock for it.
[[nodiscard]] bool take_charge_of_old_history(pqxx::connection& connection);

/// Corrections of folded instances and their folding exclude each other until the transaction
/// ends: the first is shared with other corrections, the second with nobody.
void lock_for_correction(pqxx::work& in);
void lock_for_folding(pqxx::work& in);

/// Takes a month's partition of `history` away, the one next to `history_past`, which takes the
/// month's instances from then on; those that are left in it go there, or where `keep_rows` is
/// false, are dropped with it. Everybody waits for some milliseconds.
enum class left_rows { keep, drop };
void close_month(pqxx::connection& connection, year_month month, left_rows rows);

/// Folded months whose dropping was begun and cut short (a crash): detached and not yet dropped, or
/// half detached.
void drop_detached_months(pqxx::connection& connection);

/// Moves the folded instances of an Attribute and the UTC day of `at` back into `history`, where
/// they can be corrected; they are folded again later.
void unfold_day(pqxx::work& in, std::int64_t eid, ngsild::name_id attribute, timestamp at);

/// A moment of the day in which a folded instance of the Attribute lies.
[[nodiscard]] std::optional<timestamp> folded_day_of(pqxx::work& in, std::int64_t eid,
                                                     ngsild::name_id attribute, std::int64_t iid);

/// The first month that has a partition of its own in `history`, where history_past ends.
[[nodiscard]] std::optional<year_month> first_open_month(pqxx::connection& connection);

} // namespace meridian::store
