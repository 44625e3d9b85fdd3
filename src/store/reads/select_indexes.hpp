#pragma once

#include "meridian/store/attribute_indexes.hpp"
#include "store/pg/result.hpp"
#include "store/pg/statement.hpp"

#include <vector>

namespace meridian::store {

/// Version and indexes of the tenants in $1 (int[]), as one snapshot shows them.
extern const pg::statement select_indexes;

[[nodiscard]] std::vector<attribute_indexes::tenant_state> read_indexes(const pg::result& from);

/// `building`, `ready` or `dropping`.
[[nodiscard]] attribute_index::phase to_phase(std::string_view text) noexcept;

} // namespace meridian::store
