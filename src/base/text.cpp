#include "meridian/base/text.hpp"

#include <cstddef>

namespace meridian {

bool is_clean_utf8(std::string_view text) noexcept {
    const auto size = text.size();
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    for (std::size_t i = 0; i < size;) {
        const auto first = byte(i);
        if (first < 0x80) {
            if (first == 0)
                return false;
            ++i;
            continue;
        }
        const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
        if (first < 0xc2 || first > 0xf4 || i + length > size)
            return false;
        for (std::size_t k = 1; k < length; ++k)
            if ((byte(i + k) & 0xc0) != 0x80)
                return false;
        const auto second = byte(i + 1);
        if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
            (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f))
            return false;
        i += length;
    }
    return true;
}

} // namespace meridian
