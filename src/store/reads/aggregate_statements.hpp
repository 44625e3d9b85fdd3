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
/// Each row tells whether instances are gone, `is_gone_of`. With `instance_source::open` only what
/// is not folded is looked at, and each row tells where folding ends, `fold_until_of`.
enum class instance_source { all, open };
[[nodiscard]] composed_statement render_aggregates(const instance_pairs& of,
                                                   const temporal_request& request,
                                                   std::int64_t limit, instance_source from);

/// Whether instances are gone that the answer needs (`render_is_gone`), by a row of it.
[[nodiscard]] bool is_gone_of(const pg::row& row, const query::aggregation& asked);

/// Where folding ended, by a row of a statement of `instance_source::open`.
[[nodiscard]] timestamp fold_until_of(const pg::row& row, const query::aggregation& asked);

/// Hands what `render_aggregates` gave to the evolutions, of each Attribute at most `limit`
/// periods. `among` is in the order in which the pairs were.
void distribute_aggregates(const pg::result& periods, std::vector<evolution>& among,
                           const temporal_request& request, std::int64_t limit);

} // namespace meridian::store
