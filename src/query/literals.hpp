#pragma once

#include "query/cursor.hpp"

namespace meridian::query {

/// The operand of == and !=: a value, a list of values, or a range.
[[nodiscard]] result<std::variant<std::monostate, value_list, value_range, pattern>>
read_equality_operand(cursor& from);
/// The operand of > >= < <=: ComparableValue.
[[nodiscard]] result<literal> read_comparable(cursor& from);
/// The operand of ~= and !~=.
[[nodiscard]] result<pattern> read_pattern(cursor& from);

/// A JSON number's text → std::int64_t or double. Nothing where it is none, or beyond a double.
[[nodiscard]] std::optional<literal> parse_number(std::string_view text) noexcept;

} // namespace meridian::query
