#include "config_options.hpp"

#include "meridian/base/text.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <system_error>
#include <utility>

namespace meridian {
namespace {

using std::string_view;
using complaint = std::optional<std::string>;
using std::chrono::milliseconds;

struct unit {
    string_view name;
    std::uint64_t factor;
};

// Within each list the larger units come first: printing takes the first that divides.
constexpr unit byte_units[] = {
    {"GB", 1'000'000'000}, {"GiB", 1u << 30}, {"MiB", 1u << 20}, {"MB", 1'000'000},
    {"KiB", 1u << 10},     {"kB", 1'000},     {"B", 1}};
constexpr unit time_units[] = {
    {"d", 86'400'000}, {"h", 3'600'000}, {"min", 60'000}, {"s", 1'000}, {"ms", 1}};

template <typename Number>
std::optional<Number> parse_number(string_view text) noexcept {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty())
        return std::nullopt;
    return number;
}

/// A whole number and one of `units`, which only zero may leave out.
std::optional<std::uint64_t> parse_quantity(string_view text,
                                            std::span<const unit> units) noexcept {
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto number = parse_number<std::uint64_t>(text.substr(0, digits));
    if (!number)
        return std::nullopt;
    const string_view name = trimmed(text.substr(digits));
    if (name.empty() && *number == 0)
        return 0;
    for (const unit& candidate : units)
        if (candidate.name == name && *number <= UINT64_MAX / candidate.factor)
            return *number * candidate.factor;
    return std::nullopt;
}

std::string render_quantity(std::uint64_t value, std::span<const unit> units) {
    for (const unit& candidate : units)
        if (value != 0 && value % candidate.factor == 0)
            return fmt::format("{} {}", value / candidate.factor, candidate.name);
    return "0";
}

complaint outside(const option& row, double value, std::span<const unit> units) {
    if (value >= row.range.least && value <= row.range.most)
        return std::nullopt;
    const auto bound = [&](double limit) {
        return units.empty() ? fmt::format("{}", limit)
                             : render_quantity(static_cast<std::uint64_t>(limit), units);
    };
    return fmt::format("is outside {} to {}", bound(row.range.least), bound(row.range.most));
}

complaint not_a(const option& row) {
    return fmt::format("is not a {}", form_of(row));
}

template <typename Number>
complaint read_number(const option& row, string_view text, Number& target) {
    // Ports are read wider than they are kept, so that 70000 is out of range, not malformed.
    using wide = std::conditional_t<std::is_integral_v<Number>, std::uint64_t, Number>;
    const auto number = parse_number<wide>(text);
    if (!number)
        return not_a(row);
    if (auto refused = outside(row, static_cast<double>(*number), {}))
        return refused;
    target = static_cast<Number>(*number);
    return std::nullopt;
}

complaint read(const option& row, string_view text, bool& target) {
    if (text != "true" && text != "false")
        return not_a(row);
    target = text == "true";
    return std::nullopt;
}
complaint read(const option& row, string_view text, std::uint16_t& target) {
    return read_number(row, text, target);
}
complaint read(const option& row, string_view text, std::size_t& target) {
    return read_number(row, text, target);
}
complaint read(const option& row, string_view text, double& target) {
    return read_number(row, text, target);
}
complaint read(const option&, string_view text, std::string& target) {
    target = text;
    return std::nullopt;
}
complaint read(const option&, string_view text, std::vector<std::string>& target) {
    target.clear();
    while (!text.empty()) {
        const auto comma = std::min(text.find(','), text.size());
        if (const auto part = trimmed(text.substr(0, comma)); !part.empty())
            target.emplace_back(part);
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return std::nullopt;
}
complaint read(const option& row, string_view text, byte_count& target) {
    const auto bytes = parse_quantity(text, byte_units);
    if (!bytes)
        return not_a(row);
    if (auto refused = outside(row, static_cast<double>(*bytes), byte_units))
        return refused;
    target.value = *bytes;
    return std::nullopt;
}
complaint read(const option& row, string_view text, milliseconds& target) {
    const auto time = parse_quantity(text, time_units);
    if (!time)
        return not_a(row);
    if (auto refused = outside(row, static_cast<double>(*time), time_units))
        return refused;
    target = milliseconds(*time);
    return std::nullopt;
}
complaint read(const option& row, string_view text, spdlog::level::level_enum& target) {
    return parse_log_level(text, target) ? complaint{} : not_a(row);
}
complaint read(const option& row, string_view text, enum log_format& target) {
    if (text != "text" && text != "json")
        return not_a(row);
    target = text == "json" ? log_format::json_lines : log_format::text;
    return std::nullopt;
}

std::string render(bool value) {
    return value ? "true" : "false";
}
std::string render(std::uint16_t value) {
    return std::to_string(value);
}
std::string render(std::size_t value) {
    return std::to_string(value);
}
std::string render(double value) {
    return fmt::format("{}", value);
}
std::string render(const std::string& value) {
    return value;
}
std::string render(const std::vector<std::string>& value) {
    return fmt::format("{}", fmt::join(value, ","));
}
std::string render(byte_count value) {
    return render_quantity(value.value, byte_units);
}
std::string render(milliseconds value) {
    return render_quantity(static_cast<std::uint64_t>(value.count()), time_units);
}
std::string render(spdlog::level::level_enum value) {
    const auto name = spdlog::level::to_string_view(value);
    // spdlog prints "warning" for what it, and we, read as "warn".
    return value == spdlog::level::warn ? "warn" : std::string(name.data(), name.size());
}
std::string render(enum log_format value) {
    return value == log_format::json_lines ? "json" : "text";
}

template <typename Member>
using member_value = std::remove_cvref_t<decltype(std::declval<config&>().*std::declval<Member>())>;

template <typename Value>
constexpr string_view form = "text";
template <>
constexpr string_view form<bool> = "yes/no value (true, false)";
template <>
constexpr string_view form<std::uint16_t> = "port number";
template <>
constexpr string_view form<std::size_t> = "number";
template <>
constexpr string_view form<double> = "decimal number";
template <>
constexpr string_view form<std::vector<std::string>> = "list, separated by commas";
template <>
constexpr string_view form<byte_count> = "size (such as 500 kB, 10 MB, 1 GiB)";
template <>
constexpr string_view form<milliseconds> = "duration (such as 500 ms, 20 s, 5 min, 24 h, 7 d)";
template <>
constexpr string_view form<spdlog::level::level_enum> =
    "level (trace, debug, info, warn, error, off)";
template <>
constexpr string_view form<enum log_format> = "log format (text, json)";

} // namespace

string_view form_of(const option& row) {
    return std::visit([](auto member) { return form<member_value<decltype(member)>>; }, row.member);
}

std::optional<std::string> assign(const option& row, string_view text, config& target) {
    return std::visit([&](auto member) { return read(row, trimmed(text), target.*member); },
                      row.member);
}

std::string render_value(const option& row, const config& source) {
    return std::visit([&](auto member) { return render(source.*member); }, row.member);
}

} // namespace meridian
