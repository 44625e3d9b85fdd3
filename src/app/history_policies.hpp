#pragma once

#include "meridian/base/config.hpp"
#include "meridian/base/result.hpp"
#include "meridian/store/rollups.hpp"

#include <string>
#include <vector>

namespace meridian::app {

/// The option `history-policies`: each `Type/attribute=` and what is kept, with `;` between:
/// `tenant:NAME`, `raw:DAYS`, and roll-ups `PT1M`, `PT1H`, `P1D`, with `:DAYS` or for ever. Names
/// as in `read_attribute_of_type`. After them what the tables of the configuration file say, whose
/// names are those of the core @context or IRIs. Fails with invalid_request, naming the text that
/// is wrong, or file, line and member; also where two are of the same Tenant, type and Attribute.
[[nodiscard]] result<std::vector<store::wanted_policy>>
read_history_policies(const std::vector<std::string>& texts,
                      const std::vector<history_policy_table>& tables);

} // namespace meridian::app
