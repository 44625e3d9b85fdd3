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

/// What `url` is stored under: the local identifier where it is one that a broker on this database
/// serves (identifiers are unique wherever they were made), else the URL itself.
std::string key_of(const std::string& url) {
    const auto place = url.find(served_contexts_path);
    if (place == std::string::npos)
        return url;
    const auto segment = std::string_view{url}.substr(place + served_contexts_path.size());
    auto decoded = percent_decode(segment, plus_is_blank::no);
    return decoded && decoded->starts_with("urn:") ? std::move(*decoded) : url;
}

} // namespace

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
    std::vector<context_usage_ptr> made_of;
    const auto source = [&documents](std::string_view url) -> const json* {
        const auto found = documents.find(url);
        return found == documents.end() ? nullptr : &found->second;
    };
    const auto& limits = cache_->limits();
    const auto epoch = cache_->epoch();
    auto valid_until = now() + limits.default_lifetime;
    // Each round brings in at least one document, and the builder bounds how many there may be.
    while (true) {
        MERIDIAN_CO_TRY(auto outcome, jsonld::build_context(local, source, limits.processing));
        if (outcome.built) {
            const auto lifetime = valid_until - now();
            for (const auto& usage : made_of)
                usage->add();
            cache_->keep(text, outcome.built, std::chrono::steady_clock::now() + lifetime,
                         std::move(made_of), epoch);
            co_return outcome.built;
        }
        for (auto& url : outcome.missing) {
            MERIDIAN_CO_TRY(auto loaded, co_await load(url));
            valid_until = std::min(valid_until, loaded.valid_until);
            made_of.push_back(cache_->usage_of(loaded.key));
            documents.emplace(std::move(url), std::move(loaded.body));
        }
    }
}

asio::awaitable<result<contexts::document>> contexts::load(std::string url) {
    auto search = stored_->find(key_of(url));
    auto stored = co_await std::move(search);
    const bool is_kept = stored && stored->has_value();
    if (is_kept && (*stored)->expires_at.value_or(timestamp::max()) > now()) {
        if (auto body = parse_json((*stored)->body))
            co_return document{std::move(*body), (*stored)->expires_at.value_or(timestamp::max()),
                               (*stored)->url};
    }
    auto fetched = co_await fetch(url);
    if (!fetched && is_kept) {
        spdlog::warn("serving a stale @context: {}", fetched.error().detail());
        if (auto body = parse_json((*stored)->body))
            co_return document{std::move(*body), now() + stale_lifetime, (*stored)->url};
    }
    co_return fetched;
}

asio::awaitable<result<contexts::download>> contexts::fetch_only(std::string url) {
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
    download fetched;
    fetched.made = document{std::move(*body), now() + lifetime, std::move(url)};
    fetched.text = std::move(answer->body);
    fetched.etag = answer->header("ETag");
    co_return fetched;
}

asio::awaitable<result<void>> contexts::put(const download& what) {
    store::stored_context kept;
    kept.url = what.made.key;
    kept.body = what.text;
    kept.expires_at = what.made.valid_until;
    kept.etag = what.etag;
    auto putting = stored_->put(std::move(kept));
    co_return co_await std::move(putting);
}

asio::awaitable<result<contexts::document>> contexts::fetch(std::string url) {
    MERIDIAN_CO_TRY(auto fetched, co_await fetch_only(url));
    if (auto kept = co_await put(fetched); !kept)
        spdlog::warn("the @context {} could not be kept: {}", url, kept.error().detail());
    co_return std::move(fetched.made);
}

asio::awaitable<result<void>> contexts::reload(std::string url) {
    MERIDIAN_CO_TRY(const auto fetched, co_await fetch_only(url));
    const auto source = [&](std::string_view asked) -> const json* {
        return asked == url ? &fetched.made.body : nullptr;
    };
    // 5.13.5.4: what is not valid by 5.5.4 counts as not available.
    auto built = jsonld::build_context(json(url), source, cache_->limits().processing);
    if (!built)
        co_return not_available(url, built.error().detail());
    MERIDIAN_CO_CHECK(co_await put(fetched));
    cache_->forget_all();
    co_return result<void>{};
}

asio::awaitable<result<void>> contexts::keep_up() {
    auto uses = cache_->take_uses();
    if (!uses.empty()) {
        auto counting = stored_->count_uses(uses);
        if (auto counted = co_await std::move(counting); !counted) {
            cache_->count_again(uses);
            co_return counted.error();
        }
    }
    auto asking = stored_->version();
    MERIDIAN_CO_TRY(const auto version, co_await std::move(asking));
    cache_->see_version(version);
    co_return result<void>{};
}

} // namespace meridian::operations
