#pragma once

#include "query/cursor.hpp"

namespace meridian::query {

/// ValuePath = DottedPath *1("[" DottedPath "]"), from where `first` has been read (4.9).
[[nodiscard]] result<value_path> read_value_path(cursor& from, const written_name& first,
                                                 const parse_scope& scope);
/// 4.9 Attribute.
[[nodiscard]] result<attribute_path> read_attribute_path(cursor& from, const parse_scope& scope);

} // namespace meridian::query
