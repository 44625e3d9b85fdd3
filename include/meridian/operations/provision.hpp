#pragma once

#include "meridian/ngsild/change.hpp"
#include "meridian/ngsild/entity.hpp"
#include "meridian/operations/services.hpp"
#include "meridian/query/ast.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

/// Clause 5.6, the operations on one Entity. Success means committed. What they are handed is
/// expanded and valid (ngsild::parse_…). All may fail with unavailable and internal_error.
namespace meridian::operations {

/// Where the target is narrowed to Entity Types (the `type` of 6.5.3 and 6.6.3): an Entity that
/// does not match is as one that is not there.
using expected_types = std::optional<query::type_selection>;

/// 5.2.18 UpdateResult; expanded names.
struct update_outcome {
    std::vector<std::string> updated;
    std::vector<std::pair<std::string, std::string>> not_updated; ///< name and reason
};

/// 5.6.1. Fails with already_exists.
asio::awaitable<result<void>> create_entity(request_scope& scope, ngsild::entity subject);

/// 5.6.2. Fails with resource_not_found, bad_request_data.
asio::awaitable<result<update_outcome>> update_attributes(request_scope& scope, std::string id,
                                                          ngsild::entity_fragment fragment,
                                                          expected_types types);

/// 5.6.3. Fails with resource_not_found, bad_request_data.
asio::awaitable<result<update_outcome>> append_attributes(request_scope& scope, std::string id,
                                                          ngsild::entity_fragment fragment,
                                                          ngsild::overwrite mode,
                                                          expected_types types);

/// 5.6.4; `fragment` holds the one Attribute. Fails with resource_not_found, bad_request_data.
asio::awaitable<result<void>> partial_update_attribute(request_scope& scope, std::string id,
                                                       ngsild::entity_fragment fragment,
                                                       expected_types types);

/// Which instances of an Attribute 5.6.5 deletes.
struct attribute_selector {
    attribute_selector(std::string expanded, std::string dataset, ngsild::delete_all everything)
        : name(std::move(expanded)), dataset_id(std::move(dataset)), all(everything) {}
    std::string name;
    std::string dataset_id; ///< empty: the default instance
    ngsild::delete_all all;
};

/// 5.6.5. Fails with resource_not_found.
asio::awaitable<result<void>> delete_attribute(request_scope& scope, std::string id,
                                               attribute_selector which, expected_types types);

/// 5.6.6. Fails with resource_not_found.
asio::awaitable<result<void>> delete_entity(request_scope& scope, std::string id,
                                            expected_types types);

/// 5.6.17. Fails with resource_not_found, bad_request_data.
asio::awaitable<result<void>> merge_entity(request_scope& scope, std::string id,
                                           ngsild::entity_fragment fragment,
                                           ngsild::merge_options options, expected_types types);

/// 5.6.18. Fails with resource_not_found, bad_request_data.
asio::awaitable<result<void>> replace_entity(request_scope& scope, ngsild::entity subject,
                                             expected_types types);

/// 5.6.19; `fragment` holds the one Attribute. Fails with resource_not_found.
asio::awaitable<result<void>> replace_attribute(request_scope& scope, std::string id,
                                                ngsild::entity_fragment fragment,
                                                expected_types types);

} // namespace meridian::operations
