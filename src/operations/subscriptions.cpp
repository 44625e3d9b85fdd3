#include "meridian/operations/subscriptions.hpp"

#include "meridian/net/url.hpp"
#include "meridian/operations/contexts.hpp"
#include "meridian/operations/stored_contexts.hpp"
#include "operations/refuse.hpp"

#include <utility>

namespace meridian::operations {
namespace {

/// 5.8.1.4, 5.8.2.4: the @context that jsonldContext names must be there and valid.
asio::awaitable<result<void>> check_context(request_scope& scope, const json& payload) {
    const auto named = payload.is_object() ? payload.find("jsonldContext") : payload.end();
    if (!payload.is_object() || named == payload.end() || !named->is_string())
        co_return result<void>{};
    auto url = named->get<std::string>();
    // What is no URL (an NGSI-LD Null among them) is for 5.2.12 to judge, not for the network.
    if (!net::parse_url(url))
        co_return result<void>{};
    auto loading = scope.with.contexts.from_url(std::move(url));
    MERIDIAN_CO_CHECK(co_await std::move(loading));
    co_return result<void>{};
}

} // namespace

asio::awaitable<result<std::string>> create_subscription(request_scope& scope, json payload,
                                                         std::string own_url) {
    MERIDIAN_CO_CHECK(co_await check_context(scope, payload));
    MERIDIAN_CO_CHECK(refuse_subscription(scope, payload));
    // 5.8.1.4: jsonldContext is initialized with the @context that applies, which gets a URL of
    // this broker where it has none (5.13.1).
    if (payload.is_object() && !payload.contains("jsonldContext") &&
        scope.context->link_url().empty()) {
        auto naming = url_of(scope, scope.context, std::move(own_url));
        MERIDIAN_CO_TRY(payload["jsonldContext"], co_await std::move(naming));
    }
    auto creating = scope.with.subscriptions.create(scope.tenant, std::move(payload), scope.context,
                                                    scope.local);
    co_return co_await std::move(creating);
}

asio::awaitable<result<void>> update_subscription(request_scope& scope, std::string id,
                                                  json fragment) {
    MERIDIAN_CO_CHECK(co_await check_context(scope, fragment));
    auto updating = scope.with.subscriptions.update(
        scope.tenant, std::move(id), std::move(fragment), scope.context, scope.local);
    co_return co_await std::move(updating);
}

asio::awaitable<result<store::subscription_row>> retrieve_subscription(request_scope& scope,
                                                                       std::string id) {
    auto retrieving = scope.with.subscriptions.retrieve(scope.tenant, std::move(id));
    co_return co_await std::move(retrieving);
}

asio::awaitable<result<subscription_page>>
query_subscriptions(request_scope& scope, std::int64_t offset, std::int64_t limit, bool count) {
    subscription_page page;
    if (limit > 0) {
        auto reading = scope.with.subscriptions.page(scope.tenant, offset, limit + 1);
        MERIDIAN_CO_TRY(page.rows, co_await std::move(reading));
        page.more = std::cmp_greater(page.rows.size(), limit);
        if (page.more)
            page.rows.pop_back();
    }
    if (count) {
        auto counting = scope.with.subscriptions.count(scope.tenant);
        MERIDIAN_CO_TRY(page.count, co_await std::move(counting));
    }
    co_return page;
}

asio::awaitable<result<void>> delete_subscription(request_scope& scope, std::string id) {
    auto removing = scope.with.subscriptions.remove(scope.tenant, std::move(id));
    co_return co_await std::move(removing);
}

} // namespace meridian::operations
