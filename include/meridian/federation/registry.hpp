#pragma once

#include "meridian/federation/index.hpp"
#include "meridian/federation/registration.hpp"
#include "meridian/store/registrations.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace meridian::federation {

namespace asio = boost::asio;

/// The Registrations of one Tenant at one version. Immutable, safe to share between threads.
class snapshot {
public:
    snapshot(std::int64_t version, std::vector<registration_ptr> all)
        : version_(version), all_(std::move(all)) {}

    [[nodiscard]] std::int64_t version() const noexcept { return version_; }
    /// In order of creation; some may have expired.
    [[nodiscard]] const std::vector<registration_ptr>& all() const noexcept { return all_; }
    /// The one of that id, unless it has expired at `now`; else null.
    [[nodiscard]] registration_ptr find(std::string_view id, timestamp now) const;
    /// Built when it is asked for first.
    [[nodiscard]] const federation::index& index() const;

private:
    std::int64_t version_;
    std::vector<registration_ptr> all_;
    mutable std::once_flag once_;
    mutable std::unique_ptr<const federation::index> index_;
};
using snapshot_ptr = std::shared_ptr<const snapshot>;

/// The Context Source Registrations of all Tenants, in memory: read at the start, replaced as a
/// whole by each change of this broker's, and read anew within a second of another broker's. Safe
/// to use from every thread.
class registry {
public:
    explicit registry(store::registrations& stored);
    ~registry();
    registry(const registry&) = delete;
    registry& operator=(const registry&) = delete;

    /// From memory; null where the Tenant has none. What every operation of 5.6 and 5.7 begins
    /// with: costs a look into a small map.
    [[nodiscard]] snapshot_ptr find(store::tenant_id tenant) const;

    /// As of now, whoever changed it; never null. Fails with unavailable.
    asio::awaitable<result<snapshot_ptr>> current(store::tenant_id tenant);

    /// Stores a Registration that was found to be in no conflict with `judged`.
    /// Fails with already_exists, unavailable, and precondition_failed where `judged` is out of
    /// date: judge again then.
    asio::awaitable<result<void>> create(store::tenant_id tenant, store::registration_row what,
                                         snapshot_ptr judged);
    /// Fails with resource_not_found, else as `create`.
    asio::awaitable<result<void>> update(store::tenant_id tenant, store::registration_row what,
                                         snapshot_ptr judged);
    /// Fails with resource_not_found.
    asio::awaitable<result<void>> remove(store::tenant_id tenant, std::string id);

    /// Reads all Tenants' anew whose version has changed. At the start, and by `start` ever again.
    asio::awaitable<result<void>> refresh();

    /// Begins to keep up with other brokers and to delete what has expired, on that loop.
    void start(asio::any_io_executor on);
    /// Completes when that has ended.
    asio::awaitable<void> stop();

private:
    class keeper;
    asio::awaitable<result<snapshot_ptr>> read(store::tenant_id tenant);
    snapshot_ptr keep(store::tenant_id tenant, snapshot_ptr made);
    void replace(store::tenant_id tenant, std::int64_t version, registration_ptr changed,
                 std::string_view gone);

    store::registrations& stored_;
    mutable std::shared_mutex mutex_;
    std::unordered_map<store::tenant_id, snapshot_ptr> snapshots_;
    std::shared_ptr<keeper> keeper_;
};

/// 4.3.6.3, 5.9.2.4: the Registration among those of `present` that forbids `candidate` (an
/// exclusive or redirect one); null where none does. One of the same id is none.
[[nodiscard]] registration_ptr conflicting(const registration& candidate, const snapshot& present,
                                           timestamp now);

} // namespace meridian::federation
