#pragma once

#include "meridian/store/entities.hpp"

#include <boost/asio/awaitable.hpp>

#include <set>
#include <vector>

namespace meridian::store {

/// What of these candidates the plan really selects: decides in memory what SQL could not
/// (patterns, long values, scopes that must hold together, linked Entities, which it loads).
/// `rows` and `plan` are taken by reference: await at once.
asio::awaitable<result<std::vector<entity_row>>> recheck(reader& from, tenant_id tenant,
                                                         const query::query_plan& plan,
                                                         const ngsild::names& dictionary,
                                                         std::vector<entity_row> rows);

/// The Entity of a row, for evaluation: expired instances are left out (4.22).
[[nodiscard]] ngsild::entity to_entity(const entity_row& row, const ngsild::names& dictionary,
                                       timestamp now);

/// As much of it as the Attributes `attributes` are: the rest need not be read.
[[nodiscard]] ngsild::entity to_entity_with(const entity_row& row,
                                            const std::set<ngsild::name_id>& attributes,
                                            const ngsild::names& dictionary, timestamp now);

} // namespace meridian::store
