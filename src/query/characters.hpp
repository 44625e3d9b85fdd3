#pragma once

#include <cstddef>
#include <string_view>

namespace meridian::query {

/// Length in bytes of the character at the start of `text` if 4.6.2 allows it in names (first: as
/// the first character), else 0.
[[nodiscard]] std::size_t name_character(std::string_view text, bool first) noexcept;

/// 4.6.2 name without prefix: unicodeLetter *(unicodeLetter / unicodeNumber / "_").
[[nodiscard]] bool is_name(std::string_view text) noexcept;

/// Valid UTF-8 without U+0000.
[[nodiscard]] bool is_plain_utf8(std::string_view text) noexcept;

} // namespace meridian::query
