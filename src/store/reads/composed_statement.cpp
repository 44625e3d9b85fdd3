#include "store/reads/selection.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <functional>

namespace meridian::store {

std::string composed_statement::added(std::string_view cast, std::string shown) {
    printed_.push_back(std::move(shown));
    return fmt::format("${}{}", printed_.size(), cast);
}

std::string composed_statement::int4(std::int32_t value) {
    with_.int4(value);
    return added("::int", std::to_string(value));
}

std::string composed_statement::int8(std::int64_t value) {
    with_.int8(value);
    return added("::bigint", std::to_string(value));
}

std::string composed_statement::float8(double value) {
    with_.float8(value);
    return added("::float8", fmt::format("{}", value));
}

std::string composed_statement::float8s(const std::vector<double>& values) {
    with_.float8_array(values);
    return added("::float8[]", fmt::format("{{{}}}", fmt::join(values, ",")));
}

std::string composed_statement::text_value(const std::string& value) {
    with_.text(value);
    return added("::text", value);
}

std::string composed_statement::jsonpath(const std::string& value) {
    with_.jsonpath(value);
    return added("::jsonpath", value);
}

std::string composed_statement::int4s(const std::vector<std::int32_t>& values) {
    with_.int4_array(values);
    return added("::int[]", fmt::format("{{{}}}", fmt::join(values, ",")));
}

std::string composed_statement::int8s(const std::vector<std::int64_t>& values) {
    with_.int8_array(values);
    return added("::bigint[]", fmt::format("{{{}}}", fmt::join(values, ",")));
}

std::string composed_statement::moment(timestamp value) {
    with_.timestamptz(value);
    return added("::timestamptz", value == timestamp::min() ? "-infinity" : to_text(value));
}

std::string composed_statement::texts(const std::vector<std::string>& values) {
    with_.text_array(values);
    std::string shown;
    for (const std::string& value : values) {
        shown += shown.empty() ? "\"" : ",\"";
        for (const char c : value) {
            if (c == '"' || c == '\\')
                shown += '\\';
            shown += c;
        }
        shown += '"';
    }
    return added("::text[]", '{' + shown + '}');
}

void composed_statement::finish() {
    name_ = fmt::format("selection_{:016x}", std::hash<std::string>()(text_));
}

} // namespace meridian::store
