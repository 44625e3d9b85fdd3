#pragma once

#include "meridian/query/rollup.hpp"
#include "meridian/store/history.hpp"
#include "store/reads/instance_statements.hpp"
#include "store/reads/selection.hpp"

#include <cstdint>
#include <vector>

namespace meridian::store {

/// One row where any of the pairs is rolled up for some of the interval.
[[nodiscard]] composed_statement render_any_rollup(const instance_pairs& of,
                                                   const temporal_request& request);

/// As `render_aggregates`, of the same columns and with the same answer, from roll-ups: each day's
/// from the coarsest of `usable` that it has. Instances are read where a day is not rolled up, has
/// changed since or cannot be, and at the ends of the interval; all in one snapshot.
[[nodiscard]] composed_statement render_rolled_aggregates(const instance_pairs& of,
                                                          const temporal_request& request,
                                                          query::usable_rollups usable,
                                                          std::int64_t limit);

/// Columns of what is gone: of the Attribute instances are there from this moment on.
struct gone_columns {
    enum : int { attribute, raw_from };
};

/// One row, or none: an Attribute whose instances within the interval are gone in part.
[[nodiscard]] composed_statement render_gone(const instance_pairs& of,
                                             const temporal_request& request);

/// One row, or none: an Attribute of which instances in the interval are gone that no roll-up of
/// `usable` tells of. To be asked after the read: what is gone never comes back, so that an answer
/// that lacked anything is found out.
[[nodiscard]] composed_statement render_gone_beyond_rollups(const instance_pairs& of,
                                                            const temporal_request& request,
                                                            query::usable_rollups usable);

/// The condition that instances of the interval are gone of a row `a` of `history_extent`; for an
/// aggregation that roll-ups serve, that there are such roll-ups, or that nothing is known.
[[nodiscard]] std::string render_gone_condition(composed_statement& to,
                                                const temporal_request& request);

/// One row where a policy of the Tenant removes instances.
[[nodiscard]] composed_statement render_any_removal(tenant_id tenant);

} // namespace meridian::store
