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

namespace asio = boost::asio;

/// The kinds of clause 5.13.1.
enum class context_kind { cached, hosted, implicitly_created };

/// The kind's name as clause 5.13.1 has it.
[[nodiscard]] const char* name_of(context_kind kind) noexcept;

/// A stored @context (table `context`). `url` is its key: where a cached one was fetched, the local
/// identifier of the others.
struct stored_context {
    std::string url;
    std::string local_id; ///< set by the store
    context_kind kind = context_kind::cached;
    std::optional<tenant_id> tenant;     ///< whose it is; cached ones are everybody's
    std::string body;                    ///< JSON text of the document
    timestamp created_at{};              ///< set by the store
    timestamp fetched_at{};              ///< set by the store: when `put` was last called
    std::optional<timestamp> expires_at; ///< of a cached one: fetch it anew from then on
    std::string etag;                    ///< of a cached one, for its next fetch
    std::optional<timestamp> last_used;
    std::int64_t uses = 0;
};

/// Uses of one stored @context that are not in the database yet.
struct context_uses {
    context_uses(std::string of, std::int64_t times, timestamp last)
        : url(std::move(of)), count(times), last_used(last) {}
    std::string url; ///< stored_context::url
    std::int64_t count;
    timestamp last_used;
};

/// Stored @contexts. Cached ones are shared by all Tenants, the others belong to one. Thread-safe.
class contexts {
public:
    /// @contexts of one Tenant that are not cached; further ones are refused.
    static constexpr std::int64_t of_a_tenant = 10'000;

    explicit contexts(blocking_pool& pool) : pool_(pool) {}

    /// By `url` or local identifier. Nothing where there is none. Expired ones are given too: the
    /// caller decides.
    asio::awaitable<result<std::optional<stored_context>>> find(std::string key);

    /// Keeps a cached one: inserts, or replaces body, expiry and etag; created_at and uses stay.
    /// Another body than before counts up `version`.
    asio::awaitable<result<void>> put(stored_context what);

    /// Adds a hosted one under a new local identifier, which it gives.
    /// Fails with too_complex_query where the Tenant has of_a_tenant already.
    asio::awaitable<result<std::string>> host(tenant_id tenant, std::string body);

    /// The local identifier of the Tenant's implicitly created one with this body, which is made
    /// where there is none. Fails as `host`.
    asio::awaitable<result<std::string>> create_implicitly(tenant_id tenant, std::string body);

    /// The Tenant's own and the cached ones, by age and without their bodies; only of one kind
    /// where given.
    asio::awaitable<result<std::vector<stored_context>>> list(tenant_id tenant,
                                                              std::optional<context_kind> kind);

    /// Removes by `url` and counts up `version`. Gives whether there was one.
    asio::awaitable<result<bool>> remove(std::string url);

    /// Adds uses (5.13.3.5: last usage, number of hits). Those of @contexts that are gone are lost.
    asio::awaitable<result<void>> count_uses(std::vector<context_uses> uses);

    /// Counts what brokers on the same database removed or replaced: a processed @context in memory
    /// holds as long as this stays.
    asio::awaitable<result<std::int64_t>> version();

private:
    blocking_pool& pool_;
};

} // namespace meridian::store
