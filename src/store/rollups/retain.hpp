#pragma once

#include "store/rollups/roll.hpp"

#include <atomic>
#include <pqxx/pqxx>
#include <string>

namespace meridian::store::rollups {

/// Removes instances of the pairs that are older than their policies keep them, counted back from
/// `edge`: first the moment from which on they are there is noted, which all readers heed, then
/// rows go in portions. Waits where a policy rolls up and a day is not rolled up, marked or lacks a
/// level. Gives of how many pairs.
int remove_instances(pqxx::connection& connection, const pair_arrays& of, const std::string& edge,
                     const std::atomic<bool>& stop);

/// Removes roll-ups that are older than their level is kept, or that no policy wants any more.
/// Gives in how many steps.
int remove_rollups(pqxx::connection& connection, const pair_arrays& of, const std::string& edge,
                   const std::atomic<bool>& stop);

} // namespace meridian::store::rollups
