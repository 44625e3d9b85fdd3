#pragma once

#include "meridian/store/history.hpp"
#include "store/pg/result.hpp"
#include "store/reads/selection.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <vector>

namespace meridian::store {

/// An answer that several values view.
using shared_result = std::shared_ptr<const pg::result>;
[[nodiscard]] asio::awaitable<result<shared_result>> load(reader& on, composed_statement statement);

/// Fills in the instances, or what is made of them (4.5.19), that `request` asks for, and learns
/// the names in them. `heads` are in order of eid; of its Attributes a head keeps those that are
/// asked for. An aggregation that begins before the horizon must be one that roll-ups answer; of
/// other intervals `check_horizon` is asked before.
///
/// At most `request.total_limit` instances are kept. Each Attribute gets its share of them; what
/// sparse ones leave of theirs goes to the others, so that it costs one statement where the limit
/// is far and three at most; with lastN, twice that where folded instances have to be looked at.
/// Nobody could page on from an Attribute's share that is of one moment: it gets twice as many, and
/// so on, of what the others leave.
/// Fails with too_many_results where there are more Attributes than `total_limit`, or where that
/// is not enough; unavailable, internal_error.
asio::awaitable<result<void>> load_instances(reader& on, std::vector<evolution>& heads,
                                             const temporal_request& request, history_edges& edges);

/// CHOICE: an interval that begins before the horizon is refused: what was dropped might have been
/// in it. One that has no beginning is about what there is.
[[nodiscard]] result<void> check_horizon(const query::temporal_query& interval, timestamp horizon);

} // namespace meridian::store
