#pragma once

#include "meridian/base/config.hpp"
#include "toml.hpp"

#include <string>
#include <vector>

namespace meridian {

inline constexpr std::string_view history_policy_key = "history-policy";

/// What stands under `history_policy_key` in the file `path`. Fails with invalid_request, naming
/// line and member: an unknown member (with the nearest name), a value of the wrong form.
[[nodiscard]] result<std::vector<history_policy_table>>
read_history_policy_tables(const toml::node& value, const std::string& path);

} // namespace meridian
