#include "store/pg/result.hpp"

#include "store/pg/bytes.hpp"

#include <bit>
#include <cassert>
#include <charconv>
#include <limits>

namespace meridian::store::pg {
namespace {

/// The elements of a one-dimensional binary array: header of dimensions, has-null flag, element
/// type, then length and lower bound, then each element with its length (array_send).
template <typename Take>
void for_each_element(std::string_view array, Take take) {
    constexpr std::size_t header = 12;
    constexpr std::size_t dimension = 8;
    if (array.size() < header + dimension)
        return;
    const auto count = read_network<std::uint32_t>(array.data() + header);
    std::size_t at = header + dimension;
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto length =
            static_cast<std::int32_t>(read_network<std::uint32_t>(array.data() + at));
        at += sizeof(std::uint32_t);
        assert(length >= 0 && "arrays with NULL elements are not read with this function");
        take(array.substr(at, static_cast<std::size_t>(length)));
        at += static_cast<std::size_t>(length);
    }
}

} // namespace

bool row::boolean(int column) const noexcept {
    assert(PQgetlength(from_, number_, column) == 1);
    return *PQgetvalue(from_, number_, column) != 0;
}

std::int16_t row::int2(int column) const noexcept {
    assert(PQgetlength(from_, number_, column) == 2);
    return static_cast<std::int16_t>(
        read_network<std::uint16_t>(PQgetvalue(from_, number_, column)));
}

std::int32_t row::int4(int column) const noexcept {
    assert(PQgetlength(from_, number_, column) == 4);
    return static_cast<std::int32_t>(
        read_network<std::uint32_t>(PQgetvalue(from_, number_, column)));
}

std::int64_t row::int8(int column) const noexcept {
    assert(PQgetlength(from_, number_, column) == 8);
    return static_cast<std::int64_t>(
        read_network<std::uint64_t>(PQgetvalue(from_, number_, column)));
}

double row::float8(int column) const noexcept {
    assert(PQgetlength(from_, number_, column) == 8);
    return std::bit_cast<double>(read_network<std::uint64_t>(PQgetvalue(from_, number_, column)));
}

std::string_view row::text(int column) const noexcept {
    return {PQgetvalue(from_, number_, column),
            static_cast<std::size_t>(PQgetlength(from_, number_, column))};
}

std::string_view row::jsonb(int column) const noexcept {
    std::string_view bytes = text(column);
    if (!bytes.empty())
        bytes.remove_prefix(1);
    return bytes;
}

timestamp row::timestamptz(int column) const noexcept {
    const std::int64_t since_2000 = int8(column);
    if (since_2000 == std::numeric_limits<std::int64_t>::max())
        return timestamp::max();
    if (since_2000 == std::numeric_limits<std::int64_t>::min())
        return timestamp::min();
    return timestamp{std::chrono::microseconds{since_2000} + postgres_epoch};
}

std::vector<std::int32_t> row::int4_array(int column) const {
    std::vector<std::int32_t> all;
    for_each_element(text(column), [&all](std::string_view element) {
        all.push_back(static_cast<std::int32_t>(read_network<std::uint32_t>(element.data())));
    });
    return all;
}

std::vector<std::int64_t> row::int8_array(int column) const {
    std::vector<std::int64_t> all;
    for_each_element(text(column), [&all](std::string_view element) {
        all.push_back(static_cast<std::int64_t>(read_network<std::uint64_t>(element.data())));
    });
    return all;
}

std::vector<std::string_view> row::text_array(int column) const {
    std::vector<std::string_view> all;
    for_each_element(text(column), [&all](std::string_view element) { all.push_back(element); });
    return all;
}

std::int64_t result::affected() const noexcept {
    if (!owned_)
        return 0;
    const std::string_view count = PQcmdTuples(owned_.get());
    std::int64_t number = 0;
    std::from_chars(count.data(), count.data() + count.size(), number);
    return number;
}

} // namespace meridian::store::pg
