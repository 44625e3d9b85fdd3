#pragma once

#include "api/representation_parameters.hpp"
#include "meridian/query/aggregation.hpp"
#include "meridian/query/ast.hpp"
#include "meridian/query/evaluate.hpp"

#include <optional>
#include <string>
#include <vector>

namespace meridian::api {

/// A Query (5.2.23) as it was sent; the projection is still text.
struct read_query_outcome {
    query::entity_selection selection;
    query::ordering order;
    std::optional<query::temporal_query> temporal; ///< of 5.7.4 only
    query::aggregation_parameters aggregation;     ///< of temporalQ or aggrParams
    projection_texts shown;
    std::vector<std::string> dataset_ids;
    std::string lang;
    bool all_types = false; ///< a selector's type is "*"
};

/// Fails with bad_request_data (members of the wrong form, unknown members),
/// operation_not_supported (EntityMaps). join, joinLevel and containedBy are read_linking's.
[[nodiscard]] result<read_query_outcome> read_query(const json& payload,
                                                    const query::parse_scope& scope);

} // namespace meridian::api
