#pragma once

#include "meridian/ngsild/document.hpp"

#include <bit>
#include <cstring>
#include <string>
#include <string_view>

namespace meridian::ngsild::layout {

// Documents are little-endian, and so is every machine that Meridian is built for.
static_assert(std::endian::native == std::endian::little);

inline constexpr std::uint8_t format = 1;
inline constexpr std::size_t head_bytes = 20; ///< up to the type ids
inline constexpr std::size_t entry_bytes = 64;
/// Deeper nesting than any parse allows is damage.
inline constexpr std::size_t depth_limit = 64;

/// An entry as it is stored.
struct entry {
    std::int32_t attribute = 0;
    std::int32_t dataset = 0;
    std::uint8_t kind = 0;
    std::uint8_t flags = 0;
    std::uint16_t reserved = 0;
    std::uint32_t attribute_count = 0;
    std::uint32_t slice_offset = 0; ///< from the start of the slices
    std::uint32_t slice_length = 0;
    std::uint32_t text_length = 0;  ///< the text stands at the slice's start
    std::uint32_t value_offset = 0; ///< from the start of the text
    std::uint32_t value_length = 0;
    std::uint32_t names_length = 0; ///< the names follow the text, the nested part follows them
    std::int64_t created_at = 0;
    std::int64_t modified_at = 0;
    std::int64_t expires_at = 0;
};
static_assert(sizeof(entry) == entry_bytes && std::is_trivially_copyable_v<entry>);

/// The number at `offset`; the caller has made sure that it lies within `bytes`.
template <typename T>
[[nodiscard]] T load(std::string_view bytes, std::size_t offset) noexcept {
    static_assert(std::is_trivially_copyable_v<T>);
    T value;
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

template <typename T>
void append(std::string& out, T value) {
    static_assert(std::is_trivially_copyable_v<T>);
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <typename T>
void overwrite_at(std::string& out, std::size_t offset, const T& value) noexcept {
    std::memcpy(out.data() + offset, &value, sizeof value);
}

/// The view of an entry whose slice lies in `slices`. Checked by document_view::open.
[[nodiscard]] inline instance_view view(const entry& from, std::string_view slices) noexcept {
    instance_view out;
    out.attribute = from.attribute;
    out.dataset = from.dataset;
    out.kind = static_cast<attribute_kind>(from.kind);
    out.flags = from.flags;
    out.attribute_count = from.attribute_count;
    out.created_at = timestamp{std::chrono::microseconds{from.created_at}};
    out.modified_at = timestamp{std::chrono::microseconds{from.modified_at}};
    out.expires_at = timestamp{std::chrono::microseconds{from.expires_at}};
    out.slice = {slices.data() + from.slice_offset, from.slice_length};
    out.text = {out.slice.data(), from.text_length};
    out.value = {out.text.data() + from.value_offset, from.value_length};
    out.names = {out.slice.data() + from.text_length, from.names_length};
    const std::size_t nested = std::size_t{from.text_length} + from.names_length;
    out.nested = {out.slice.data() + nested, from.slice_length - nested};
    return out;
}

[[nodiscard]] inline std::int64_t microseconds(timestamp moment) noexcept {
    return moment.time_since_epoch().count();
}

/// Appends the slice of `instance` to `out` and gives its entry, slice_offset left open.
[[nodiscard]] entry append_slice(std::string& out, const attribute_instance& instance,
                                 const names& dictionary);

} // namespace meridian::ngsild::layout
