#pragma once

#include "meridian/base/result.hpp"
#include "meridian/net/http_client.hpp"

#include <string>

namespace meridian::net {

/// Request line and headers with their end. Fails with bad_request_data for a method, name or
/// value that would break out of its place (they may come from a subscription).
[[nodiscard]] result<std::string> render_head(const request& call, const url& target);

/// RFC 9110 9.2.2: whether the method may be sent twice.
[[nodiscard]] bool is_repeatable(const request& call) noexcept;

/// The call that a redirect asks for: another target, perhaps GET, and no credentials for another
/// host.
void redirect(request& call, unsigned status, const url& from, const url& to);

[[nodiscard]] bool is_redirect(unsigned status) noexcept;

} // namespace meridian::net
