#pragma once

#include "meridian/store/history.hpp"
#include "store/pg/result.hpp"
#include "store/reads/instance_statements.hpp"
#include "store/reads/selection.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace meridian::store {

/// The aggregated instances of the pairs, at most `limit` periods of each, in the order of the
/// pairs. Periods are those that have instances, the first first, with lastN the last first.
[[nodiscard]] composed_statement render_aggregates(const pairs& of, const temporal_request& request,
                                                   std::int64_t limit);

/// Hands what `render_aggregates` gave to the evolutions, of each Attribute at most `limit`
/// periods. `among` is in the order in which the pairs were.
void distribute_aggregates(const pg::result& periods, std::vector<evolution>& among,
                           const temporal_request& request, std::int64_t limit);

} // namespace meridian::store
