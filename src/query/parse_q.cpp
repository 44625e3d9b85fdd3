#include "meridian/query/parse.hpp"

#include "query/literals.hpp"
#include "query/paths.hpp"

#include <algorithm>
#include <array>
#include <utility>

// 4.9:
//   Query     = OrTerm; `;` binds closer than `|`
//   OrTerm    = AndTerm *("|" AndTerm)
//   AndTerm   = Primary *(";" Primary)
//   Primary   = "(" Query ")" / QueryTerm            nested as in example 6 (ERRATA)
//   QueryTerm = Attribute [Operator Value]

namespace meridian::query {
namespace {

constexpr std::array<std::pair<std::string_view, comparison>, 8> operators{{
    {"==", comparison::equal},
    {"!=", comparison::unequal},
    {">=", comparison::greater_equal},
    {">", comparison::greater},
    {"<=", comparison::less_equal},
    {"<", comparison::less},
    {"~=", comparison::matches},
    {"!~=", comparison::matches_not},
}};

bool names(const std::vector<std::string>& list, const value_path& path) {
    const auto has = [&](const std::string& name) {
        return std::find(list.begin(), list.end(), name) != list.end();
    };
    return !path.names.empty() && (has(path.names.front()) || has(path.names.back()));
}

class q_parser {
public:
    q_parser(cursor from, const parse_scope& scope, std::vector<std::string> expand_values)
        : from_(from), scope_(scope), expand_values_(std::move(expand_values)) {}

    result<q_expression> whole() {
        MERIDIAN_TRY(auto q, any_of(0));
        if (!from_.done())
            return from_.error("expected ; or | or the end");
        return q;
    }

private:
    result<q_expression> any_of(std::size_t depth) {
        return joined(depth, "|", q_expression::node::any_of, &q_parser::all_of);
    }
    result<q_expression> all_of(std::size_t depth) {
        return joined(depth, ";", q_expression::node::all_of, &q_parser::primary);
    }

    result<q_expression> joined(std::size_t depth, std::string_view by, q_expression::node kind,
                                result<q_expression> (q_parser::*part)(std::size_t)) {
        q_expression whole;
        whole.kind = kind;
        do {
            MERIDIAN_TRY(auto one, (this->*part)(depth));
            if (one.kind == kind) // (a;b);c is a;b;c
                std::move(one.operands.begin(), one.operands.end(),
                          std::back_inserter(whole.operands));
            else
                whole.operands.push_back(std::move(one));
        } while (from_.take(by));
        if (whole.operands.size() > 1)
            return whole;
        q_expression single = std::move(whole.operands.front());
        return single;
    }

    result<q_expression> primary(std::size_t depth) {
        if (!from_.take("(")) {
            q_expression one;
            MERIDIAN_TRY(one.term, term());
            return one;
        }
        if (depth == scope_.limits.depth)
            return from_.too_complex("parentheses are nested too deep");
        MERIDIAN_TRY(auto inner, any_of(depth + 1));
        if (!from_.take(")"))
            return from_.error("expected )");
        return inner;
    }

    result<q_term> term() {
        if (++terms_ > scope_.limits.terms)
            return from_.too_complex("too many terms");
        q_term made;
        MERIDIAN_TRY(made.target, read_attribute_path(from_, scope_));
        const auto* found = std::find_if(operators.begin(), operators.end(),
                                         [&](const auto& one) { return from_.next_is(one.first); });
        if (found == operators.end())
            return made;
        from_.skip(found->first.size());
        made.how = found->second;
        MERIDIAN_CHECK(operand(made));
        return made;
    }

    result<std::monostate> operand(q_term& of) {
        if (of.how == comparison::equal || of.how == comparison::unequal) {
            MERIDIAN_TRY(of.operand, read_equality_operand(from_));
        } else if (of.how == comparison::matches || of.how == comparison::matches_not) {
            MERIDIAN_TRY(auto expression, read_pattern(from_));
            of.operand = std::move(expression);
        } else {
            MERIDIAN_TRY(auto value, read_comparable(from_));
            of.operand = value_list{std::move(value)};
        }
        expand_operand(of);
        read_times(of);
        return std::monostate{};
    }

    /// CHOICE: a DateTime in quotes compared with a system time is meant as a DateTime.
    static void read_times(q_term& of) {
        const auto what = of.target.path.what;
        if (what == member::value || what == member::unit_code || what == member::dataset_id)
            return;
        const auto read = [](literal& value) {
            const auto* text = std::get_if<std::string>(&value);
            if (const auto moment = text != nullptr ? parse_date_time(*text) : std::nullopt)
                value = date_time{*moment};
        };
        if (auto* values = std::get_if<value_list>(&of.operand))
            std::for_each(values->begin(), values->end(), read);
        if (auto* range = std::get_if<value_range>(&of.operand)) {
            const auto before = *range;
            read(range->low);
            read(range->high);
            if (!std::holds_alternative<date_time>(range->low) ||
                !std::holds_alternative<date_time>(range->high))
                *range = before; // a range has one type
        }
    }

    /// expandValues, example 12: a short vocabulary name → its IRI.
    void expand_operand(q_term& of) const {
        auto* values = std::get_if<value_list>(&of.operand);
        if (values == nullptr || !names(expand_values_, of.target.path))
            return;
        for (auto& value : *values) {
            if (auto* text = std::get_if<std::string>(&value))
                *text = scope_.context.expand(*text);
        }
    }

    cursor from_;
    const parse_scope& scope_;
    std::vector<std::string> expand_values_;
    std::size_t terms_ = 0;
};

} // namespace

result<q_expression> parse_q(const q_parameters& given, const parse_scope& scope) {
    MERIDIAN_TRY(const auto from, cursor::open(given.q, given.called, scope.limits));
    std::vector<std::string> expanded;
    for (const auto& name : given.expand_values) {
        // 4.9: what is named as JSON is not interpreted.
        if (std::find(given.json_keys.begin(), given.json_keys.end(), name) ==
            given.json_keys.end())
            expanded.push_back(scope.context.expand(name));
    }
    return q_parser(from, scope, std::move(expanded)).whole();
}

result<q_expression> parse_q(std::string_view q, const parse_scope& scope,
                             std::string_view called) {
    return parse_q(q_parameters{q, {}, {}, called}, scope);
}

} // namespace meridian::query
