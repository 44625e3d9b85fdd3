#include "meridian/query/parse.hpp"

#include "query/cursor.hpp"

#include <algorithm>
#include <utility>

// 4.17 and 4.19 share a grammar:
//   Or      = And *(("|" / ",") And)
//   And     = Primary *(";" Primary)
//   Primary = "(" Or ")" / Leaf
// 4.17 Leaf = EntityType: a name (4.6.2) or a URI.
// 4.19 Leaf = "/#" / ScopeQ ["/#"]; ScopeQ = "/" Level *("/" Level); Level = name / "+".

namespace meridian::query {
namespace {

template <typename Leaf>
using normal_form = std::vector<std::vector<Leaf>>;

template <typename Leaf, typename ReadLeaf>
class selection_parser {
public:
    selection_parser(cursor& from, const parse_limits& limits, ReadLeaf read_leaf)
        : from_(from), limits_(limits), read_leaf_(std::move(read_leaf)) {}

    result<normal_form<Leaf>> whole() {
        MERIDIAN_TRY(auto form, any_of(0));
        if (!from_.done())
            return from_.error("expected ; or | or , or the end");
        return form;
    }

private:
    result<normal_form<Leaf>> any_of(std::size_t depth) {
        normal_form<Leaf> whole;
        do {
            MERIDIAN_TRY(auto part, all_of(depth));
            std::move(part.begin(), part.end(), std::back_inserter(whole));
        } while (from_.take("|") || from_.take(","));
        MERIDIAN_CHECK(simplify(whole)); // in quadratic time: once, not with each that is read
        return whole;
    }

    result<normal_form<Leaf>> all_of(std::size_t depth) {
        normal_form<Leaf> whole{{}};
        do {
            MERIDIAN_TRY(const auto part, primary(depth));
            // (a|b);(c|d) ⇒ (a;c)|(a;d)|(b;c)|(b;d)
            normal_form<Leaf> product;
            for (const auto& left : whole) {
                for (const auto& right : part) {
                    product.push_back(left);
                    product.back().insert(product.back().end(), right.begin(), right.end());
                }
            }
            whole = std::move(product);
            MERIDIAN_CHECK(simplify(whole));
        } while (from_.take(";"));
        return whole;
    }

    result<normal_form<Leaf>> primary(std::size_t depth) {
        if (!from_.take("(")) {
            MERIDIAN_TRY(auto leaf, read_leaf_(from_));
            MERIDIAN_CHECK(check_number(++leaves_)); // also of those that say nothing new
            return normal_form<Leaf>{{std::move(leaf)}};
        }
        if (depth == limits_.depth)
            return from_.too_complex("parentheses are nested too deep");
        MERIDIAN_TRY(auto inner, any_of(depth + 1));
        if (!from_.take(")"))
            return from_.error("expected )");
        return inner;
    }

    [[nodiscard]] result<std::monostate> check_number(std::size_t terms) const {
        if (terms > 4 * limits_.terms)
            return from_.too_complex("too many terms");
        return std::monostate{};
    }

    /// Sorted, without repetition; a list that contains another says nothing new.
    result<std::monostate> simplify(normal_form<Leaf>& form) {
        std::size_t terms = 0;
        for (auto& list : form) {
            std::sort(list.begin(), list.end());
            list.erase(std::unique(list.begin(), list.end()), list.end());
            terms += list.size();
        }
        MERIDIAN_CHECK(check_number(terms));
        std::sort(form.begin(), form.end());
        form.erase(std::unique(form.begin(), form.end()), form.end());
        normal_form<Leaf> kept;
        for (const auto& list : form) {
            const bool covered = std::any_of(form.begin(), form.end(), [&](const auto& other) {
                return &other != &list &&
                       std::includes(list.begin(), list.end(), other.begin(), other.end());
            });
            if (!covered)
                kept.push_back(list);
        }
        form = std::move(kept);
        return std::monostate{};
    }

    cursor& from_;
    const parse_limits& limits_;
    ReadLeaf read_leaf_;
    std::size_t leaves_ = 0;
};

result<scope_pattern> read_scope_pattern(cursor& from, const parse_limits& limits) {
    scope_pattern read;
    // Example 5 writes `CompanyB`, and 4.18 lets a scope go without its first slash.
    const bool bare = !from.next_is("/");
    while (from.take("/") || (bare && read.levels.empty())) {
        if (from.take("#")) {
            read.and_below = true;
            return read;
        }
        if (read.levels.size() == limits.depth * 4)
            return from.too_complex("too many scope levels");
        if (from.take("+")) {
            read.levels.emplace_back("+");
            continue;
        }
        MERIDIAN_TRY(const auto level, read_name_part(from, name_form::short_names));
        read.levels.emplace_back(level.text);
    }
    return read;
}

} // namespace

result<type_selection> parse_types(std::string_view type, const parse_scope& scope) {
    MERIDIAN_TRY(auto from, cursor::open(type, "type", scope.limits));
    if (type == "*")
        return type_selection{};
    const auto read = [&](cursor& at) -> result<std::string> {
        MERIDIAN_TRY(const auto name, read_name_or_uri(at, scope.names, ",|;()"));
        return expand(name, scope.context);
    };
    selection_parser<std::string, decltype(read)> parser(from, scope.limits, read);
    MERIDIAN_TRY(auto form, parser.whole());
    return type_selection{std::move(form)};
}

result<scope_selection> parse_scopes(std::string_view scope_q, const parse_limits& limits) {
    MERIDIAN_TRY(auto from, cursor::open(scope_q, "scopeQ", limits));
    const auto read = [&](cursor& at) { return read_scope_pattern(at, limits); };
    selection_parser<scope_pattern, decltype(read)> parser(from, limits, read);
    MERIDIAN_TRY(auto form, parser.whole());
    return scope_selection{std::move(form)};
}

} // namespace meridian::query
