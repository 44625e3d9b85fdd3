#pragma once

#include <atomic>
#include <pqxx/pqxx>

namespace meridian::store::blocking {

/// Waits until all transactions that are under way now in this database have ended; whoever begins
/// later sees what is committed now. False where they have not within a minute, or `stop` is set.
[[nodiscard]] bool outlive_transactions(pqxx::connection& connection,
                                        const std::atomic<bool>& stop);

} // namespace meridian::store::blocking
