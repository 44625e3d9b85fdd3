#include "query/literals.hpp"

#include "meridian/base/uri.hpp"
#include "query/characters.hpp"
#include "query/values.hpp"

#include <charconv>
#include <utility>

// 4.9:
//   CompEqualityValue = OtherValue / ValueList / Range / URI        (and ComparableValue)
//   ValueList         = Value 1*("," Value)
//   Range             = ComparableValue ".." ComparableValue
//   ComparableValue   = Number / quotedStr / dateTime / date / time
// CHOICE: example 12 compares with a bare word, which no production allows; it is read as a string.
// CHOICE: an unquoted value ends at `;` `|` `,` `)` although URIs may hold them; such are quoted.

namespace meridian::query {
namespace {

bool all_digits(std::string_view& text) noexcept {
    std::size_t count = 0;
    while (count < text.size() && text[count] >= '0' && text[count] <= '9')
        ++count;
    text.remove_prefix(count);
    return count > 0;
}

/// RFC 8259 section 6.
bool is_json_number(std::string_view text) noexcept {
    if (text.starts_with('-'))
        text.remove_prefix(1);
    const bool zero = text.starts_with('0');
    if (zero)
        text.remove_prefix(1);
    else if (!all_digits(text))
        return false;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        if (!all_digits(text))
            return false;
    }
    if (text.starts_with('e') || text.starts_with('E')) {
        text.remove_prefix(1);
        if (text.starts_with('+') || text.starts_with('-'))
            text.remove_prefix(1);
        if (!all_digits(text))
            return false;
    }
    return text.empty();
}

/// What may stand on both sides of a range, and what may not.
enum class sort : std::uint8_t { comparable, other };
struct read_value {
    literal value;
    sort is = sort::comparable;
};

std::optional<literal> parse_comparable_word(std::string_view word) noexcept {
    if (auto number = parse_number(word))
        return number;
    if (const auto at = parse_date_time(word))
        return date_time{*at};
    if (const auto day = parse_date(word))
        return date{*day};
    if (const auto since = parse_time(word))
        return time_of_day{*since};
    return std::nullopt;
}

bool is_prefixed_name(std::string_view word) noexcept {
    const auto colon = word.find(':');
    return colon != std::string_view::npos && is_name(word.substr(0, colon)) &&
           is_name(word.substr(colon + 1));
}

result<read_value> read_one(cursor& from) {
    from.skip_blanks();
    if (from.next_is("\"")) {
        MERIDIAN_TRY(auto text, read_quoted(from));
        return read_value{std::move(text), sort::comparable};
    }
    const auto text = from.rest();
    auto word = text.substr(0, text.find_first_of(";|,) "));
    if (const auto dots = word.find(".."); dots != std::string_view::npos) {
        if (parse_comparable_word(word.substr(0, dots)))
            word = word.substr(0, dots);
    }
    if (auto value = parse_comparable_word(word)) {
        from.skip(word.size());
        return read_value{std::move(*value), sort::comparable};
    }
    if (word == "true" || word == "false") {
        from.skip(word.size());
        return read_value{word == "true", sort::other};
    }
    if (!is_name(word) && !is_prefixed_name(word) && !is_uri(word))
        return from.error("expected a number, a string in double quotes, true, false, a DateTime, "
                          "Date or Time, or a URI");
    from.skip(word.size());
    return read_value{std::string(word), sort::other};
}

} // namespace

std::optional<literal> parse_number(std::string_view text) noexcept {
    if (!is_json_number(text))
        return std::nullopt;
    std::int64_t whole = 0;
    const auto* end = text.data() + text.size();
    if (const auto done = std::from_chars(text.data(), end, whole);
        done.ec == std::errc() && done.ptr == end)
        return whole;
    double number = 0;
    const auto done = std::from_chars(text.data(), end, number);
    if (done.ec != std::errc() || done.ptr != end)
        return std::nullopt;
    return canonical_number(number);
}

result<std::variant<std::monostate, value_list, value_range, pattern>>
read_equality_operand(cursor& from) {
    MERIDIAN_TRY(auto first, read_one(from));
    if (from.take("..")) {
        MERIDIAN_TRY(auto second, read_one(from));
        if (first.is != sort::comparable || second.is != sort::comparable ||
            !is_same_type(first.value, second.value))
            return from.error("a range is between two numbers, strings, DateTimes, Dates or Times");
        return {value_range{std::move(first.value), std::move(second.value)}};
    }
    value_list values;
    values.push_back(std::move(first.value));
    for (;;) {
        auto ahead = from;
        ahead.skip_blanks();
        if (!ahead.take(","))
            break;
        from = ahead;
        if (values.size() == parse_limits{}.terms)
            return from.too_complex("too many values");
        MERIDIAN_TRY(auto next, read_one(from));
        values.push_back(std::move(next.value));
    }
    return {std::move(values)};
}

result<literal> read_comparable(cursor& from) {
    auto start = from;
    MERIDIAN_TRY(auto value, read_one(from));
    if (value.is != sort::comparable)
        return start.error(
            "expected a number, a string in double quotes, a DateTime, Date or Time");
    return std::move(value.value);
}

result<pattern> read_pattern(cursor& from) {
    if (from.next_is("\"")) {
        MERIDIAN_TRY(const auto text, read_quoted(from));
        return pattern::create(text, from.parameter());
    }
    // CHOICE: without quotes the expression ends at a `;`, `|` or `)` outside its own brackets.
    const auto text = from.rest();
    std::size_t end = 0;
    std::size_t open = 0;
    bool in_set = false;
    for (; end < text.size(); ++end) {
        const char c = text[end];
        if (c == '\\' && end + 1 < text.size())
            ++end;
        else if (in_set)
            in_set = c != ']';
        else if (c == '[')
            in_set = true;
        else if (c == '(')
            ++open;
        else if (open == 0 && (c == ';' || c == '|' || c == ')'))
            break;
        else if (c == ')')
            --open;
    }
    if (end == 0)
        return from.error("expected a regular expression");
    MERIDIAN_TRY(auto made, pattern::create(text.substr(0, end), from.parameter()));
    from.skip(end);
    return made;
}

} // namespace meridian::query
