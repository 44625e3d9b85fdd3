#pragma once

#include "meridian/ngsild/names.hpp"
#include "meridian/operations/consumption.hpp"
#include "meridian/operations/services.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

/// 5.7.1 and 5.7.2 where Registrations match (4.3.6). NGSILD-Warnings are left in
/// `scope.distribution`.
namespace meridian::operations {

/// Whether a Registration may matter to a retrieve, or to a query: what a request is not made to
/// cost more for where none does. Nothing is allocated for Registrations that are about other
/// things.
[[nodiscard]] bool may_concern_others(const request_scope& scope, const std::string& id,
                                      const expected_types& types);
[[nodiscard]] bool may_concern_others(const request_scope& scope,
                                      const query::entity_selection& selection);

/// Entities that were put together of what is stored here and what Context Sources tell. Their
/// documents are in the numbers of `names`, not of the dictionary.
struct merged_page {
    store::entity_page page;
    std::shared_ptr<const ngsild::names> names;
};

/// What a query asks for beside the selection, as far as Context Sources are concerned.
struct distributed_query {
    query::plan_request wanted;
    std::vector<std::string> dataset_ids;
    std::optional<query::q_expression> csf; ///< Registrations that do not meet it are left alone
    bool split_entities = false;            ///< filters hold for the merged Entity (5.7.2.4)
};

/// 5.7.1; nothing where no Registration matches: retrieve it here then. Fails with
/// resource_not_found, and with too_complex_query where too many match.
asio::awaitable<result<std::optional<merged_page>>>
retrieve_merged(request_scope& scope, std::string id, expected_types types,
                std::vector<std::string> attributes, std::vector<std::string> dataset_ids);

/// 5.7.2; nothing where no Registration matches: query here then. Those of here come first, in
/// their order, then what only others have. Fails with bad_request_data, also where an order is
/// asked for, with too_complex_query where too many Registrations match, and with too_many_results
/// where others have more than can be put together without an EntityMap.
asio::awaitable<result<std::optional<merged_page>>> query_merged(request_scope& scope,
                                                                 distributed_query asked);

} // namespace meridian::operations
