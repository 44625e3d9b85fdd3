#pragma once

#include "meridian/base/time.hpp"
#include "store/pg/bytes.hpp"
#include "store/pg/result.hpp"

#include <functional>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace meridian::store::pg {

/// Object ids of the types that we send (pg_type.dat; they never change).
enum class oid : unsigned {
    boolean = 16,
    bytea = 17,
    int8 = 20,
    int2 = 21,
    int4 = 23,
    text = 25,
    float8 = 701,
    timestamptz = 1184,
    jsonb = 3802,
    jsonpath = 4072,
    int2_array = 1005,
    int4_array = 1007,
    text_array = 1009,
    bytea_array = 1001,
    int8_array = 1016,
    float8_array = 1022,
    timestamptz_array = 1185,
    jsonb_array = 3807,
};

namespace detail {
template <typename Value>
inline constexpr bool is_optional = false;
template <typename Value>
inline constexpr bool is_optional<std::optional<Value>> = true;
} // namespace detail

/// The parameters $1, $2, … of one statement in binary format, written one after the other into a
/// buffer that is kept by `clear()`. Each call adds one parameter; `std::nullopt` is NULL.
/// Arrays take any range and a projection of its elements, whose outcome is the element or an
/// optional of it: `p.int8_array(rows, &history_row::eid)`.
/// A statement must be given the same types at every use: the first use prepares it with them.
class parameters {
public:
    parameters& boolean(std::optional<bool> value);
    parameters& int2(std::optional<std::int16_t> value);
    parameters& int4(std::optional<std::int32_t> value);
    parameters& int8(std::optional<std::int64_t> value);
    parameters& float8(std::optional<double> value);
    /// Must be UTF-8 without U+0000.
    parameters& text(std::optional<std::string_view> value);
    parameters& bytea(std::optional<std::string_view> value);
    parameters& timestamptz(std::optional<timestamp> value);
    /// JSON text; the server parses it.
    parameters& jsonb(std::optional<std::string_view> value);
    /// The text of a jsonpath, sent in text format.
    parameters& jsonpath(std::string_view value);

    template <std::ranges::input_range Range, typename Projection = std::identity>
    parameters& int2_array(Range&& values, Projection projection = {}) {
        return array<std::int16_t>(oid::int2_array, oid::int2, values, projection);
    }
    template <std::ranges::input_range Range, typename Projection = std::identity>
    parameters& int4_array(Range&& values, Projection projection = {}) {
        return array<std::int32_t>(oid::int4_array, oid::int4, values, projection);
    }
    template <std::ranges::input_range Range, typename Projection = std::identity>
    parameters& int8_array(Range&& values, Projection projection = {}) {
        return array<std::int64_t>(oid::int8_array, oid::int8, values, projection);
    }
    template <std::ranges::input_range Range, typename Projection = std::identity>
    parameters& float8_array(Range&& values, Projection projection = {}) {
        return array<double>(oid::float8_array, oid::float8, values, projection);
    }
    template <std::ranges::input_range Range, typename Projection = std::identity>
    parameters& timestamptz_array(Range&& values, Projection projection = {}) {
        return array<timestamp>(oid::timestamptz_array, oid::timestamptz, values, projection);
    }
    template <std::ranges::input_range Range, typename Projection = std::identity>
    parameters& text_array(Range&& values, Projection projection = {}) {
        return array<std::string_view>(oid::text_array, oid::text, values, projection);
    }
    template <std::ranges::input_range Range, typename Projection = std::identity>
    parameters& bytea_array(Range&& values, Projection projection = {}) {
        return array<std::string_view>(oid::bytea_array, oid::bytea, values, projection);
    }
    template <std::ranges::input_range Range, typename Projection = std::identity>
    parameters& jsonb_array(Range&& values, Projection projection = {}) {
        return array<json_element>(oid::jsonb_array, oid::jsonb, values, projection);
    }

    /// Forgets the parameters and keeps the memory.
    void clear() noexcept;
    [[nodiscard]] std::size_t size() const noexcept { return types_.size(); }
    /// Bytes that the values take.
    [[nodiscard]] std::size_t bytes() const noexcept { return buffer_.size(); }

    /// What libpq's functions take; valid until the next parameter is added.
    struct pointers {
        int count;
        const Oid* types;
        const char* const* values;
        const int* lengths;
        const int* formats;
    };
    [[nodiscard]] pointers for_libpq() const;

private:
    struct json_element {
        std::string_view text;
        json_element(std::string_view from) noexcept : text(from) {}
        json_element(const std::string& from) noexcept : text(from) {}
    };

    void open(oid type, int format = 1);
    void open_null(oid type);
    void close();
    void open_array(oid type, oid element);
    void close_array(std::size_t count, bool has_null);

    void append(std::int16_t value) { append_network(buffer_, static_cast<std::uint16_t>(value)); }
    void append(std::int32_t value) { append_network(buffer_, static_cast<std::uint32_t>(value)); }
    void append(std::int64_t value) { append_network(buffer_, static_cast<std::uint64_t>(value)); }
    void append(double value) { append_network(buffer_, std::bit_cast<std::uint64_t>(value)); }
    void append(std::string_view value) { buffer_.append(value); }
    void append(timestamp value);
    void append(json_element value);

    template <typename Element, typename Value>
    void append_element(const Value& value) {
        const std::size_t length_at = buffer_.size();
        append_network(buffer_, std::uint32_t{0});
        append(static_cast<Element>(value));
        patch_length(length_at);
    }
    void append_null_element() { append_network(buffer_, ~std::uint32_t{0}); }
    void patch_length(std::size_t at);

    template <typename Element, typename Range, typename Projection>
    parameters& array(oid type, oid element, Range& values, Projection& projection) {
        open_array(type, element);
        std::size_t count = 0;
        bool has_null = false;
        for (auto&& value : values) {
            decltype(auto) projected = std::invoke(projection, value);
            ++count;
            if constexpr (detail::is_optional<std::remove_cvref_t<decltype(projected)>>) {
                if (projected) {
                    append_element<Element>(*projected);
                } else {
                    append_null_element();
                    has_null = true;
                }
            } else {
                append_element<Element>(projected);
            }
        }
        close_array(count, has_null);
        return *this;
    }

    std::string buffer_;
    std::vector<Oid> types_;
    std::vector<std::size_t> offsets_; ///< `null_offset` for NULL
    std::vector<int> lengths_;
    std::vector<int> formats_;
    mutable std::vector<const char*> values_;
};

} // namespace meridian::store::pg
