#pragma once

#include "meridian/query/evaluate.hpp"

#include <string>
#include <vector>

namespace meridian::operations {

/// 5.7.2.4, 5.7.4.4: whether a query beyond the local scope is not too wide: it has types, names
/// Attributes (`attributes` are those of attrs and pick), has a q on a non-system Attribute or a
/// geoquery.
[[nodiscard]] bool is_narrowed(const query::entity_selection& selection,
                               const std::vector<std::string>& attributes);

} // namespace meridian::operations
