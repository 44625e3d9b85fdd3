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

/// A subscription as it is stored (table `subscription`). The store does not look into `body`.
struct subscription_row {
    std::int32_t id = 0; ///< surrogate, given by the store; outbox rows refer to it
    std::string uri;     ///< the subscription's id (5.2.12)
    std::string body;    ///< JSON text, names expanded; jsonb: member order is not kept
    std::string context; ///< the @context it came with, as JSON text
    bool is_active = true;
    std::string status = "active";
    timestamp created_at{};  ///< set by `create`
    timestamp modified_at{}; ///< set by `create` and `update`
    std::optional<timestamp> expires_at;
    std::optional<timestamp> next_run; ///< of one with timeInterval
    // Bookkeeping of 5.2.14.2, written by `record` only.
    std::int64_t times_sent = 0;
    std::int64_t times_failed = 0;
    std::optional<timestamp> last_notification;
    std::optional<timestamp> last_success;
    std::optional<timestamp> last_failure;
};

/// What was delivered of one subscription since the last record of it.
struct delivery_record {
    std::int32_t subscription = 0;
    std::int64_t sent = 0;   ///< notifications sent, successfully or not
    std::int64_t failed = 0; ///< of them
    std::optional<timestamp> last_notification;
    std::optional<timestamp> last_success;
    std::optional<timestamp> last_failure;
    std::optional<std::string> status; ///< if it changes ("failed", "ok" …)
};

/// All subscriptions of a Tenant and the version they were read at, in one snapshot.
struct subscription_list {
    std::int64_t version = 0; ///< tenant.subscription_version
    std::vector<subscription_row> rows;
};

/// Subscriptions, per Tenant. Creating, updating and removing one bumps the Tenant's
/// `subscription_version` in the same transaction and notifies the channel
/// `meridian_subscriptions` with the Tenant's number. Thread-safe.
class subscriptions {
public:
    explicit subscriptions(blocking_pool& pool) : pool_(pool) {}

    /// Gives the row as it was stored. Fails with already_exists, unavailable.
    asio::awaitable<result<subscription_row>> create(tenant_id tenant, subscription_row what);

    /// Replaces body, context, is_active, status, expires_at and next_run of the one called
    /// `what.uri`, if it was not updated since `what.modified_at`, so that no update is lost. Fails
    /// with resource_not_found, and with conflict where it was: read it again then.
    asio::awaitable<result<subscription_row>> update(tenant_id tenant, subscription_row what);

    /// Gives the surrogate of what was removed, with its outbox rows.
    /// Fails with resource_not_found.
    asio::awaitable<result<std::int32_t>> remove(tenant_id tenant, std::string uri);

    /// Fails with resource_not_found.
    asio::awaitable<result<subscription_row>> find(tenant_id tenant, std::string uri);

    /// A page in order of creation.
    asio::awaitable<result<std::vector<subscription_row>>>
    page(tenant_id tenant, std::int64_t offset, std::int64_t limit);
    asio::awaitable<result<std::int64_t>> count(tenant_id tenant);

    /// All of a Tenant's, for the broker's snapshot.
    asio::awaitable<result<subscription_list>> list(tenant_id tenant);
    /// The Tenants' versions, to see which snapshots are out of date: (tenant, version).
    struct version {
        tenant_id tenant;
        std::int64_t number;
    };
    asio::awaitable<result<std::vector<version>>> versions();

    /// Adds to the bookkeeping; is no change of a subscription (no version, no NOTIFY). Records of
    /// subscriptions that are gone are ignored.
    asio::awaitable<result<void>> record(std::vector<delivery_record> deliveries);

    /// Periodic subscriptions of any Tenant that are due at `now`; puts their `next_run` off by
    /// `lease` in the same transaction, so that one broker gets each, and another if that dies.
    /// `schedule` then sets the proper time.
    struct due {
        tenant_id tenant;
        subscription_row row;
    };
    asio::awaitable<result<std::vector<due>>> take_due(timestamp now, std::int64_t limit,
                                                       std::chrono::seconds lease);
    /// Sets the next run of a periodic subscription.
    asio::awaitable<result<void>> schedule(std::int32_t subscription,
                                           std::optional<timestamp> next_run);

private:
    blocking_pool& pool_;
};

} // namespace meridian::store
