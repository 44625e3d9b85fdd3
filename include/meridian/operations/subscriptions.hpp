#pragma once

#include "meridian/base/json.hpp"
#include "meridian/operations/services.hpp"
#include "meridian/store/subscriptions.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Clause 5.8: Context Information Subscription. All may fail with unavailable and internal_error.
namespace meridian::operations {

/// 5.8.1; gives the Subscription's id. `payload` is without its @context. `own_url` is this
/// broker's scheme and authority, under which an inline @context is served.
/// Fails with bad_request_data, already_exists, ld_context_not_available (jsonldContext),
/// operation_not_supported.
asio::awaitable<result<std::string>> create_subscription(request_scope& scope, json payload,
                                                         std::string own_url);

/// 5.8.2. Fails as create_subscription, and with resource_not_found.
asio::awaitable<result<void>> update_subscription(request_scope& scope, std::string id,
                                                  json fragment);

/// 5.8.3. Fails with resource_not_found.
asio::awaitable<result<store::subscription_row>> retrieve_subscription(request_scope& scope,
                                                                       std::string id);

/// One page of 5.8.4.
struct subscription_page {
    std::vector<store::subscription_row> rows;
    bool more = false;
    std::optional<std::int64_t> count; ///< of all, where it was asked for
};

/// 5.8.4. `limit` 0: only the count.
asio::awaitable<result<subscription_page>>
query_subscriptions(request_scope& scope, std::int64_t offset, std::int64_t limit, bool count);

/// 5.8.5. Fails with resource_not_found.
asio::awaitable<result<void>> delete_subscription(request_scope& scope, std::string id);

} // namespace meridian::operations
