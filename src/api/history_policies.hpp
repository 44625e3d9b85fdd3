#pragma once

#include "api/call.hpp"

#include <boost/asio/awaitable.hpp>

namespace meridian::api {

/// The resource of the admin listener for history policies (docs/history-policies.md):
///
///   GET, POST         /history-policies
///   GET, PUT, DELETE  /history-policies/{id}
///
/// of the Tenant of NGSILD-Tenant; names are IRIs, or by the @context of the Link header (6.3.5).
inline constexpr std::string_view policies_path = "/history-policies";

/// The methods that a path under `policies_path` has.
[[nodiscard]] std::string_view policy_methods(std::string_view path) noexcept;

/// Fails with bad_request_data, already_exists, resource_not_found, nonexistent_tenant, and what
/// reading a payload fails with. The method must be one of `policy_methods`.
[[nodiscard]] boost::asio::awaitable<result<http::response>>
answer_policies(worker& with, const http::request& request);

} // namespace meridian::api
