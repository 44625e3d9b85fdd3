#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>

namespace meridian::store::pg {

/// Numbers in network byte order, as PostgreSQL's binary formats have them.
template <typename Unsigned>
[[nodiscard]] constexpr Unsigned swap_to_network(Unsigned value) noexcept {
    if constexpr (std::endian::native == std::endian::big || sizeof(Unsigned) == 1)
        return value;
    else if constexpr (sizeof(Unsigned) == 2)
        return __builtin_bswap16(value);
    else if constexpr (sizeof(Unsigned) == 4)
        return __builtin_bswap32(value);
    else
        return __builtin_bswap64(value);
}

template <typename Unsigned>
void append_network(std::string& out, Unsigned value) {
    const Unsigned swapped = swap_to_network(value);
    char bytes[sizeof swapped];
    std::memcpy(bytes, &swapped, sizeof swapped);
    out.append(bytes, sizeof swapped);
}

template <typename Unsigned>
[[nodiscard]] Unsigned read_network(const char* from) noexcept {
    Unsigned value;
    std::memcpy(&value, from, sizeof value);
    return swap_to_network(value);
}

} // namespace meridian::store::pg
