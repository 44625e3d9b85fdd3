#pragma once

#include "meridian/base/time.hpp"
#include "meridian/jsonld/context.hpp"
#include "meridian/net/http_client.hpp"
#include "meridian/store/contexts.hpp"

#include <boost/asio/awaitable.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace meridian::operations {

namespace asio = boost::asio;

/// Limits of remote @contexts (architecture page, decision 11).
struct context_fetch_limits {
    std::size_t document_bytes = 1 << 20;
    std::chrono::milliseconds timeout{5'000};
    std::chrono::milliseconds default_lifetime{3'600'000}; ///< 6.3.16: where the host names none
    std::size_t cached_contexts = 1'000;                   ///< processed @contexts kept in memory
    std::size_t cached_bytes = 16 << 20; ///< of their keys (inline @contexts are long)
    jsonld::context_limits processing;
};

/// Uses of a stored @context by this process that the database does not have yet. Thread-safe.
struct context_usage {
    std::atomic<std::int64_t> count{0};
    std::atomic<std::int64_t> last_micros{0}; ///< since 1970

    void add() noexcept;
};
using context_usage_ptr = std::shared_ptr<context_usage>;

/// What every broker thread shares of @contexts: the processed ones by their key, and how often the
/// stored ones they are made of were used. Safe to use from every thread.
class context_cache {
public:
    explicit context_cache(context_fetch_limits limits) : limits_(limits) {}

    [[nodiscard]] const context_fetch_limits& limits() const noexcept { return limits_; }

    /// The processed @context of a local one's text, if it is here and not out of date. A use of
    /// each stored @context that it is made of.
    [[nodiscard]] jsonld::context_ptr find(const std::string& local_text) const;
    /// Does nothing where something was forgotten since `epoch` was asked for.
    void keep(const std::string& local_text, jsonld::context_ptr context,
              std::chrono::steady_clock::time_point valid_until,
              std::vector<context_usage_ptr> made_of, std::uint64_t epoch);
    /// How often something was forgotten.
    [[nodiscard]] std::uint64_t epoch() const;
    /// Forgets every processed @context: one of the documents was removed or replaced (5.13.5).
    void forget_all();
    [[nodiscard]] std::size_t size() const;

    /// The local identifier that a Tenant's @context was stored under implicitly, if known here.
    [[nodiscard]] std::string implicit_id(store::tenant_id tenant, const std::string& text) const;
    void keep_implicit_id(store::tenant_id tenant, const std::string& text, std::string id);

    /// The uses of a stored @context, by store::stored_context::url.
    [[nodiscard]] context_usage_ptr usage_of(const std::string& url);
    /// Takes all uses that are not in the database yet; `count_again` gives them back.
    [[nodiscard]] std::vector<store::context_uses> take_uses();
    void count_again(const std::vector<store::context_uses>& uses);

    /// The version of the store's @contexts as it was last seen (store::contexts::version);
    /// forgets everything where `now` is another.
    void see_version(std::int64_t now);

private:
    struct entry {
        jsonld::context_ptr context;
        std::chrono::steady_clock::time_point valid_until;
        std::vector<context_usage_ptr> made_of;
    };
    context_fetch_limits limits_;
    mutable std::mutex mutex_;
    std::unordered_map<std::string, entry> entries_;
    std::size_t bytes_ = 0;
    std::uint64_t epoch_ = 0;
    std::map<std::pair<store::tenant_id, std::string>, std::string> implicit_ids_;
    std::unordered_map<std::string, context_usage_ptr> usage_;
    std::int64_t version_ = 0;
};

/// Where this broker serves stored @contexts (6.30), followed by their local identifiers.
inline constexpr std::string_view served_contexts_path = "/ngsi-ld/v1/jsonldContexts/";

/// Makes processed @contexts of what requests name (5.5.5, 5.5.7, 6.3.5): built-in core contexts,
/// processed ones in memory, documents kept in the database (hosted ones whichever broker's URL
/// names them, without a call), and at last the documents' hosts, within limits. A document whose
/// host is down is served stale. One per I/O thread.
class contexts {
public:
    contexts(std::shared_ptr<context_cache> cache, net::http_client& client,
             store::contexts& stored);

    /// The @context of a Link header's URL (6.3.5).
    /// Fails with ld_context_not_available, bad_request_data.
    [[nodiscard]] asio::awaitable<result<jsonld::context_ptr>> from_url(std::string url);

    /// The @context of a payload's `@context` member: a URL, an object or an array of them.
    [[nodiscard]] asio::awaitable<result<jsonld::context_ptr>> from_json(json local);

    /// Downloads the cached @context of `url` again and replaces it (5.13.5.4). Nothing has changed
    /// where that fails, with ld_context_not_available.
    [[nodiscard]] asio::awaitable<result<void>> reload(std::string url);

    /// What has to be done every second or so, by one loop: tells the database of uses, and notices
    /// what other brokers removed or replaced. Fails with unavailable; nothing is lost then.
    [[nodiscard]] asio::awaitable<result<void>> keep_up();

    [[nodiscard]] context_cache& cache() const noexcept { return *cache_; }
    [[nodiscard]] store::contexts& stored() const noexcept { return *stored_; }

private:
    [[nodiscard]] asio::awaitable<result<jsonld::context_ptr>> build(std::string text, json local);
    struct document {
        json body;
        timestamp valid_until;
        std::string key; ///< store::stored_context::url
    };
    [[nodiscard]] asio::awaitable<result<document>> load(std::string url);
    [[nodiscard]] asio::awaitable<result<document>> fetch(std::string url);
    struct download {
        document made;
        std::string text;
        std::string etag;
    };
    [[nodiscard]] asio::awaitable<result<download>> fetch_only(std::string url);
    [[nodiscard]] asio::awaitable<result<void>> put(const download& what);

    std::shared_ptr<context_cache> cache_;
    net::http_client* client_;
    store::contexts* stored_;
};

} // namespace meridian::operations
