#pragma once

#include "meridian/base/result.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace meridian {

/// JSON that keeps its members in the order in which they were sent. A look-up is linear, so
/// `parse_json` bounds the members of one object.
using json = nlohmann::ordered_json;

/// What `parse_json` accepts at most (architecture page, decision 11).
struct json_limits {
    std::size_t depth = 64;
    std::size_t members = 4'096; ///< of one object
};

/// Text of outside origin to JSON. Never throws.
/// Fails with invalid_request (5.5.4) when the text is not JSON (RFC 8259), is not valid UTF-8,
/// holds U+0000 in a string or name, is nested deeper or has more members than `limits` allow, or
/// names one member twice in an object; the detail says which and where (byte or JSON pointer).
[[nodiscard]] result<json> parse_json(std::string_view text, const json_limits& limits = {});

/// JSON to the shortest text. Strings must be valid UTF-8, which `parse_json` has made sure of.
[[nodiscard]] std::string to_text(const json& value);

/// Appends `text` to `out` as a JSON string with its quotes.
void append_json_string(std::string& out, std::string_view text);

} // namespace meridian
