#pragma once

#include "meridian/base/json.hpp"
#include "meridian/base/problem.hpp"

namespace meridian {

/// The HTTP status of a kind of problem (table 6.3.2-1, and HTTP's own, which 6.3.2 asks for). A
/// kind has one, and this is the only place that knows it.
[[nodiscard]] unsigned status_of(problem_kind kind) noexcept;

/// The ProblemDetails of a failure (5.5.3): `type`, `title`, `detail` and `status`, and a `pointer`
/// to the member at fault where it is known. The type is one of those of table 5.5.2-1, else
/// "about:blank" with HTTP's own phrase as the title (RFC 7807 4.2).
[[nodiscard]] json problem_details(const problem& failure);

} // namespace meridian
