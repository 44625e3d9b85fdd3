#pragma once

#include "meridian/base/time.hpp"

#include <optional>
#include <pqxx/pqxx>
#include <string>

namespace meridian::store::blocking {

/// timestamptz through libpqxx's text: sent as ISO 8601, asked for as microseconds since 1970
/// (`micros("column")`).
[[nodiscard]] inline std::string micros(const std::string& column) {
    return "(extract(epoch FROM " + column + ") * 1000000)::int8";
}

[[nodiscard]] inline timestamp to_timestamp(const pqxx::field& from) {
    return timestamp{std::chrono::microseconds{from.as<std::int64_t>()}};
}

[[nodiscard]] inline std::optional<timestamp> to_optional_timestamp(const pqxx::field& from) {
    return from.is_null() ? std::nullopt : std::optional(to_timestamp(from));
}

/// A parameter for exec_params: NULL where there is no moment.
class moment_parameter {
public:
    moment_parameter(const std::optional<timestamp>& moment)
        : text_(moment ? to_text(*moment) : std::string()), is_null_(!moment) {}
    [[nodiscard]] const char* get() const noexcept { return is_null_ ? nullptr : text_.c_str(); }

private:
    std::string text_;
    bool is_null_;
};

} // namespace meridian::store::blocking
