#pragma once

#include "meridian/base/result.hpp"
#include "meridian/store/blocking_pool.hpp"
#include "meridian/store/database.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace meridian::store {

/// Instances are rolled up to a level (query::rollup_level), and the roll-ups kept.
struct rollup_rule {
    std::int16_t level = 0;
    std::optional<int> days; ///< absent: for ever
    bool operator==(const rollup_rule&) const = default;
};

/// What a policy says: how long instances are kept, and what stays of them.
struct policy_terms {
    std::optional<int> raw_days; ///< absent: for ever
    std::vector<rollup_rule> rollups;
    bool operator==(const policy_terms&) const = default;
};
inline constexpr int most_policy_days = 36'500;

/// Fails with bad_request_data where the terms say nothing, a number of days is not between 1 and
/// `most_policy_days`, or a level stands twice.
[[nodiscard]] result<void> check(const policy_terms& terms);

/// The policy of an Attribute of the Entities that have, or had, a type. Where an Entity has
/// several types with policies, the longest of their times hold, and all their levels.
struct history_policy {
    int id = 0;
    std::string type;      ///< IRI
    std::string attribute; ///< IRI
    policy_terms terms;
    std::string state; ///< "new": not in force yet, "ready"
};

/// Table `history_policy`. What changes comes into force with the next rounds of `rollup_upkeep`.
/// Thread-safe.
class history_policies {
public:
    explicit history_policies(blocking_pool& pool) : pool_(pool) {}

    /// Names must be in the dictionary; `terms` are checked. Fails with already_exists.
    asio::awaitable<result<int>> create(tenant_id tenant, std::string type, std::string attribute,
                                        policy_terms terms);
    /// By id.
    asio::awaitable<result<std::vector<history_policy>>> list(tenant_id tenant);
    /// Fails with resource_not_found.
    asio::awaitable<result<history_policy>> find(tenant_id tenant, int id);
    /// Fails with resource_not_found. Days that are rolled up already get new levels as well, as
    /// long as their instances are there.
    asio::awaitable<result<void>> replace(tenant_id tenant, int id, policy_terms terms);
    /// Its roll-ups go, unless another policy wants them; what it had removed does not come back.
    /// Fails with resource_not_found.
    asio::awaitable<result<void>> remove(tenant_id tenant, int id);

private:
    blocking_pool& pool_;
};

} // namespace meridian::store
