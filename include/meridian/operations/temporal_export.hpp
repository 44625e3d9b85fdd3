#pragma once

#include "meridian/operations/temporal.hpp"
#include "meridian/store/exports.hpp"

#include <memory>
#include <string>
#include <vector>

/// Clauses 5.7.3 and 5.7.4 read to their end, however many instances there are: for answers that
/// are written while they are read. Both fail as the operations that they are (temporal.hpp), with
/// unavailable where as many exports as may be are under way, and then while they are read.
/// CHOICE: an aggregation method that is not for the values of an Attribute gives no value, also
/// where the Attribute is asked for by name: that is known only when all has been read.
namespace meridian::operations {

/// Which Entities of the page, or of all, are read.
enum class export_extent : bool { all, page };

/// 5.7.3. `hidden`: Attributes (by number) that need not be read.
asio::awaitable<result<std::unique_ptr<store::evolution_export>>>
export_temporal_entity(request_scope& scope, std::string id, instances_request wanted,
                       std::vector<ngsild::name_id> hidden);

/// 5.7.4; null where no Entity can match.
asio::awaitable<result<std::unique_ptr<store::evolution_export>>>
export_temporal_entities(request_scope& scope, temporal_page_request wanted, export_extent extent,
                         std::vector<ngsild::name_id> hidden);

} // namespace meridian::operations
