#include "meridian/query/value_index.hpp"

#include "query/values.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

namespace meridian::query {
namespace {

using ngsild::attribute_kind;
using std::chrono::microseconds;

double to_seconds(microseconds time) noexcept {
    return static_cast<double>(time.count()) / 1e6;
}

index_kind in_array(index_kind scalar) noexcept {
    return static_cast<index_kind>(static_cast<std::int16_t>(scalar) + 1);
}

/// At most `longest_index_text` bytes, whole characters.
std::string cut(const std::string& text) {
    if (text.size() <= longest_index_text)
        return text;
    std::size_t end = longest_index_text;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        --end;
    return text.substr(0, end);
}

class collector {
public:
    /// What evaluation in memory takes for the scalars of this instance's target value (4.9).
    void add(const ngsild::attribute_instance& of) {
        switch (of.kind) {
        case attribute_kind::geo_property:
            return; // a geometry holds no scalar
        case attribute_kind::relationship:
        case attribute_kind::list_relationship:
            add_objects(of.value);
            return;
        case attribute_kind::language_property:
            // Any text of the map may be meant; an array of them stands for its members.
            for (const auto& [tag, text] : of.value.items())
                add_value(text, index_kind::scalar, times::no);
            return;
        case attribute_kind::vocab_property:
            add_value(of.value, in_value(of.value), times::no);
            return;
        default:
            add_value(plain_value(of.value), in_value(plain_value(of.value)), times::yes);
        }
    }

    index_values finish() && {
        sort(made_.numbers);
        sort(made_.texts);
        if (made_.numbers.size() + made_.texts.size() > most_index_values)
            return {{{index_kind::many, 0}}, {{index_kind::many, {}}}};
        return std::move(made_);
    }

private:
    static index_kind in_value(const json& value) noexcept {
        return value.is_array() ? index_kind::member : index_kind::scalar;
    }

    template <typename Row>
    static void sort(std::vector<Row>& rows) {
        std::sort(rows.begin(), rows.end());
        rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    }

    void add_objects(const json& objects) {
        if (!objects.is_array()) {
            add_scalar(objects, index_kind::object, times::no);
            return;
        }
        for (const auto& one : objects) // objectList holds {"object": URI}
            add_scalar(one.is_object() && one.contains("object") ? one["object"] : one,
                       index_kind::object, times::no);
    }

    void add_value(const json& value, index_kind kind, times allowed) {
        if (!value.is_array()) {
            add_scalar(value, kind, allowed);
            return;
        }
        for (const auto& one : value)
            add_scalar(plain_value(one), kind, allowed);
    }

    void add_scalar(const json& scalar, index_kind kind, times allowed) {
        if (scalar.is_number()) {
            made_.numbers.push_back({kind, scalar.get<double>()});
            return;
        }
        if (!scalar.is_string())
            return;
        const auto& text = scalar.get_ref<const std::string&>();
        made_.texts.push_back({kind, cut(text)});
        if (allowed == times::no)
            return;
        const auto add_time = [&](index_kind which, std::optional<microseconds> time) {
            if (time)
                made_.numbers.push_back(
                    {kind == index_kind::scalar ? which : in_array(which), to_seconds(*time)});
        };
        const auto since_epoch = [](const std::optional<timestamp>& moment) {
            return moment ? std::optional<microseconds>(moment->time_since_epoch()) : std::nullopt;
        };
        add_time(index_kind::date_time, since_epoch(parse_date_time(text)));
        add_time(index_kind::date, since_epoch(parse_date(text)));
        add_time(index_kind::time, parse_time(text));
    }

    index_values made_;
};

constexpr double infinity = std::numeric_limits<double>::infinity();
/// Whole numbers below have a double of their own.
constexpr double exact_numbers = 9'007'199'254'740'992.0; // 2^53
/// Strings that may have been cut are at least so long.
constexpr std::size_t cut_from = longest_index_text - 3;

/// A literal as the number or text that stands in a row.
struct bound {
    bool is_text = false;
    double number = 0;
    std::string text;
    index_kind kind = index_kind::scalar;
    bool exact = true;
};

std::optional<bound> bound_of(const literal& value) {
    bound made;
    const auto time = [&](index_kind kind, microseconds since) {
        made.kind = kind;
        made.number = to_seconds(since);
        made.exact = std::abs(made.number) < 4e9; // µs have doubles of their own
    };
    if (const auto* text = std::get_if<std::string>(&value)) {
        if (text->size() >= cut_from)
            return std::nullopt;
        made.is_text = true;
        made.text = *text;
    } else if (const auto* whole = std::get_if<std::int64_t>(&value)) {
        made.number = static_cast<double>(*whole);
        made.exact = std::abs(made.number) < exact_numbers;
    } else if (const auto* number = std::get_if<double>(&value)) {
        made.number = *number;
        made.exact = std::abs(made.number) < exact_numbers;
    } else if (const auto* moment = std::get_if<date_time>(&value)) {
        time(index_kind::date_time, moment->at.time_since_epoch());
    } else if (const auto* day = std::get_if<date>(&value)) {
        time(index_kind::date, day->day.time_since_epoch());
    } else if (const auto* clock = std::get_if<time_of_day>(&value)) {
        time(index_kind::time, clock->since_midnight);
    } else {
        return std::nullopt; // booleans have no rows
    }
    return made;
}

double at_or_below(const bound& value) noexcept {
    return value.exact ? value.number : std::nextafter(value.number, -infinity);
}
double above(const bound& value) noexcept {
    const double next = std::nextafter(value.number, infinity);
    return value.exact ? next : std::nextafter(next, infinity);
}
/// The least string above: rows hold no U+0000.
std::string above(const std::string& text) {
    return text + '\x01';
}
/// Above every row's text: U+10FFFF more often than fits.
const std::string& above_all() {
    static const std::string text = [] {
        std::string made;
        while (made.size() <= longest_index_text)
            made += "\xF4\x8F\xBF\xBF";
        return made;
    }();
    return text;
}

/// Grows by the ranges of one literal or pair of them.
class range_builder {
public:
    explicit range_builder(index_condition& to) : to_(to) {}

