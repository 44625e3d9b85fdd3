#pragma once

#include "meridian/store/subscriptions.hpp"
#include "subscription/match.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>
#include <vector>

namespace meridian::subscription {

namespace asio = boost::asio;

/// The compiled Subscriptions of Tenants, each replaced as a whole when it is read anew. A Tenant
/// that none was asked of is not there. Safe to use from every thread.
class snapshots {
public:
    explicit snapshots(store::subscriptions& stored) : stored_(stored) {}

    /// From memory; null where the Tenant's have not been read.
    [[nodiscard]] std::shared_ptr<const matcher> find(store::tenant_id tenant) const;
    /// Reads the Tenant's Subscriptions. One that is damaged is left out and logged.
    asio::awaitable<result<void>> read(store::tenant_id tenant);
    /// Reads them unless they are at `version` or newer.
    asio::awaitable<result<void>> read_at_least(store::tenant_id tenant, std::int64_t version);
    /// Reads anew what other brokers have changed meanwhile.
    asio::awaitable<result<void>> refresh();

private:
    struct entry {
        std::int64_t version = 0;
        std::shared_ptr<const matcher> subscriptions;
    };
    [[nodiscard]] std::int64_t version_of(store::tenant_id tenant) const; ///< -1: not there

    store::subscriptions& stored_;
    mutable std::shared_mutex mutex_;
    std::unordered_map<store::tenant_id, entry> entries_;
};

} // namespace meridian::subscription
