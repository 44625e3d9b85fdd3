#include "meridian/base/time.hpp"

#include <array>
#include <limits>

namespace meridian {
namespace {

using std::chrono::microseconds;

/// Reads from the front of a text; each function moves on only where it succeeds.
class reader {
public:
    explicit reader(std::string_view text) noexcept : text_(text) {}

    [[nodiscard]] bool at_end() const noexcept { return text_.empty(); }

    bool take(char c) noexcept {
        if (text_.empty() || text_.front() != c)
            return false;
        text_.remove_prefix(1);
        return true;
    }

    /// Exactly `count` digits.
    std::optional<int> digits(std::size_t count) noexcept {
        if (text_.size() < count)
            return std::nullopt;
        int value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (!is_digit(text_[i]))
                return std::nullopt;
            value = value * 10 + (text_[i] - '0');
        }
        text_.remove_prefix(count);
        return value;
    }

    /// One digit or more, up to what 18 digits can hold.
    std::optional<std::int64_t> number() noexcept {
        std::int64_t value = 0;
        std::size_t i = 0;
        for (; i < text_.size() && is_digit(text_[i]); ++i) {
            if (i == 18)
                return std::nullopt;
            value = value * 10 + (text_[i] - '0');
        }
        if (i == 0)
            return std::nullopt;
        text_.remove_prefix(i);
        return value;
    }

    /// One to six digits as millionths.
    std::optional<int> millionths() noexcept {
        int value = 0;
        std::size_t i = 0;
        for (; i < text_.size() && is_digit(text_[i]); ++i) {
            if (i == 6)
                return std::nullopt;
            value = value * 10 + (text_[i] - '0');
        }
        if (i == 0)
            return std::nullopt;
        text_.remove_prefix(i);
        for (; i < 6; ++i)
            value *= 10;
        return value;
    }

private:
    static bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
    std::string_view text_;
};

std::optional<timestamp> read_date(reader& in) noexcept {
    const auto year = in.digits(4);
    if (!year || *year < 1 || !in.take('-'))
        return std::nullopt;
    const auto month = in.digits(2);
    if (!month || !in.take('-'))
        return std::nullopt;
    const auto day = in.digits(2);
    if (!day)
        return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok())
        return std::nullopt;
    return timestamp(std::chrono::sys_days(date));
}

/// `hh:mm:ss[(.|,)fraction]Z`
std::optional<microseconds> read_time(reader& in) noexcept {
    const auto hours = in.digits(2);
    if (!hours || *hours > 23 || !in.take(':'))
        return std::nullopt;
    const auto minutes = in.digits(2);
    if (!minutes || *minutes > 59 || !in.take(':'))
        return std::nullopt;
    const auto seconds = in.digits(2);
    if (!seconds || *seconds > 59)
        return std::nullopt;
    int fraction = 0;
    if (in.take('.') || in.take(',')) {
        const auto read = in.millionths();
        if (!read)
            return std::nullopt;
        fraction = *read;
    }
    if (!in.take('Z'))
        return std::nullopt;
    return std::chrono::hours(*hours) + std::chrono::minutes(*minutes) +
           std::chrono::seconds(*seconds) + microseconds(fraction);
}

/// Adds `value` units of `unit` microseconds; nothing where that is beyond the type.
bool add_units(microseconds& sum, std::int64_t value, std::int64_t unit) noexcept {
    std::int64_t product = 0;
    std::int64_t total = 0;
    if (__builtin_mul_overflow(value, unit, &product) ||
        __builtin_add_overflow(sum.count(), product, &total))
        return false;
    sum = microseconds(total);
    return true;
}

struct unit {
    char letter;
    int months;                ///< for the units without a fixed length
    std::int64_t microseconds; ///< for the others
};
constexpr std::int64_t second = 1'000'000;
constexpr std::array<unit, 4> date_units{
    {{'Y', 12, 0}, {'M', 1, 0}, {'W', 0, 604'800 * second}, {'D', 0, 86'400 * second}}};
