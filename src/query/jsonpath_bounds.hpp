#pragma once

#include "meridian/query/jsonpath.hpp"

/// The algebra of filters from below and above. Each text is a whole jsonpath predicate that is
/// true or false on every row, never unknown, and may stand beside `&&` and `||` as it is.
namespace meridian::query {

inline constexpr std::string_view jsonpath_always = "(1 == 1)";
inline constexpr std::string_view jsonpath_never = "(1 == 0)";

[[nodiscard]] jsonpath_bounds exactly(std::string predicate);
[[nodiscard]] jsonpath_bounds constant(bool holds);
/// Whatever meets `predicate` may match; what does not does not.
[[nodiscard]] jsonpath_bounds at_most(jsonpath_bounds predicate);
[[nodiscard]] jsonpath_bounds either(const jsonpath_bounds& left, const jsonpath_bounds& right);
[[nodiscard]] jsonpath_bounds negated(const jsonpath_bounds& one);
/// `exists(source ? (one))`: one holds for some member of `source`, an array.
[[nodiscard]] jsonpath_bounds some_member(std::string_view source, const jsonpath_bounds& one);

} // namespace meridian::query
