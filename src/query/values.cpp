#include "query/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace meridian::query {
namespace {

bool is_number(const literal& value) noexcept {
    return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
}

template <typename T>
std::optional<std::partial_ordering> ordered(const std::optional<T>& value, const T& with) {
    if (!value)
        return std::nullopt;
    return *value <=> with;
}

} // namespace

// What is whole and fits is never a double.
std::partial_ordering compare_numbers(const literal& left, const literal& right) noexcept {
    const auto* whole_left = std::get_if<std::int64_t>(&left);
    const auto* whole_right = std::get_if<std::int64_t>(&right);
    if (whole_left != nullptr && whole_right != nullptr)
        return *whole_left <=> *whole_right;
    if (whole_left == nullptr && whole_right == nullptr)
        return std::get<double>(left) <=> std::get<double>(right);
    const auto against = [](std::int64_t whole, double broken) -> std::partial_ordering {
        // Beyond ±2^63 the sign decides; within, the part before the point is exact.
        if (broken >= 9.2e18)
            return std::partial_ordering::less;
        if (broken <= -9.2e18 && broken < -9223372036854775808.0)
            return std::partial_ordering::greater;
        const auto down = static_cast<std::int64_t>(std::floor(broken));
        return whole <= down ? std::partial_ordering::less : std::partial_ordering::greater;
    };
    if (whole_left != nullptr)
        return against(*whole_left, std::get<double>(right));
    const auto turned = against(*whole_right, std::get<double>(left));
    return turned == std::partial_ordering::less ? std::partial_ordering::greater
                                                 : std::partial_ordering::less;
}

literal canonical_number(double number) noexcept {
    constexpr double bound = 9223372036854775808.0; // 2^63
    if (number == std::trunc(number) && number >= -bound && number < bound)
        return static_cast<std::int64_t>(number);
    return number;
}

literal canonical_number(const json& number) noexcept {
    if (number.is_number_unsigned()) {
        const auto value = number.get<std::uint64_t>();
        if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            return static_cast<double>(value);
        return static_cast<std::int64_t>(value);
    }
    if (number.is_number_integer())
        return number.get<std::int64_t>();
    return canonical_number(number.get<double>());
}

std::string number_text(const literal& number) {
    if (const auto* whole = std::get_if<std::int64_t>(&number))
        return std::to_string(*whole);
    return to_text(json(std::get<double>(number)));
}

bool is_same_type(const literal& left, const literal& right) noexcept {
    return left.index() == right.index() || (is_number(left) && is_number(right));
}

const json& plain_value(const json& value) noexcept {
    if (value.is_object()) {
        if (const auto found = value.find("@value"); found != value.end())
            return *found;
    }
    return value;
}

std::optional<std::partial_ordering> compare(const json& scalar, const literal& with,
                                             times allowed) {
    if (scalar.is_number())
        return is_number(with) ? std::optional(compare_numbers(canonical_number(scalar), with))
                               : std::nullopt;
    if (const auto* wanted = std::get_if<bool>(&with)) {
        if (!scalar.is_boolean())
            return std::nullopt;
        return static_cast<int>(scalar.get<bool>()) <=> static_cast<int>(*wanted);
    }
    if (!scalar.is_string() || is_number(with))
        return std::nullopt;
    const auto& text = scalar.get_ref<const std::string&>();
    if (const auto* wanted = std::get_if<std::string>(&with))
        return text <=> *wanted; // by bytes, which is the order of code points (RFC 8259 8.3)
    if (allowed == times::no)
        return std::nullopt;
    if (const auto* wanted = std::get_if<date_time>(&with))
        return ordered(parse_date_time(text), wanted->at);
    if (const auto* wanted = std::get_if<date>(&with))
        return ordered(parse_date(text), wanted->day);
    return ordered(parse_time(text), std::get<time_of_day>(with).since_midnight);
}

std::string seconds_text(std::chrono::microseconds time) {
    const auto count = time.count();
    const bool negative = count < 0;
    const auto size =
        negative ? 0 - static_cast<std::uint64_t>(count) : static_cast<std::uint64_t>(count);
    auto text = fmt::format("{}{}", negative ? "-" : "", size / 1'000'000);
    if (const auto fraction = size % 1'000'000; fraction != 0) {
        text += fmt::format(".{:06}", fraction);
        text.erase(text.find_last_not_of('0') + 1);
    }
    return text;
}

std::string lower_tag(std::string_view tag) {
    std::string lower(tag);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower;
}

const json* follow(const json& value, const std::vector<std::string>& members) {
    const auto* at = &plain_value(value);
    for (const auto& name : members) {
        if (!at->is_object())
            return nullptr;
        const auto found = at->find(name);
        if (found == at->end())
            return nullptr;
        at = &plain_value(*found);
    }
    return at;
}

} // namespace meridian::query
