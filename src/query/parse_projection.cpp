#include "meridian/query/parse.hpp"

#include "query/cursor.hpp"

#include <algorithm>
#include <array>
#include <utility>

// 4.21: ProjectionTerm   = AttrName [LinkedEntityTerm] *(("|" / ",") ProjectionTerm)
//       LinkedEntityTerm = "{" ProjectionTerm "}"

namespace meridian::query {
namespace {

constexpr std::array<std::string_view, 6> entity_members{"id",        "type",       "scope",
                                                         "createdAt", "modifiedAt", "expiresAt"};

bool is_entity_member(std::string_view name) noexcept {
    return std::find(entity_members.begin(), entity_members.end(), name) != entity_members.end();
}

class projection_parser {
public:
    projection_parser(cursor& from, const parse_scope& scope) : from_(from), scope_(scope) {}

    result<projection_list> list(std::size_t depth) {
        projection_list terms;
        do {
            if (++count_ > scope_.limits.terms * 4)
                return from_.too_complex("too many names");
            MERIDIAN_TRY(auto one, term(depth));
            terms.push_back(std::move(one));
        } while (from_.take(",") || from_.take("|"));
        return terms;
    }

private:
    result<projection_term> term(std::size_t depth) {
        projection_term made;
        MERIDIAN_TRY(const auto name, read_name_or_uri(from_, scope_.names, ",|{}"));
        made.of_entity = !name.is_iri && is_entity_member(name.text);
        made.name = made.of_entity ? std::string(name.text) : expand(name, scope_.context);
        if (!from_.next_is("{"))
            return made;
        if (made.of_entity)
            return from_.error("only a Relationship leads to other Entities");
        if (depth == scope_.limits.depth)
            return from_.too_complex("braces are nested too deep");
        from_.skip(1);
        MERIDIAN_TRY(made.linked, list(depth + 1));
        if (!from_.take("}"))
            return from_.error("expected }");
        return made;
    }

    cursor& from_;
    const parse_scope& scope_;
    std::size_t count_ = 0;
};

} // namespace

result<projection_list> parse_projection(std::string_view text, std::string_view parameter,
                                         const parse_scope& scope) {
    MERIDIAN_TRY(auto from, cursor::open(text, parameter, scope.limits));
    MERIDIAN_TRY(auto terms, projection_parser(from, scope).list(0));
    if (!from.done())
        return from.error("expected , or | or the end");
    return terms;
}

result<std::vector<std::string>> parse_names(std::string_view text, std::string_view parameter,
                                             const parse_scope& scope, std::string_view besides) {
    MERIDIAN_TRY(auto from, cursor::open(text, parameter, scope.limits));
    std::vector<std::string> names;
    do {
        if (names.size() == scope.limits.terms * 4)
            return from.too_complex("too many names");
        MERIDIAN_TRY(const auto name, read_name_or_uri(from, scope.names, ","));
        if (!name.is_iri && !besides.empty() && name.text == besides) {
            names.emplace_back(besides);
            continue;
        }
        if (!name.is_iri && is_entity_member(name.text))
            return from.error("an Attribute is wanted, not a member of the Entity");
        names.push_back(expand(name, scope.context));
    } while (from.take(","));
    return names;
}

} // namespace meridian::query
