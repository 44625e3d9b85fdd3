#pragma once

#include "meridian/store/history_policies.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace meridian::store::rollups {

/// Terms as the columns of `history_policy` have them.
struct policy_row {
    std::optional<int> raw_days;
    int levels = 0;
    std::optional<int> minute_days;
    std::optional<int> hour_days;
    std::optional<int> day_days;
};
[[nodiscard]] policy_row row_of(const policy_terms& terms);

/// Puts a policy of $1 Tenant (number), $2 type and $3 Attribute (IRIs) in place with the columns
/// $4 to $8, and gives its id; where there is one whose `state` is as told, that is replaced.
/// Nothing where the names are unknown, or there is another one.
[[nodiscard]] std::string insert_policy(std::string_view replaced_state);

} // namespace meridian::store::rollups
