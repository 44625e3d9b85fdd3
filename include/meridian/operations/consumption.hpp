#pragma once

#include "meridian/operations/provision.hpp"
#include "meridian/query/plan.hpp"

#include <optional>
#include <string>
#include <vector>

/// Clause 5.7: the current state, read. All may fail with unavailable and internal_error.
namespace meridian::operations {

/// 5.7.1. With `attributes` (expanded) the Entity must have one of them at least.
/// Fails with resource_not_found.
asio::awaitable<result<store::entity_row>> retrieve_entity(request_scope& scope, std::string id,
                                                           expected_types types,
                                                           std::vector<std::string> attributes);

/// 5.7.2. Fails with bad_request_data where nothing narrows the query and it is not local
/// (5.7.2.4), too_complex_query.
asio::awaitable<result<store::entity_page>> query_entities(request_scope& scope,
                                                           query::plan_request wanted);

} // namespace meridian::operations
