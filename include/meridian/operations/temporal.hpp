#pragma once

#include "meridian/operations/provision.hpp"
#include "meridian/query/aggregation.hpp"
#include "meridian/query/evaluate.hpp"

#include <optional>
#include <string>
#include <vector>

/// Clause 5.7.3 and 5.7.4: the Temporal Evolution, read. All may fail with unavailable and
/// internal_error.
namespace meridian::operations {

/// Which instances of an Entity are asked for, and what is made of them.
struct instances_request {
    query::temporal_query interval;
    std::vector<std::string> attributes;  ///< expanded; empty: all
    bool with_scope = false;              ///< beside attributes the scope
    std::vector<std::string> dataset_ids; ///< only of these, "@none" the default; empty: all
    std::optional<query::aggregation> aggregated; ///< 4.5.19; absent: instances as they are
    bool with_subjects = false;                   ///< instances tell who made them
    bool with_created_at = true;                  ///< … and when they were created
    bool with_instance_ids = true;                ///< … and their instanceId
    std::int32_t limit = 1'000;                   ///< of each Attribute: instances, or periods
    std::int64_t total_limit = 100'000;           ///< of the whole answer
};

/// What a page of Temporal Evolutions is asked for.
struct temporal_page_request {
    query::entity_selection selection; ///< its q, geo and scopes test instances in the interval
    instances_request instances;
    query::page page;
    bool count = false;
    query::ordering order; ///< by id alone (5.7.4.4); empty: the stored one
};

/// The range of time that an answer covers where it is not whole (6.3.10).
struct covered_range {
    timestamp from{};
    timestamp until{};
};

/// An answer, cut at one moment for all Attributes where the limit of instances was reached, so
/// that the rest can be asked for by time.
template <typename Answer>
struct temporal_outcome {
    Answer answer;
    std::optional<covered_range> partial; ///< absent: all that was asked for
};

/// 5.7.3. Fails with resource_not_found, also where the Entity never had any of the Attributes, and
/// with invalid_request where an Attribute that was asked for by name has values that an
/// aggregation method is not for (5.7.4.4).
asio::awaitable<result<temporal_outcome<store::evolution>>>
retrieve_temporal_entity(request_scope& scope, std::string id, instances_request wanted);

/// 5.7.4. Fails with bad_request_data where neither type nor attrs narrow it and it is not local,
/// or where an order is asked for and Context Sources would take part; with invalid_request as
/// 5.7.3, and with too_many_results and too_complex_query as store::history.
asio::awaitable<result<temporal_outcome<store::temporal_page>>>
query_temporal_entities(request_scope& scope, temporal_page_request wanted);

} // namespace meridian::operations
