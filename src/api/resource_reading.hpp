#pragma once

#include "api/call.hpp"

#include <string_view>

namespace meridian::api {

/// The id in the path of a Subscription or Context Source Registration; `what` names it in errors.
/// Fails with bad_request_data where it is no URI.
[[nodiscard]] result<std::string> resource_id(const call& request, std::string_view what);

/// What answers that show Subscriptions (6.10, 6.11) and Registrations (6.8, 6.9) begin with.
struct resource_reading {
    media_type type;
    jsonld::context_ptr context;
    operations::request_scope scope;
    bool sys_attrs;
};

[[nodiscard]] asio::awaitable<result<resource_reading>> read_resource_call(call& request);

} // namespace meridian::api
