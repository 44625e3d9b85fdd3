#pragma once

#include "meridian/base/result.hpp"
#include "meridian/base/time.hpp"
#include "meridian/store/blocking_pool.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace meridian::store {

namespace asio = boost::asio;

/// The kinds of clause 5.13.1.
enum class context_kind { cached, hosted, implicitly_created };

/// A stored @context (table `context`). `url` is its key: where a cached one was fetched, the local
/// identifier of the others.
struct stored_context {
    std::string url;
    context_kind kind = context_kind::cached;
    std::string body;                    ///< JSON text of the document
    timestamp created_at{};              ///< set by the store
    timestamp fetched_at{};              ///< set by the store: when `put` was last called
    std::optional<timestamp> expires_at; ///< of a cached one: fetch it anew from then on
    std::string etag;                    ///< of a cached one, for its next fetch
    std::optional<timestamp> last_used;
    std::int64_t uses = 0;
};

/// Stored @contexts, shared by all Tenants. Thread-safe.
class contexts {
public:
    explicit contexts(blocking_pool& pool) : pool_(pool) {}

    /// Nothing where there is none. Expired ones are given too: the caller decides.
    asio::awaitable<result<std::optional<stored_context>>> find(std::string url);

    /// Inserts, or replaces body, kind, expiry and etag; created_at and uses stay.
    asio::awaitable<result<void>> put(stored_context what);

    /// By age; only of one kind where given. Bodies are left out unless wanted.
    enum class bodies { no, yes };
    asio::awaitable<result<std::vector<stored_context>>> list(std::optional<context_kind> kind,
                                                              bodies with);

    /// Whether there was one.
    asio::awaitable<result<bool>> remove(std::string url);

    /// Counts uses (5.13.3.5: last usage, number of hits).
    asio::awaitable<result<void>> count_uses(std::string url, std::int64_t uses);

private:
    blocking_pool& pool_;
};

} // namespace meridian::store