constexpr std::array<unit, 3> time_units{
    {{'H', 0, 3'600 * second}, {'M', 0, 60 * second}, {'S', 0, second}}};

bool add_months(duration& out, std::int64_t value, int months) noexcept {
    constexpr std::int64_t most = std::numeric_limits<int>::max();
    if (value > most / months)
        return false;
    const auto sum = out.months + value * months;
    if (sum > most)
        return false;
    out.months = static_cast<int>(sum);
    return true;
}

/// Reads components in the order of `units`, each at most once; a fraction only on seconds.
template <std::size_t N>
bool read_components(reader& in, const std::array<unit, N>& units, duration& out, bool& any,
                     bool time) noexcept {
    auto next = units.begin();
    while (!in.at_end()) {
        auto before = in;
        const auto value = in.number();
        if (!value) {
            in = before;
            return true; // the `T`, or rubbish that the caller sees
        }
        std::optional<int> fraction;
        if (in.take('.') || in.take(',')) {
            fraction = in.millionths();
            if (!fraction)
                return false;
        }
        while (next != units.end() && !in.take(next->letter))
            ++next;
        if (next == units.end() || (fraction && !(time && next->letter == 'S')))
            return false;
        if (next->months != 0 ? !add_months(out, *value, next->months)
                              : !add_units(out.rest, *value, next->microseconds))
            return false;
        if (fraction && !add_units(out.rest, *fraction, 1))
            return false;
        any = true;
        ++next;
    }
    return true;
}

void append_number(std::string& out, int value, int digits) {
    std::array<char, 8> text{};
    for (int i = digits; i-- > 0; value /= 10)
        text[static_cast<std::size_t>(i)] = static_cast<char>('0' + value % 10);
    out.append(text.data(), static_cast<std::size_t>(digits));
}

} // namespace

std::optional<timestamp> parse_date_time(std::string_view text) noexcept {
    reader in(text);
    const auto date = read_date(in);
    if (!date || !in.take('T'))
        return std::nullopt;
    const auto time = read_time(in);
    if (!time || !in.at_end())
        return std::nullopt;
    return *date + *time;
}

std::optional<timestamp> parse_date(std::string_view text) noexcept {
    reader in(text);
    const auto date = read_date(in);
    return in.at_end() ? date : std::nullopt;
}

std::optional<microseconds> parse_time(std::string_view text) noexcept {
    reader in(text);
    const auto time = read_time(in);
    return in.at_end() ? time : std::nullopt;
}

void append_text(std::string& out, timestamp moment) {
    const auto day = std::chrono::floor<std::chrono::days>(moment);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(moment - day);
    append_number(out, static_cast<int>(date.year()), 4);
    out += '-';
    append_number(out, static_cast<int>(static_cast<unsigned>(date.month())), 2);
    out += '-';
    append_number(out, static_cast<int>(static_cast<unsigned>(date.day())), 2);
    out += 'T';
    append_number(out, static_cast<int>(time.hours().count()), 2);
    out += ':';
    append_number(out, static_cast<int>(time.minutes().count()), 2);
    out += ':';
    append_number(out, static_cast<int>(time.seconds().count()), 2);
    if (const auto fraction = static_cast<int>(time.subseconds().count()); fraction != 0) {
        out += '.';
        if (fraction % 1'000 == 0)
            append_number(out, fraction / 1'000, 3);
        else
            append_number(out, fraction, 6);
    }
    out += 'Z';
}

std::string to_text(timestamp moment) {
    std::string out;
    out.reserve(27);
    append_text(out, moment);
    return out;
}

std::optional<duration> parse_duration(std::string_view text) noexcept {
    reader in(text);
    duration out;
    bool any = false;
    if (!in.take('P') || !read_components(in, date_units, out, any, false))
        return std::nullopt;
    if (in.take('T')) {
        any = false; // a `T` has at least one component behind it
        if (!read_components(in, time_units, out, any, true))
            return std::nullopt;
    }
    if (!any || !in.at_end())
        return std::nullopt;
    return out;
}

} // namespace meridian
