#pragma once

#include "meridian/operations/consumption.hpp"
#include "meridian/query/plan.hpp"

#include <string>
#include <vector>

/// As-of reads, an extension: 5.7.1 and 5.7.2 as they would have been answered at a moment in the
/// past, from what is stored here alone. `at` is not in the future.
namespace meridian::operations {

/// 5.7.1 at the moment `at`. Fails with resource_not_found, bad_request_data (the history does not
/// reach back so far), unavailable, internal_error.
asio::awaitable<result<store::entity_row>>
retrieve_entity_as_of(request_scope& scope, std::string id, expected_types types,
                      std::vector<std::string> attributes, timestamp at);

/// 5.7.2 at the moment `at`, filtered in memory; pages by offset. `wanted` has no order and no
/// keyset. Fails with too_complex_query (more than store::most_past_candidates), with
/// bad_request_data (also where q looks into linked Entities), unavailable, internal_error.
asio::awaitable<result<store::entity_page>>
query_entities_as_of(request_scope& scope, query::plan_request wanted, timestamp at);

} // namespace meridian::operations
