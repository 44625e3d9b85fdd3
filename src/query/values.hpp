#pragma once

#include "meridian/query/ast.hpp"

#include <compare>
#include <optional>
#include <string>
#include <vector>

/// What values mean to q (4.9), in one place for evaluation, `search.kv` and its filters.
namespace meridian::query {

/// A whole number that fits becomes std::int64_t, so that equal numbers are equal literals and
/// print alike.
[[nodiscard]] literal canonical_number(double number) noexcept;
[[nodiscard]] literal canonical_number(const json& number) noexcept;
/// A canonical number as JSON. The same text on both sides of a comparison in SQL.
[[nodiscard]] std::string number_text(const literal& number);

/// Two canonical numbers, exactly.
[[nodiscard]] std::partial_ordering compare_numbers(const literal& left,
                                                    const literal& right) noexcept;

/// Numbers are one type; DateTime, Date, Time, string and boolean are one each.
[[nodiscard]] bool is_same_type(const literal& left, const literal& right) noexcept;

/// JSON-LD typed values, `{"@type":"DateTime","@value":"…"}`, stand for their @value (4.6.3).
[[nodiscard]] const json& plain_value(const json& value) noexcept;

/// 4.9: what a MemberExpression of ECMA 262 gives; nullptr where that is no defined value.
[[nodiscard]] const json* follow(const json& value, const std::vector<std::string>& members);

/// Whether the strings of a target value may stand for times: not in languageMaps and URIs.
enum class times : bool { no, yes };

/// How a value's member relates to a literal; nothing where the types differ. A string that is a
/// DateTime, Date or Time compares as one with such literals, and as a string with strings (CHOICE:
/// 4.6.3 allows times as plain strings).
[[nodiscard]] std::optional<std::partial_ordering> compare(const json& scalar, const literal& with,
                                                           times allowed);

/// Seconds since 1970, or midnight, with up to six decimals and exact.
[[nodiscard]] std::string seconds_text(std::chrono::microseconds time);

/// ASCII letters to lower case: language tags (RFC 5646 2.1.1).
[[nodiscard]] std::string lower_tag(std::string_view tag);

} // namespace meridian::query
