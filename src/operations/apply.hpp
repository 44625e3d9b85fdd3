#pragma once

#include "meridian/ngsild/change.hpp"
#include "meridian/operations/provision.hpp"
#include "meridian/store/write_lanes.hpp"

#include <string>
#include <string_view>
#include <vector>

/// The pure functions that the write lanes call for the operations of clause 5.6: what each
/// operation makes of an Entity that exists, or does not. Batch operations use the same ones.
namespace meridian::operations::apply {

using function = store::entity_change::function;

[[nodiscard]] problem entity_not_found(std::string_view id);

/// 5.6.1: refuses an Entity that exists.
[[nodiscard]] function creation(ngsild::entity subject);
/// 5.6.18.
[[nodiscard]] function replacement(ngsild::entity subject, expected_types types);
/// 5.6.8, mode replace: creates or replaces.
[[nodiscard]] function creation_or_replacement(ngsild::entity subject);
/// 5.6.8, mode update: creates, or does what 5.6.2 does.
[[nodiscard]] function creation_or_update(ngsild::entity subject, ngsild::entity_fragment fragment);
/// 5.6.2.
[[nodiscard]] function update(std::string id, ngsild::entity_fragment fragment,
                              expected_types types);
/// 5.6.3.
[[nodiscard]] function appending(std::string id, ngsild::entity_fragment fragment,
                                 ngsild::overwrite mode, expected_types types);
/// 5.6.4.
[[nodiscard]] function partial_update(std::string id, ngsild::entity_fragment fragment,
                                      expected_types types);
/// 5.6.19.
[[nodiscard]] function attribute_replacement(std::string id, ngsild::entity_fragment fragment,
                                             expected_types types);
/// 5.6.5.
[[nodiscard]] function attribute_deletion(std::string id, attribute_selector which,
                                          expected_types types);
/// 5.6.6.
[[nodiscard]] function deletion(std::string id, expected_types types);
/// 5.6.17.
[[nodiscard]] function merging(std::string id, ngsild::entity_fragment fragment,
                               ngsild::merge_options options, expected_types types);

} // namespace meridian::operations::apply
