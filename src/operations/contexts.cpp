#include "meridian/operations/contexts.hpp"

#include "meridian/base/uri.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

namespace meridian::operations {
namespace {

using std::chrono::microseconds;

timestamp now() {
    return std::chrono::time_point_cast<microseconds>(std::chrono::system_clock::now());
}

/// How long a document is served on while its host cannot be reached.
constexpr std::chrono::seconds stale_lifetime{60};

/// 6.3.16: max-age or s-maxage of Cache-Control; nothing where the host gives none.
std::optional<std::chrono::seconds> max_age(std::string_view cache_control) {
    for (const std::string_view name : {"s-maxage=", "max-age="}) {
        const auto place = cache_control.find(name);
        if (place == std::string_view::npos)
            continue;
        const auto* begin = cache_control.data() + place + name.size();
        std::int64_t seconds = 0;
        if (std::from_chars(begin, cache_control.data() + cache_control.size(), seconds).ec ==
            std::errc{})
            return std::chrono::seconds{std::clamp<std::int64_t>(seconds, 0, 31'536'000)};
    }
    return std::nullopt;
}

problem not_available(const std::string& url, const std::string& why) {
    return problem{problem_kind::ld_context_not_available,
                   "the @context '" + url + "' is not available: " + why};
}

} // namespace

jsonld::context_ptr context_cache::find(const std::string& local_text) const {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(local_text);
    if (found == entries_.end() || found->second.valid_until < std::chrono::steady_clock::now())
        return nullptr;
    return found->second.context;
}

void context_cache::keep(const std::string& local_text, jsonld::context_ptr context,
                         std::chrono::steady_clock::time_point valid_until) {
    const std::lock_guard lock(mutex_);
    if (entries_.size() >= limits_.cached_contexts || bytes_ >= limits_.cached_bytes) {
        entries_.clear();
        bytes_ = 0;
    }
    bytes_ += local_text.size();
    entries_[local_text] = entry{std::move(context), valid_until};
}

void context_cache::forget_all() {
    const std::lock_guard lock(mutex_);
    entries_.clear();
    bytes_ = 0;
}

std::size_t context_cache::size() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
}

contexts::contexts(std::shared_ptr<context_cache> cache, net::http_client& client,
                   store::contexts& stored)
    : cache_(std::move(cache)), client_(&client), stored_(&stored) {}

asio::awaitable<result<jsonld::context_ptr>> contexts::from_url(std::string url) {
    std::string text;
    append_json_string(text, url);
    if (auto known = cache_->find(text))
        co_return known;
    co_return co_await build(std::move(text), json(std::move(url)));
}

asio::awaitable<result<jsonld::context_ptr>> contexts::from_json(json local) {
    auto text = to_text(local);
    if (auto known = cache_->find(text))
        co_return known;
    co_return co_await build(std::move(text), std::move(local));
}

asio::awaitable<result<jsonld::context_ptr>> contexts::build(std::string text, json local) {
    std::map<std::string, json, std::less<>> documents;
    const auto source = [&documents](std::string_view url) -> const json* {
        const auto found = documents.find(url);
        return found == documents.end() ? nullptr : &found->second;
    };
    const auto& limits = cache_->limits();
    auto valid_until = now() + limits.default_lifetime;
    // Each round brings in at least one document, and the builder bounds how many there may be.
    while (true) {
        MERIDIAN_CO_TRY(auto outcome, jsonld::build_context(local, source, limits.processing));
        if (outcome.built) {
            const auto lifetime = valid_until - now();
            cache_->keep(text, outcome.built, std::chrono::steady_clock::now() + lifetime);
            co_return outcome.built;
        }
        for (auto& url : outcome.missing) {
            MERIDIAN_CO_TRY(auto loaded, co_await load(url));
            valid_until = std::min(valid_until, loaded.valid_until);
            documents.emplace(std::move(url), std::move(loaded.body));
        }
    }
}

asio::awaitable<result<contexts::document>> contexts::load(std::string url) {
    auto search = stored_->find(url);
    auto stored = co_await std::move(search);
    const bool is_kept = stored && stored->has_value();
    if (is_kept && (*stored)->expires_at.value_or(timestamp::max()) > now()) {
        if (auto body = parse_json((*stored)->body))
            co_return document{std::move(*body), (*stored)->expires_at.value_or(timestamp::max())};
    }
    auto fetched = co_await fetch(url);
    if (!fetched && is_kept) {
        spdlog::warn("serving a stale @context: {}", fetched.error().detail());
        if (auto body = parse_json((*stored)->body))
            co_return document{std::move(*body), now() + stale_lifetime};
    }
    co_return fetched;
}

asio::awaitable<result<contexts::document>> contexts::fetch(std::string url) {
    const auto& limits = cache_->limits();
    net::request call("GET", url);
    call.headers.emplace_back("Accept", "application/ld+json, application/json;q=0.9");
    call.timeout = limits.timeout;
    call.response_bytes = limits.document_bytes;
    call.redirects = 3;
    auto answer = co_await client_->send(std::move(call));
    if (!answer)
        co_return not_available(url, answer.error().detail());
    if (answer->status != 200)
        co_return not_available(url, "its host answers " + std::to_string(answer->status));
    auto body = parse_json(answer->body, json_limits{64, 20'000});
    if (!body)
        co_return not_available(url, body.error().detail());
    const auto stated = max_age(answer->header("Cache-Control"));
    const std::chrono::milliseconds lifetime = stated ? *stated : limits.default_lifetime;
    document fetched{std::move(*body), now() + lifetime};
    store::stored_context kept;
    kept.url = url;
    kept.body = std::move(answer->body);
    kept.expires_at = fetched.valid_until;
    kept.etag = answer->header("ETag");
    if (auto put = co_await stored_->put(std::move(kept)); !put)
        spdlog::warn("the @context {} could not be kept: {}", url, put.error().detail());
    co_return fetched;
}

} // namespace meridian::operations
