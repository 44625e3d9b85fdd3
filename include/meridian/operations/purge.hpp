#pragma once

#include "meridian/operations/services.hpp"
#include "meridian/query/evaluate.hpp"

#include <string>
#include <vector>

namespace meridian::operations {

/// What 5.6.21 takes away from the Entities that it finds: themselves, the named Attributes
/// (`drop`), or all Attributes but the named ones (`keep`). Names are expanded.
struct purged {
    enum class what { entities, attributes, all_attributes_but } mode = what::entities;
    std::vector<std::string> attributes;
};

/// 5.6.21 Purge Entities: deletes, in chunks, what matches when its chunk comes.
/// Fails with bad_request_data where nothing narrows it and it is not local.
asio::awaitable<result<void>> purge_entities(request_scope& scope,
                                             query::entity_selection selection, purged what);

} // namespace meridian::operations
