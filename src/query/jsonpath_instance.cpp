#include "query/jsonpath_instance.hpp"

#include "query/search_keys.hpp"
#include "query/values.hpp"

#include <utility>

// What the lax mode of jsonpath does by itself, and what these rules owe to it:
// - A filter `?` looks into arrays: right for equality (4.9: "included in the target value").
// - A missing key gives nothing: exists() is false, a comparison is false.
// - A member accessor looks into arrays, too, which ECMA 262 does not: each step of a bracket path
//   is guarded by `.type() == "object"`; `.type()` itself does not look into arrays.
// - Values of different types compare as unknown, which exists() with a filter takes as no match:
//   no comparison may stand outside of a filter but those of `.type()`.

namespace meridian::query {

std::string accessor(std::string_view base, std::string_view key) {
    std::string text(base);
    text += '.';
    append_jsonpath_string(text, key);
    return text;
}

void append_jsonpath_string(std::string& out, std::string_view text) {
    append_json_string(out, text);
}

namespace {

std::string exists(const std::string& path) {
    return "exists(" + path + ')';
}
std::string is_object(const std::string& path) {
    return path + ".type() == \"object\"";
}
std::string is_no_array(const std::string& path) {
    return path + ".type() != \"array\"";
}

/// What a literal is held against: the value's own key, or one of the keys for times.
enum class side : std::uint8_t { value, date_times, dates, times };

side side_of(const literal& value) {
    if (std::holds_alternative<date_time>(value))
        return side::date_times;
    if (std::holds_alternative<date>(value))
        return side::dates;
    return std::holds_alternative<time_of_day>(value) ? side::times : side::value;
}

std::string literal_text(const literal& value) {
    if (const auto* text = std::get_if<std::string>(&value)) {
        std::string out;
        append_jsonpath_string(out, *text);
        return out;
    }
    if (const auto* flag = std::get_if<bool>(&value))
        return *flag ? "true" : "false";
    if (const auto* moment = std::get_if<date_time>(&value))
        return seconds_text(moment->at.time_since_epoch());
    if (const auto* day = std::get_if<date>(&value))
        return seconds_text(day->day.time_since_epoch());
    if (const auto* clock = std::get_if<time_of_day>(&value))
        return seconds_text(clock->since_midnight);
    return number_text(value);
}

std::string_view operator_text(comparison how) {
    switch (how) {
    case comparison::greater:
        return ">";
    case comparison::greater_equal:
        return ">=";
    case comparison::less:
        return "<";
    case comparison::less_equal:
        return "<=";
    default:
        return "==";
    }
}

std::string compared(comparison how, const literal& with) {
    return std::string("(@ ").append(operator_text(how)).append(" ") + literal_text(with) + ')';
}

/// The operand as a filter on one scalar, as far as it belongs to `which`; empty: nothing does.
std::string filter_for(const q_term& term, side which) {
    if (const auto* range = std::get_if<value_range>(&term.operand)) {
        // One filter for both bounds: two terms would find both in one array, [5,50] for 10..20.
        return side_of(range->low) != which
                   ? std::string()
                   : '(' + compared(comparison::greater_equal, range->low) + " && " +
                         compared(comparison::less_equal, range->high) + ')';
    }
    std::string filter;
    for (const auto& value : std::get<value_list>(term.operand)) {
        if (side_of(value) == which)
            filter += (filter.empty() ? "" : " || ") + compared(term.how, value);
    }
    return filter;
}

/// One instance of an Attribute in the row.
class instance_filter {
public:
    instance_filter(const q_term& term, std::string_view base, const std::string& prefix)
        : term_(term), prefix_(prefix), base_(base), trailing_(term.target.path.trailing),
          any_language_(trailing_.size() == 1 && trailing_.front() == "*"),
          value_(accessor(base, search_key::of_value(prefix))) {}

    jsonpath_bounds rendered() {
        switch (term_.how) {
        case comparison::exists:
            return defined();
        case comparison::unequal:
            return all_of(
                all_of(defined(), exactly("!(" + exists(key(search_key::instances)) + ')')),
                negated(unless_too_long(equal())));
        case comparison::equal:
            return unless_too_long(equal());
        case comparison::matches:
        case comparison::matches_not:
            return at_most(has_string());
        default:
            return unless_too_long(ordered());
        }
    }

private:
    [[nodiscard]] std::string key(std::string_view suffix) const {
        return accessor(base_, search_key::with_suffix(prefix_, suffix));
    }
    /// A value that does not stand in the row may be anything.
    [[nodiscard]] jsonpath_bounds unless_too_long(const jsonpath_bounds& one) const {
        return either(one, at_most(exactly(exists(key(search_key::too_long)))));
    }
    /// The path of a language of a languageMap, or nothing where the brackets cannot name one.
    [[nodiscard]] std::string language() const {
        return trailing_.size() == 1 && !any_language_
                   ? accessor(key(search_key::languages), lower_tag(trailing_.front()))
                   : std::string();
    }
    /// The target within a compound value, and the guards of the way there.
    struct inner_path {
        std::string path;
        jsonpath_bounds guard;
    };
    [[nodiscard]] inner_path inner() const {
        inner_path made{value_, constant(true)};
        for (const auto& name : trailing_) {
            made.guard = all_of(made.guard, exactly('(' + is_object(made.path) + ')'));
            made.path = accessor(made.path, name);
        }
        return made;
    }

