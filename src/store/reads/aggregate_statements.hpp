#pragma once

#include "meridian/store/history.hpp"
#include "store/pg/result.hpp"
#include "store/reads/selection.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace meridian::store {

/// The aggregated instances of (eid, Attribute) pairs, at most `limit` periods of each, in the
/// order of the pairs; eids come from a statement that named the tenant. Periods are those that
/// have instances, the first first, with lastN the last first.
[[nodiscard]] composed_statement render_aggregates(const std::vector<std::int64_t>& eids,
                                                   const std::vector<ngsild::name_id>& attributes,
                                                   const temporal_request& request,
                                                   std::int64_t limit);

/// Hands what `render_aggregates` gave to the evolutions, of each Attribute at most `limit`
/// periods. `among` is in the order in which the pairs were.
void distribute_aggregates(const pg::result& periods, std::vector<evolution>& among,
                           const temporal_request& request, std::int64_t limit);

} // namespace meridian::store
