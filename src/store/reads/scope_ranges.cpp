#include "store/reads/selection.hpp"

#include <algorithm>

namespace meridian::store {
namespace {

/// Above every character that a scope may hold, in byte order.
constexpr std::string_view above_all = "\xF4\x8F\xBF\xBF";

void append_literal(std::string& to, std::string_view level) {
    for (const char c : level) {
        if (std::string_view(R"(\^$.|?*+()[]{})").find(c) != std::string_view::npos)
            to += '\\';
        to += c;
    }
}

std::string prefix_of(const query::scope_pattern& wanted) {
    std::string prefix;
    for (const std::string& level : wanted.levels) {
        if (level == "+")
            return prefix + "/";
        prefix.append("/").append(level);
    }
    return prefix;
}

std::string expression_of(const query::scope_pattern& wanted) {
    std::string expression = "^";
    for (const std::string& level : wanted.levels) {
        expression += '/';
        if (level == "+")
            expression += "[^/]+";
        else
            append_literal(expression, level);
    }
    return expression + (wanted.and_below ? "(/.*)?$" : "$");
}

} // namespace

scope_ranges make_scope_ranges(const query::scope_selection& wanted) {
    scope_ranges made;
    for (const std::vector<query::scope_pattern>& all : wanted.any_of) {
        if (all.empty())
            continue;
        // Of several that must hold, the one with the longest prefix narrows most.
        const auto best = std::ranges::max_element(
            all, {}, [](const query::scope_pattern& one) { return prefix_of(one).size(); });
        made.exact = made.exact && all.size() == 1;
        const std::string prefix = prefix_of(*best);
        made.low.push_back(prefix);
        made.high.push_back(prefix + std::string(above_all));
        made.expression.push_back(expression_of(*best));
    }
    return made;
}

} // namespace meridian::store
