#include "store/pg/parameters.hpp"

#include <limits>

namespace meridian::store::pg {
namespace {

constexpr std::size_t null_offset = std::numeric_limits<std::size_t>::max();
constexpr char jsonb_version = 1;

} // namespace

void parameters::open(oid type, int format) {
    types_.push_back(static_cast<Oid>(type));
    offsets_.push_back(buffer_.size());
    formats_.push_back(format);
}

void parameters::open_null(oid type) {
    types_.push_back(static_cast<Oid>(type));
    offsets_.push_back(null_offset);
    formats_.push_back(1);
    lengths_.push_back(0);
}

void parameters::close() {
    lengths_.push_back(static_cast<int>(buffer_.size() - offsets_.back()));
}

parameters& parameters::boolean(std::optional<bool> value) {
    if (!value) {
        open_null(oid::boolean);
        return *this;
    }
    open(oid::boolean);
    buffer_.push_back(*value ? '\1' : '\0');
    close();
    return *this;
}

parameters& parameters::int2(std::optional<std::int16_t> value) {
    if (!value) {
        open_null(oid::int2);
        return *this;
    }
    open(oid::int2);
    append(*value);
    close();
    return *this;
}

parameters& parameters::int4(std::optional<std::int32_t> value) {
    if (!value) {
        open_null(oid::int4);
        return *this;
    }
    open(oid::int4);
    append(*value);
    close();
    return *this;
}

parameters& parameters::int8(std::optional<std::int64_t> value) {
    if (!value) {
        open_null(oid::int8);
        return *this;
    }
    open(oid::int8);
    append(*value);
    close();
    return *this;
}

parameters& parameters::float8(std::optional<double> value) {
    if (!value) {
        open_null(oid::float8);
        return *this;
    }
    open(oid::float8);
    append(*value);
    close();
    return *this;
}

parameters& parameters::text(std::optional<std::string_view> value) {
    if (!value) {
        open_null(oid::text);
        return *this;
    }
    open(oid::text);
    append(*value);
    close();
    return *this;
}

parameters& parameters::bytea(std::optional<std::string_view> value) {
    if (!value) {
        open_null(oid::bytea);
        return *this;
    }
    open(oid::bytea);
    append(*value);
    close();
    return *this;
}

parameters& parameters::timestamptz(std::optional<timestamp> value) {
    if (!value) {
        open_null(oid::timestamptz);
        return *this;
    }
    open(oid::timestamptz);
    append(*value);
    close();
    return *this;
}

parameters& parameters::jsonb(std::optional<std::string_view> value) {
    if (!value) {
        open_null(oid::jsonb);
        return *this;
    }
    open(oid::jsonb);
    append(json_element{*value});
    close();
    return *this;
}

parameters& parameters::jsonpath(std::string_view value) {
    open(oid::jsonpath, 0);
    buffer_.append(value);
    close();
    buffer_.push_back('\0'); // text format is NUL-terminated
    return *this;
}

void parameters::append(timestamp value) {
    if (value == timestamp::max())
        return append(std::numeric_limits<std::int64_t>::max());
    if (value == timestamp::min())
        return append(std::numeric_limits<std::int64_t>::min());
    append(static_cast<std::int64_t>((value.time_since_epoch() - postgres_epoch).count()));
}

void parameters::append(json_element value) {
    buffer_.push_back(jsonb_version);
    buffer_.append(value.text);
}

void parameters::patch_length(std::size_t at) {
    const auto length =
        swap_to_network(static_cast<std::uint32_t>(buffer_.size() - at - sizeof(std::uint32_t)));
    std::memcpy(buffer_.data() + at, &length, sizeof length);
}

// The binary array format (array_recv): number of dimensions, has-null flag, element type; for
// each dimension its length and lower bound; then every element with its length, -1 for NULL.
// The flag and the length are filled in when the elements are known.
void parameters::open_array(oid type, oid element) {
    open(type);
    append_network(buffer_, std::uint32_t{1});
    append_network(buffer_, std::uint32_t{0});
    append_network(buffer_, static_cast<std::uint32_t>(element));
    append_network(buffer_, std::uint32_t{0});
    append_network(buffer_, std::uint32_t{1});
}

void parameters::close_array(std::size_t count, bool has_null) {
    char* const header = buffer_.data() + offsets_.back();
    const auto nulls = swap_to_network(std::uint32_t{has_null ? 1U : 0U});
    const auto length = swap_to_network(static_cast<std::uint32_t>(count));
    std::memcpy(header + 4, &nulls, sizeof nulls);
    std::memcpy(header + 12, &length, sizeof length);
    close();
}

void parameters::clear() noexcept {
    buffer_.clear();
    types_.clear();
    offsets_.clear();
    lengths_.clear();
    formats_.clear();
}

parameters::pointers parameters::for_libpq() const {
    values_.clear();
    for (const std::size_t offset : offsets_)
        values_.push_back(offset == null_offset ? nullptr : buffer_.data() + offset);
    return {static_cast<int>(types_.size()), types_.data(), values_.data(), lengths_.data(),
            formats_.data()};
}

} // namespace meridian::store::pg
