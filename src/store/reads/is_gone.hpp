#pragma once

#include "store/reads/selection.hpp"

#include <string>
#include <string_view>

namespace meridian::store {

/// Whether any policy may have removed instances within the interval: none removes what is not a
/// day old. CHOICE: a query without bounds, or for the last N, asks for what there is.
[[nodiscard]] bool reaches_back(const query::temporal_query& interval) noexcept;

/// Whether there are such rows, as an expression: NULL where there are none, which costs least to
/// send with each row of an answer.
[[nodiscard]] std::string true_or_null(std::string_view rows);

/// Whether a policy has removed instances within the interval of any of `pairs` (for FROM: rows of
/// eid and Attribute), as an expression that is the same for all rows of a statement: true or
/// NULL. Where it is true, and where there are no rows to tell, `refuse_gone` finds out of which
/// Attribute.
[[nodiscard]] std::string render_is_gone(composed_statement& to, std::string_view pairs,
                                         const query::temporal_query& interval);

} // namespace meridian::store
