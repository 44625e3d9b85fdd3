#include "query/characters.hpp"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <cstdint>

namespace meridian::query {

std::size_t name_character(std::string_view text, bool first) noexcept {
    if (text.empty())
        return 0;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    const auto length = static_cast<std::int32_t>(text.size());
    std::int32_t at = 0;
    UChar32 character = 0;
    U8_NEXT(bytes, at, length, character);
    if (character < 0)
        return 0;
    const auto mask = U_GET_GC_MASK(character);
    const bool letter = (mask & U_GC_L_MASK) != 0;
    const bool number = (mask & U_GC_N_MASK) != 0;
    const bool allowed = letter || (!first && (number || character == '_'));
    return allowed ? static_cast<std::size_t>(at) : 0;
}

bool is_name(std::string_view text) noexcept {
    bool first = true;
    while (!text.empty()) {
        const auto length = name_character(text, first);
        if (length == 0)
            return false;
        text.remove_prefix(length);
        first = false;
    }
    return !first;
}

bool is_plain_utf8(std::string_view text) noexcept {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    const auto length = static_cast<std::int32_t>(text.size());
    for (std::int32_t at = 0; at < length;) {
        UChar32 character = 0;
        U8_NEXT(bytes, at, length, character);
        if (character <= 0)
            return false;
    }
    return true;
}

} // namespace meridian::query
