#pragma once

#include "meridian/jsonld/context.hpp"
#include "meridian/ngsild/members.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace meridian::subscription {

using ngsild::bad_member;
using ngsild::read_flag;
using ngsild::read_positive;
using ngsild::read_text;
using ngsild::read_texts;

/// An array of Attribute names that is not empty, expanded (5.5.7). Fails with
/// bad_request_data naming the member by `where`, its path: `notification.attributes`.
[[nodiscard]] result<std::vector<std::string>> read_names(const json& value, std::string_view where,
                                                          const jsonld::context& context);

} // namespace meridian::subscription
