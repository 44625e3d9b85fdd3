#pragma once

#include "meridian/base/problem.hpp"
#include "meridian/http/response.hpp"

namespace meridian::api {

/// The answer that a problem gets: its status and ProblemDetails as application/json, or the
/// bodies that 6.3.4 gives to 406, 411 and 415.
[[nodiscard]] http::response problem_response(const problem& failure);

} // namespace meridian::api
