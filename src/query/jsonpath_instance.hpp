#pragma once

#include "query/jsonpath_bounds.hpp"

namespace meridian::query {

/// The part of a term that concerns one instance (4.9), whose keys begin with `prefix` in the
/// object `base`: `$` for the row, `@` for a member of an `.i` array (then `prefix` may be empty).
[[nodiscard]] jsonpath_bounds render_instance(const q_term& term, std::string_view base,
                                              const std::string& prefix);

/// The same for createdAt, modifiedAt and expiresAt of the Entity.
[[nodiscard]] jsonpath_bounds render_entity_time(const q_term& term);

/// base."key"
[[nodiscard]] std::string accessor(std::string_view base, std::string_view key);

} // namespace meridian::query
