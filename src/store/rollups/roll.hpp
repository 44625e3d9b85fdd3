#pragma once

#include <atomic>
#include <pqxx/pqxx>
#include <string>

namespace meridian::store::rollups {

/// (eid, Attribute) pairs as PostgreSQL writes two arrays, which is how the statements of the
/// background work hand them on.
struct pair_arrays {
    std::string eids;
    std::string attributes;
};

/// Held by whoever rolls up or removes, transaction by transaction, and shared by corrections that
/// take away whole evolutions: they would take away what a snapshot before them is still making
/// roll-ups of. Everybody else is answered by marks.
inline constexpr const char* lock_rollups = "SELECT pg_advisory_lock(1835364981)";
inline constexpr const char* unlock_rollups = "SELECT pg_advisory_unlock(1835364981)";
inline constexpr const char* share_rollups = "SELECT pg_advisory_xact_lock_shared(1835364981)";

/// Which days that are rolled up are looked through for levels that they lack: after a change of a
/// policy all whose instances are there, else those whose instances are to be removed now, which is
/// nearly nothing to look at.
enum class lacking_levels { of_all_days, of_days_to_be_removed };

/// Rolls up what the pairs have of days before `edge` (timestamptz as text) that are not rolled up,
/// marked or lack levels, some days a transaction. Gives how many stretches of days that were.
/// Throws what libpqxx does.
int roll_up(pqxx::connection& connection, const pair_arrays& of, const std::string& edge,
            lacking_levels lacking, const std::atomic<bool>& stop);

} // namespace meridian::store::rollups
