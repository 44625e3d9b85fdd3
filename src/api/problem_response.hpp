#pragma once

#include "meridian/base/json.hpp"
#include "meridian/base/problem.hpp"
#include "meridian/http/response.hpp"

namespace meridian::api {

/// The HTTP status of a kind of problem (6.3.2).
[[nodiscard]] unsigned status_of(problem_kind kind) noexcept;

/// 5.5.3: the ProblemDetails (RFC 7807) of a problem.
[[nodiscard]] json problem_details(const problem& failure);

/// The answer that a problem gets: its status and ProblemDetails as application/json, or the
/// bodies that 6.3.4 gives to 406, 411 and 415.
[[nodiscard]] http::response problem_response(const problem& failure);

} // namespace meridian::api
