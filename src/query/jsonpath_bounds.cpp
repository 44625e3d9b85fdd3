#include "query/jsonpath_bounds.hpp"

#include <utility>

namespace meridian::query {
namespace {

std::string conjunction(const std::string& left, const std::string& right) {
    if (left == jsonpath_never || right == jsonpath_always || left == right)
        return left;
    if (right == jsonpath_never || left == jsonpath_always)
        return right;
    return '(' + left + " && " + right + ')';
}

std::string disjunction(const std::string& left, const std::string& right) {
    if (left == jsonpath_always || right == jsonpath_never || left == right)
        return left;
    if (right == jsonpath_always || left == jsonpath_never)
        return right;
    return '(' + left + " || " + right + ')';
}

std::string negation(const std::string& one) {
    if (one == jsonpath_always)
        return std::string(jsonpath_never);
    if (one == jsonpath_never)
        return std::string(jsonpath_always);
    return "!(" + one + ')';
}

std::string existence(std::string_view source, const std::string& one) {
    if (one == jsonpath_never)
        return one;
    return std::string("exists(").append(source).append(" ? (").append(one).append("))");
}

} // namespace

jsonpath_bounds exactly(std::string predicate) {
    jsonpath_bounds made{predicate, {}};
    made.possible = std::move(predicate);
    return made;
}

jsonpath_bounds constant(bool holds) {
    return exactly(std::string(holds ? jsonpath_always : jsonpath_never));
}

jsonpath_bounds at_most(jsonpath_bounds predicate) {
    predicate.certain = jsonpath_never;
    return predicate;
}

jsonpath_bounds all_of(const jsonpath_bounds& left, const jsonpath_bounds& right) {
    return {conjunction(left.certain, right.certain), conjunction(left.possible, right.possible)};
}

jsonpath_bounds either(const jsonpath_bounds& left, const jsonpath_bounds& right) {
    return {disjunction(left.certain, right.certain), disjunction(left.possible, right.possible)};
}

jsonpath_bounds negated(const jsonpath_bounds& one) {
    return {negation(one.possible), negation(one.certain)};
}

jsonpath_bounds some_member(std::string_view source, const jsonpath_bounds& one) {
    return {existence(source, one.certain), existence(source, one.possible)};
}

bool jsonpath_bounds::never() const noexcept {
    return possible == jsonpath_never;
}
bool jsonpath_bounds::always() const noexcept {
    return certain == jsonpath_always;
}

} // namespace meridian::query
