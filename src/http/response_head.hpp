#pragma once

#include "meridian/base/problem.hpp"
#include "meridian/http/response.hpp"

#include <string>
#include <string_view>

namespace meridian::http {

/// What the connection adds to a response's own headers.
struct response_frame {
    std::string_view date;        ///< IMF-fixdate
    std::string_view extra_lines; ///< whole lines with their ends: CORS, Vary
    bool keep_alive = true;
    bool say_keep_alive = false; ///< an HTTP/1.0 client wants to hear it
    bool chunked = true;         ///< how a body of unknown length is sent
};

/// Appends status line and headers with the empty line at their end.
void append_head(std::string& out, const response& answer, const response_frame& frame);

/// Whether a response of this status has a body at all (RFC 9110 6.4.1).
[[nodiscard]] constexpr bool may_have_body(unsigned status) noexcept {
    return status >= 200 && status != 204 && status != 304;
}

/// The server's own refusals: a ProblemDetails (5.5.3) and the end of the connection.
[[nodiscard]] response refusal(const problem& why);

} // namespace meridian::http
