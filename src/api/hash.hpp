#pragma once

#include <cstdint>
#include <string_view>

namespace meridian::api {

/// FNV-1a, the same in every process. Entity tags and cursors are compared with what this broker
/// gave out, so that a hash need not withstand who looks for collisions: they would only fool
/// themselves.
class hash {
public:
    hash& add(std::string_view text) noexcept {
        for (const char byte : text)
            mix(static_cast<unsigned char>(byte));
        return mix(0xff), *this; // no byte of UTF-8: ends the text
    }
    hash& add(std::int64_t number) noexcept {
        for (int shift = 0; shift < 64; shift += 8)
            mix(static_cast<unsigned char>(static_cast<std::uint64_t>(number) >> shift));
        return *this;
    }
    [[nodiscard]] std::uint64_t value() const noexcept { return value_; }

private:
    void mix(unsigned char byte) noexcept {
        value_ ^= byte;
        value_ *= 1'099'511'628'211U;
    }
    std::uint64_t value_ = 14'695'981'039'346'656'037U;
};

} // namespace meridian::api
