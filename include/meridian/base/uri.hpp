#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace meridian {

/// Whether `text` is an absolute URI (RFC 3986) or IRI (RFC 3987): a scheme, a colon, at least one
/// character, and no blank, control character, quote, angle bracket, backslash, `^`, backquote,
/// brace or bar. At most 2,048 bytes (architecture page, decision 11).
[[nodiscard]] bool is_uri(std::string_view text) noexcept;

/// Percent-decoding of a path segment (`plus_is_blank::no`) or a query parameter. Nothing where a
/// `%` is not followed by two hexadecimal digits, or the outcome is not UTF-8 or holds U+0000.
enum class plus_is_blank { no, yes };
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text, plus_is_blank plus);

/// Percent-encodes all but what a path segment may hold as it is (pchar of RFC 3986), so that
/// `urn:ngsi-ld:A:1` stays readable.
[[nodiscard]] std::string encode_path_segment(std::string_view text);

/// Splits `a=1&b=2` and decodes names and values; order and repetition are kept.
/// Nothing where a part does not decode.
[[nodiscard]] std::optional<std::vector<std::pair<std::string, std::string>>>
parse_query_string(std::string_view text);

} // namespace meridian
