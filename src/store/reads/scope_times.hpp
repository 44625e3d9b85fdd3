#pragma once

#include "store/reads/load_instances.hpp"

#include <boost/asio/awaitable.hpp>

#include <vector>

namespace meridian::store {

/// Fills in `evolution::scoped` of each: when it was in a scope that `selection.is_in_scope` takes,
/// of those that are within the interval or were so when it began. It costs one statement.
/// Fails with too_complex_query where a scope has changed a thousand times; unavailable.
[[nodiscard]] asio::awaitable<result<void>> load_scopes(reader& on, std::vector<evolution>& heads,
                                                        const temporal_selection& selection,
                                                        const temporal_request& request);

/// Puts the instance of the scope that was so when the interval began (C.5.16.3) among the rows
/// that are shown of it, where the scope is asked for.
void show_scope_before(evolution& of, const query::temporal_query& interval);

} // namespace meridian::store
