#pragma once

#include "meridian/base/result.hpp"
#include "meridian/store/rollups.hpp"

#include <string>
#include <vector>

namespace meridian::app {

/// The option `history-policies`: each `Type/attribute=` and what is kept, with `;` between:
/// `tenant:NAME`, `raw:DAYS`, and roll-ups `PT1M`, `PT1H`, `P1D`, with `:DAYS` or for ever. Names
/// as in `read_attribute_of_type`. Fails with invalid_request, naming the text that is wrong.
[[nodiscard]] result<std::vector<store::wanted_policy>>
read_history_policies(const std::vector<std::string>& texts);

} // namespace meridian::app
