/// Clauses 6.10 and 6.11: the resources subscriptions/ and subscriptions/{subscriptionId}.
#include "meridian/operations/subscriptions.hpp"
#include "api/handlers.hpp"
#include "api/paging.hpp"
#include "api/resource_reading.hpp"
#include "meridian/base/uri.hpp"
#include "meridian/subscription/service.hpp"

#include <utility>

namespace meridian::api {
namespace {

subscription::shown_as shown(const resource_reading& asked) {
    return {*asked.context, worker::now(), asked.sys_attrs, asked.type == media_type::ld_json};
}

} // namespace

/// 6.10.3.1 POST: 5.8.1 Create Subscription.
handler_result create_subscription(call& request) {
    MERIDIAN_CO_TRY(auto body, read_object(request, "a Subscription"));
    MERIDIAN_CO_TRY(auto context, co_await context_of_payload(request, body));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, std::move(context),
                                                  operations::missing_tenant::create));
    auto creating =
        operations::create_subscription(scope, std::move(body.content), own_url(request));
    MERIDIAN_CO_TRY(const auto id, co_await std::move(creating));
    http::response answer(201);
    answer.add("Location", "/ngsi-ld/v1/subscriptions/" + id);
    co_return answer;
}

/// 6.10.3.2 GET: 5.8.4 Query Subscriptions.
handler_result query_subscriptions(call& request) {
    MERIDIAN_CO_TRY(auto asked, co_await read_resource_call(request));
    MERIDIAN_CO_TRY(const auto paged, read_paging(request));
    auto querying = operations::query_subscriptions(
        asked.scope, static_cast<std::int64_t>(paged.page.offset), paged.page.limit, paged.count);
    MERIDIAN_CO_TRY(const auto page, co_await std::move(querying));
    std::string text = "[";
    for (const auto& row : page.rows) {
        if (text.size() > 1)
            text += ',';
        MERIDIAN_CO_CHECK(subscription::append_subscription(text, row, shown(asked)));
    }
    text += ']';
    auto answer = answer_with(asked.type, *asked.context, std::move(text));
    add_paging(answer, request, paged, page.more, page.count, asked.type);
    co_return answer;
}

/// 6.11.3.1 GET: 5.8.3 Retrieve Subscription.
handler_result retrieve_subscription(call& request) {
    MERIDIAN_CO_TRY(auto id, resource_id(request, "Subscription"));
    MERIDIAN_CO_TRY(auto asked, co_await read_resource_call(request));
    auto retrieving = operations::retrieve_subscription(asked.scope, std::move(id));
    MERIDIAN_CO_TRY(const auto row, co_await std::move(retrieving));
    std::string text;
    MERIDIAN_CO_CHECK(subscription::append_subscription(text, row, shown(asked)));
    co_return answer_with(asked.type, *asked.context, std::move(text));
}

/// 6.11.3.2 PATCH: 5.8.2 Update Subscription.
handler_result update_subscription(call& request) {
    MERIDIAN_CO_TRY(auto id, resource_id(request, "Subscription"));
    MERIDIAN_CO_TRY(auto body,
                    read_object(request, "a Subscription Fragment", merge_patch_bodies::yes));
    MERIDIAN_CO_TRY(auto context, co_await context_of_payload(request, body));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, std::move(context)));
    auto updating = operations::update_subscription(scope, std::move(id), std::move(body.content));
    MERIDIAN_CO_CHECK(co_await std::move(updating));
    co_return http::response(204);
}

/// 6.11.3.3 DELETE: 5.8.5 Delete Subscription.
handler_result delete_subscription(call& request) {
    MERIDIAN_CO_TRY(auto id, resource_id(request, "Subscription"));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, jsonld::core_context()));
    MERIDIAN_CO_CHECK(co_await operations::delete_subscription(scope, std::move(id)));
    co_return http::response(204);
}

} // namespace meridian::api
