#pragma once

#include <algorithm>
#include <string_view>

namespace meridian {

/// `text` without the blanks and tabs around it: OWS of HTTP's header fields (RFC 9110 5.6.3).
[[nodiscard]] constexpr std::string_view trimmed(std::string_view text) noexcept {
    constexpr std::string_view blanks = " \t";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// A byte of a token (RFC 9110 5.6.2), what methods and names of header fields consist of.
[[nodiscard]] constexpr bool is_token_byte(char byte) noexcept {
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= 'a' && byte <= 'z') ||
           std::string_view("!#$%&'*+-.^_`|~").find(byte) != std::string_view::npos;
}

[[nodiscard]] constexpr bool is_token(std::string_view text) noexcept {
    return !text.empty() && std::ranges::all_of(text, is_token_byte);
}

/// The value of a header field (RFC 9110 5.5): no control characters but the tab.
[[nodiscard]] constexpr bool is_header_value(std::string_view text) noexcept {
    return std::ranges::all_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
    });
}

/// UTF-8 (RFC 3629: no overlong forms, no surrogates, up to U+10FFFF) without U+0000.
[[nodiscard]] bool is_clean_utf8(std::string_view text) noexcept;

} // namespace meridian
