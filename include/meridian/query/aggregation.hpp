#pragma once

#include "meridian/base/result.hpp"
#include "meridian/base/time.hpp"
#include "meridian/ngsild/temporal.hpp"

#include <optional>
#include <string>
#include <vector>

namespace meridian::query {

/// 4.5.19: what is made of the instances of an Attribute.
struct aggregation {
    std::vector<ngsild::aggregation_method> methods; ///< each once, sorted; at least one
    duration period;                                 ///< zero: the whole range of the query

    [[nodiscard]] bool is_whole() const noexcept { return period == duration{}; }
};

/// aggrMethods and aggrPeriodDuration as text.
struct aggregation_parameters {
    std::optional<std::string> methods; ///< names with commas between
    std::optional<std::string> period;  ///< ISO 8601, at most 10,000 years; absent: PT0S
};
/// Fails with bad_request_data, which names the parameter.
[[nodiscard]] result<aggregation> parse_aggregation(const aggregation_parameters& given);

} // namespace meridian::query