    bool add_point(const literal& value) {
        const auto point = bound_of(value);
        if (!point)
            return false;
        add(*point, *point, above_of(*point), true, true);
        return true;
    }

    bool add_range(const value_range& range) {
        const auto low = bound_of(range.low);
        const auto high = bound_of(range.high);
        if (!low || !high || low->is_text != high->is_text || low->kind != high->kind)
            return false;
        to_.exact = to_.exact && high->exact;
        add(*low, *low, above_of(*high), true, false);
        return true;
    }

    bool add_comparison(comparison how, const literal& value) {
        const auto against = bound_of(value);
        if (!against)
            return false;
        bound low = *against;
        bound high = above_of(*against);
        const bool reaches_up = how == comparison::greater || how == comparison::greater_equal;
        if (how == comparison::greater && against->exact)
            low = high;
        if (how == comparison::less && against->exact)
            high = *against;
        if (reaches_up) {
            high.number = infinity;
            high.text = above_all();
        } else {
            low.number = -infinity;
            low.text.clear();
        }
        add(*against, low, high, false, false);
        return true;
    }

    /// Numbers and strings in one list are in two tables: not served.
    [[nodiscard]] bool finish() {
        if (to_.numbers.empty() == to_.texts.empty())
            return false;
        if (!to_.numbers.empty())
            to_.numbers.push_back({index_kind::many, 0, 1});
        else
            to_.texts.push_back({index_kind::many, "", above(std::string())});
        return true;
    }

private:
    static bound above_of(const bound& value) {
        bound next = value;
        next.exact = true;
        next.number = above(value);
        next.text = above(value.text);
        return next;
    }

    void add(const bound& literal_bound, const bound& low, const bound& high, bool members_too,
             bool objects_too) {
        to_.exact = to_.exact && literal_bound.exact;
        const auto kind = literal_bound.kind;
        const auto add_kind = [&](index_kind one) {
            if (literal_bound.is_text)
                to_.texts.push_back({one, low.text, high.text});
            else
                to_.numbers.push_back({one, at_or_below(low), high.number});
        };
        add_kind(kind);
        if (members_too)
            add_kind(in_array(kind));
        if (objects_too && literal_bound.is_text)
            add_kind(index_kind::object);
    }

    index_condition& to_;
};

bool add_equality(range_builder& ranges, index_condition& made, const q_term& term) {
    if (const auto* range = std::get_if<value_range>(&term.operand)) {
        made.narrowing = index_condition::form::bounded;
        return ranges.add_range(*range);
    }
    const auto& values = std::get<value_list>(term.operand);
    return std::all_of(values.begin(), values.end(),
                       [&](const literal& value) { return ranges.add_point(value); });
}

std::optional<index_condition> condition_of(const q_term& term, const ngsild::names& dictionary) {
    const auto& path = term.target.path;
    if (!term.target.links.empty() || path.names.size() != 1 || path.what != member::value ||
        !path.trailing.empty())
        return std::nullopt;
    index_condition made;
    made.attribute = dictionary.find(path.names.front());
    if (made.attribute == 0)
        return std::nullopt;
    range_builder ranges(made);
    bool served = false;
    switch (term.how) {
    case comparison::equal:
        served = add_equality(ranges, made, term);
        break;
    case comparison::greater:
    case comparison::greater_equal:
    case comparison::less:
    case comparison::less_equal:
        made.narrowing = index_condition::form::half_open;
        served = ranges.add_comparison(term.how, std::get<value_list>(term.operand).front());
        break;
    default:
        break;
    }
    if (!served || !ranges.finish())
        return std::nullopt;
    return made;
}

} // namespace

index_values make_index_values(const std::vector<ngsild::attribute_instance>& of) {
    collector made;
    for (const auto& instance : of)
        made.add(instance);
    return std::move(made).finish();
}

std::vector<index_condition> index_conditions(const q_expression& q,
                                              const ngsild::names& dictionary) {
    std::vector<index_condition> found;
    const auto add = [&](const q_expression& conjunct) {
        if (conjunct.kind != q_expression::node::term)
            return;
        if (auto one = condition_of(conjunct.term, dictionary))
            found.push_back(std::move(*one));
    };
    if (q.kind == q_expression::node::all_of)
        std::for_each(q.operands.begin(), q.operands.end(), add);
    add(q);
    for (auto& one : found)
        one.whole = q.kind == q_expression::node::term;
    std::stable_sort(found.begin(), found.end(), [](const auto& left, const auto& right) {
        return left.narrowing < right.narrowing;
    });
    return found;
}

} // namespace meridian::query
