#pragma once

#include "api/call.hpp"
#include "meridian/ngsild/temporal.hpp"
#include "meridian/query/aggregation.hpp"
#include "meridian/query/ast.hpp"

#include <optional>

namespace meridian::api {

enum class interval : bool { optional, required };

/// timerel, timeAt, endTimeAt, timeproperty and lastN (4.11). Fails with bad_request_data.
[[nodiscard]] result<query::temporal_query> read_interval(const call& request, interval needed);

/// aggrMethods and aggrPeriodDuration of the URL.
[[nodiscard]] query::aggregation_parameters aggregation_texts_of(const call& request);

/// How an answer of 5.7.3 and 5.7.4 is to be written.
struct temporal_style {
    ngsild::temporal_representation how;
    std::optional<query::aggregation> aggregated; ///< 4.5.19
};
/// format, options, lang and datasetId (6.3.12). Fails with invalid_request and bad_request_data:
/// aggrMethods and aggrPeriodDuration that are given must be right, even where they do not apply.
[[nodiscard]] result<temporal_style>
read_temporal_style(const call& request, media_type type, const jsonld::context& context,
                    query::time_property property, const query::aggregation_parameters& given);

} // namespace meridian::api
