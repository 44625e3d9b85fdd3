#pragma once

#include "meridian/subscription/service.hpp"
#include "subscription/bookkeeping.hpp"
#include "subscription/snapshots.hpp"

#include <atomic>
#include <mutex>
#include <string>
#include <unordered_map>

namespace meridian::subscription {

/// What all loops of the service share. Safe to use from every thread.
struct core {
    core(store::subscriptions& rows, store::dictionary& words, store::tenants& of,
         net::mqtt_client& over_mqtt, settings chosen)
        : stored(rows), dictionary(words), tenants(of), mqtt(over_mqtt), how(chosen),
          subscriptions(rows), books(rows) {}

    store::subscriptions& stored;
    store::dictionary& dictionary;
    store::tenants& tenants;
    net::mqtt_client& mqtt;
    const settings how;

    snapshots subscriptions;
    bookkeeping books;

    std::atomic<std::uint64_t> owed{0};
    std::atomic<std::uint64_t> delivered{0};
    std::atomic<std::uint64_t> failed{0};
    std::atomic<std::uint64_t> given_up{0};
    std::atomic<std::uint64_t> taken_over{0};
    std::atomic<std::uint64_t> waiting{0};
    /// Rows that did not fit into memory and were let go of: counts them twice, when that begins
    /// and when it is done.
    std::atomic<std::uint64_t> releases{0};

    [[nodiscard]] static timestamp now() noexcept {
        return std::chrono::time_point_cast<std::chrono::microseconds>(
            std::chrono::system_clock::now());
    }

    /// The name of a Tenant for NGSILD-Tenant (6.3.14); empty: the default one.
    asio::awaitable<result<std::string>> name_of(store::tenant_id tenant);

private:
    std::mutex mutex_;
    std::unordered_map<store::tenant_id, std::string> names_;
};

} // namespace meridian::subscription
