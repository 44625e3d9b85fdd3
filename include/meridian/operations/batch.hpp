#pragma once

#include "meridian/operations/provision.hpp"

#include <string>
#include <variant>
#include <vector>

/// Clause 5.6, the batch operations. Instances of one Entity are carried out in the order of the
/// array (5.5.11); one that fails leaves the others alone.
namespace meridian::operations {

/// 5.2.16 BatchOperationResult.
struct batch_outcome {
    std::vector<std::string> created;   ///< ids that this request created
    std::vector<std::string> succeeded; ///< all ids that were carried out, those included
    std::vector<problem> errors;        ///< each with its entity_id
};

/// One element of the array: what was parsed of it, or why it cannot be (with its entity_id).
template <typename Parsed>
using batch_item = result<Parsed>;

/// 5.6.7 Batch Entity Creation.
asio::awaitable<batch_outcome> create_entities(request_scope& scope,
                                               std::vector<batch_item<ngsild::entity>> items);

/// An element of an upsert: what is created, and with `update` the fragment that is applied to an
/// Entity that exists; without it such an Entity is replaced.
struct upsert_item {
    ngsild::entity subject;
    std::optional<ngsild::entity_fragment> update;
};

/// 5.6.8 Batch Entity Creation or Update.
asio::awaitable<batch_outcome> upsert_entities(request_scope& scope,
                                               std::vector<batch_item<upsert_item>> items);

/// 5.6.9 Batch Entity Update; each fragment carries its id.
asio::awaitable<batch_outcome>
update_entities(request_scope& scope, std::vector<batch_item<ngsild::entity_fragment>> items,
                ngsild::overwrite mode);

/// 5.6.10 Batch Entity Delete.
asio::awaitable<batch_outcome> delete_entities(request_scope& scope,
                                               std::vector<batch_item<std::string>> ids);

/// 5.6.20 Batch Entity Merge; each fragment carries its id.
asio::awaitable<batch_outcome>
merge_entities(request_scope& scope, std::vector<batch_item<ngsild::entity_fragment>> items,
               ngsild::merge_options options);

} // namespace meridian::operations
