#pragma once

#include "meridian/base/time.hpp"
#include "meridian/jsonld/context.hpp"
#include "meridian/net/http_client.hpp"
#include "meridian/store/contexts.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

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

/// What every broker thread shares of @contexts: the processed ones by their key, and the JSON of
/// remote documents. Safe to use from every thread.
class context_cache {
public:
    explicit context_cache(context_fetch_limits limits) : limits_(limits) {}

    [[nodiscard]] const context_fetch_limits& limits() const noexcept { return limits_; }

    /// The processed @context of a local one's text, if it is here and not out of date.
    [[nodiscard]] jsonld::context_ptr find(const std::string& local_text) const;
    void keep(const std::string& local_text, jsonld::context_ptr context,
              std::chrono::steady_clock::time_point valid_until);
    /// Forgets every @context that may have been made of the document at `url` (5.13.5).
    void forget_all();
    [[nodiscard]] std::size_t size() const;

private:
    struct entry {
        jsonld::context_ptr context;
        std::chrono::steady_clock::time_point valid_until;
    };
    context_fetch_limits limits_;
    mutable std::mutex mutex_;
    std::unordered_map<std::string, entry> entries_;
    std::size_t bytes_ = 0;
};

/// Makes processed @contexts of what requests name (5.5.5, 5.5.7, 6.3.5): built-in core contexts,
/// processed ones in memory, documents kept in the database, and at last the documents' hosts,
/// within limits. A document whose host is down is served stale. One per I/O thread.
class contexts {
public:
    contexts(std::shared_ptr<context_cache> cache, net::http_client& client,
             store::contexts& stored);

    /// The @context of a Link header's URL (6.3.5).
    /// Fails with ld_context_not_available, bad_request_data.
    [[nodiscard]] asio::awaitable<result<jsonld::context_ptr>> from_url(std::string url);

    /// The @context of a payload's `@context` member: a URL, an object or an array of them.
    [[nodiscard]] asio::awaitable<result<jsonld::context_ptr>> from_json(json local);

    [[nodiscard]] const context_cache& cache() const noexcept { return *cache_; }

private:
    [[nodiscard]] asio::awaitable<result<jsonld::context_ptr>> build(std::string text, json local);
    struct document {
        json body;
        timestamp valid_until;
    };
    [[nodiscard]] asio::awaitable<result<document>> load(std::string url);
    [[nodiscard]] asio::awaitable<result<document>> fetch(std::string url);

    std::shared_ptr<context_cache> cache_;
    net::http_client* client_;
    store::contexts* stored_;
};

} // namespace meridian::operations
