#pragma once

#include "meridian/base/result.hpp"
#include "meridian/store/history_policies.hpp"

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

namespace meridian::store {

/// An instance that is observed so long before it is written is late: the day that it falls into
/// may be rolled up already, and gets a mark.
inline constexpr std::chrono::hours late_after{1};

/// A policy of the configuration, by names: its Tenant and names may not exist yet.
struct wanted_policy {
    std::string tenant; ///< "" is the default Tenant
    std::string type;
    std::string attribute;
    policy_terms terms;
    bool operator==(const wanted_policy&) const = default;
};

/// The background work of history policies (docs/history-policies.md): days that are over are
/// rolled up, those with marks anew; instances and roll-ups go when their time is over. One process
/// on a database does it at a time, in small transactions: it may be killed at any moment.
/// Queries are right whatever it has done or not: they look at what is rolled up and marked in the
/// snapshot that they read from.
class rollup_upkeep {
public:
    /// Does not connect yet.
    rollup_upkeep(std::string conninfo, std::vector<wanted_policy> configured)
        : conninfo_(std::move(conninfo)), configured_(std::move(configured)) {}

    /// One round, blocking; ends early, and well, once `stop` is set. Each configured policy is put
    /// in place once, as soon as its names are there; it replaces what another one says. Gives how
    /// many days and removals were done. Fails with unavailable, internal_error.
    [[nodiscard]] result<int> tend(const std::atomic<bool>& stop);

private:
    std::string conninfo_;
    std::vector<wanted_policy> configured_; ///< those that are not in place yet
};

} // namespace meridian::store
