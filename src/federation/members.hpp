#pragma once

#include "meridian/jsonld/context.hpp"
#include "meridian/ngsild/members.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace meridian::federation {

using ngsild::bad_member;

/// One or more Entity Type or Attribute names, expanded (5.5.7), in order, each once. Fails with
/// bad_request_data naming the member by `where`, its path: `information.entities.type`.
[[nodiscard]] result<std::vector<std::string>> read_names(const json& value, std::string_view where,
                                                          const jsonld::context& context);

} // namespace meridian::federation
