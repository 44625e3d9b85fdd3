#pragma once

#include "api/call.hpp"
#include "api/paging.hpp"
#include "meridian/ngsild/linked.hpp"
#include "meridian/query/plan.hpp"

namespace meridian::api {

/// What GET entities/ asks for (table 6.4.3.2-1), without the format of the answer.
struct entity_query {
    query::plan_request wanted;
    ngsild::projection shown;
    ngsild::linking how_far;
    paging asked;
};

/// Makes `scope` local where the parameters imply it. Fails with bad_request_data, invalid_request,
/// too_many_results, operation_not_supported.
[[nodiscard]] result<entity_query> read_entity_query(const call& request,
                                                     operations::request_scope& scope);

} // namespace meridian::api