    [[nodiscard]] jsonpath_bounds defined() const {
        if (trailing_.empty())
            return exactly(exists(key(search_key::kind)));
        if (any_language_)
            return unless_too_long(exactly(exists(key(search_key::languages) + ".*")));
        const auto within = inner();
        auto made = all_of(within.guard, exactly(exists(within.path)));
        if (const auto tag = language(); !tag.empty())
            made = either(made, exactly(exists(tag)));
        return unless_too_long(made);
    }

    /// Where values of `which` stand: never for times within compound values, which the row does
    /// not tell from strings.
    [[nodiscard]] std::string source(side which) const {
        switch (which) {
        case side::value:
            return value_;
        case side::date_times:
            return key(search_key::date_times);
        case side::dates:
            return key(search_key::dates);
        case side::times:
            return key(search_key::times);
        }
        return value_;
    }

    [[nodiscard]] static jsonpath_bounds found(const std::string& path, const std::string& filter) {
        return exactly(exists(path + " ? (" + filter + ')'));
    }

    [[nodiscard]] jsonpath_bounds equal() const {
        auto made = constant(false);
        for (const auto which : {side::value, side::date_times, side::dates, side::times}) {
            const auto filter = filter_for(term_, which);
            if (!filter.empty())
                made = either(made, equal_on(which, filter));
        }
        return made;
    }

    [[nodiscard]] jsonpath_bounds equal_on(side which, const std::string& filter) const {
        if (any_language_)
            return which == side::value
                       ? all_of(exactly(exists(key(search_key::languages))), found(value_, filter))
                       : constant(false);
        if (!trailing_.empty())
            return in_compound(which, filter, false);
        auto made = found(source(which), filter);
        if (which != side::value)
            return made;
        made = either(made, found(accessor(base_, search_key::of_vocabulary(prefix_)), filter));
        // Objects of Relationships match values, not ranges.
        if (std::holds_alternative<value_list>(term_.operand))
            made = either(made, found(key(search_key::objects), filter));
        return made;
    }

    [[nodiscard]] jsonpath_bounds in_compound(side which, const std::string& filter,
                                              bool scalar_only) const {
        const auto within = inner();
        if (which != side::value)
            return at_most(all_of(within.guard, exactly(exists(within.path))));
        auto made = all_of(within.guard, found(within.path, filter));
        if (scalar_only)
            made = all_of(exactly('(' + is_no_array(within.path) + ')'), made);
        if (const auto tag = language(); !tag.empty())
            made = either(made, found(tag, filter));
        return made;
    }

    [[nodiscard]] jsonpath_bounds ordered() const {
        const auto& bound = std::get<value_list>(term_.operand).front();
        const auto which = side_of(bound);
        const auto filter = compared(term_.how, bound);
        if (any_language_)
            return equal_on(which, filter);
        if (!trailing_.empty())
            return in_compound(which, filter, true);
        const auto scalar = [&](const std::string& path) {
            return all_of(exactly('(' + is_no_array(path) + ')'), found(path, filter));
        };
        auto made = scalar(source(which));
        if (which != side::value)
            return made;
        made = either(made, scalar(accessor(base_, search_key::of_vocabulary(prefix_))));
        // All strings of a languageMap stand in one array; any of them may be meant.
        return either(made,
                      all_of(exactly(exists(key(search_key::languages))), found(value_, filter)));
    }

    /// Patterns are decided in memory; only what has a string there needs to be looked at.
    [[nodiscard]] jsonpath_bounds has_string() const {
        if (!trailing_.empty())
            return defined();
        const std::string filter = "@.type() == \"string\"";
        return unless_too_long(
            either(found(value_, filter),
                   found(accessor(base_, search_key::of_vocabulary(prefix_)), filter)));
    }

    const q_term& term_;
    const std::string& prefix_;
    std::string_view base_;
    const std::vector<std::string>& trailing_;
    bool any_language_;
    std::string value_;
};

/// A system time under one key, a DateTime and nothing else.
jsonpath_bounds render_time(const q_term& term, const std::string& path) {
    const auto given = exactly(exists(path));
    if (term.how == comparison::exists)
        return given;
    if (std::holds_alternative<pattern>(term.operand))
        return constant(false);
    const auto filter = filter_for(term, side::date_times);
    const auto found =
        filter.empty() ? constant(false) : exactly(exists(path + " ? (" + filter + ')'));
    return term.how == comparison::unequal ? all_of(given, negated(found)) : found;
}

} // namespace

jsonpath_bounds render_instance(const q_term& term, std::string_view base,
                                const std::string& prefix) {
    if (term.target.path.what == member::value)
        return instance_filter(term, base, prefix).rendered();
    if (term.target.path.what == member::observed_at)
        return render_time(
            term, accessor(base, search_key::with_suffix(prefix, search_key::observed_at)));
    // createdAt, modifiedAt, expiresAt, unitCode and datasetId stand in the document alone.
    return at_most(
        exactly(exists(accessor(base, search_key::with_suffix(prefix, search_key::kind)))));
}

jsonpath_bounds render_entity_time(const q_term& term) {
    switch (term.target.path.what) {
    case member::created_at:
        return render_time(term, accessor("$", search_key::entity_created_at));
    case member::modified_at:
        return render_time(term, accessor("$", search_key::entity_modified_at));
    case member::expires_at:
        return render_time(term, accessor("$", search_key::entity_expires_at));
    default:
        return constant(false);
    }
}

} // namespace meridian::query
