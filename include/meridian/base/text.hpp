#pragma once

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

} // namespace meridian
