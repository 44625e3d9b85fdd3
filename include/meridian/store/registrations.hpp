#pragma once

#include "meridian/base/result.hpp"
#include "meridian/base/time.hpp"
#include "meridian/store/blocking_pool.hpp"
#include "meridian/store/database.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace meridian::store {

/// A Context Source Registration as it is stored (table `registration`). The store does not look
/// into `body`.
struct registration_row {
    std::int32_t id = 0; ///< surrogate, given by the store
    std::string uri;     ///< the Registration's id (5.2.9)
    std::string body;    ///< JSON text, names expanded; jsonb: member order is not kept
    timestamp created_at{};
    timestamp modified_at{}; ///< moves on with every update
    std::optional<timestamp> expires_at;
};

/// All Registrations of a Tenant and the version they were read at, in one snapshot.
struct registration_list {
    std::int64_t version = 0; ///< tenant.registration_version
    std::vector<registration_row> rows;
};

/// Context Source Registrations, per Tenant. Each change bumps the Tenant's `registration_version`
/// in the same transaction, under the lock of the Tenant's row: a snapshot that shows a version
/// shows every change up to it. Those that have expired are there for nobody (5.9.2.4).
/// Thread-safe.
class registrations {
public:
    explicit registrations(blocking_pool& pool) : pool_(pool) {}

    /// Gives the row as it was stored. `judged_at` is the version of the list that the caller has
    /// looked for conflicts in. Fails with already_exists, unavailable, and precondition_failed
    /// where the Tenant's Registrations have changed since: read them again then.
    asio::awaitable<result<registration_row>> create(tenant_id tenant, registration_row what,
                                                     std::int64_t judged_at);

    /// Replaces body and expires_at of the one called `what.uri`. Fails with resource_not_found,
    /// and as `create` with precondition_failed.
    asio::awaitable<result<registration_row>> update(tenant_id tenant, registration_row what,
                                                     std::int64_t judged_at);

    /// Gives the Tenant's version from then on. Fails with resource_not_found.
    asio::awaitable<result<std::int64_t>> remove(tenant_id tenant, std::string uri);

    /// All of a Tenant's in order of creation.
    asio::awaitable<result<registration_list>> list(tenant_id tenant);

    /// The version that `list` would give now.
    asio::awaitable<result<std::int64_t>> version_of(tenant_id tenant);

    /// Those Tenants that have, or have had, Registrations, with their versions.
    struct version {
        tenant_id tenant;
        std::int64_t number;
    };
    asio::awaitable<result<std::vector<version>>> versions();

    /// 5.9.2.4: deletes what has expired; gives how many.
    asio::awaitable<result<std::int64_t>> sweep();

private:
    blocking_pool& pool_;
};

} // namespace meridian::store
