#include "query/characters.hpp"
#include "query/paths.hpp"

#include <algorithm>
#include <array>
#include <utility>

// 4.9:
//   Attribute            = LinkedEntityRelation
//   LinkedEntityRelation = AttrName "{" LinkedEntityPath "}" / ValuePath
//   LinkedEntityPath     = [EntityType *("," EntityType) ":"] (AttrName "{" LinkedEntityPath "}"
//                          / ValuePath)
//   ValuePath            = DottedPath ["[" DottedPath "]"]
//   DottedPath           = AttrName *("." AttrName)
// The printed grammar asks for two EntityTypes at least and makes the bracket compulsory; examples
// 8, 13 and 14 show what is meant (ERRATA).

namespace meridian::query {
namespace {

constexpr std::array<std::pair<std::string_view, member>, 6> system_members{{
    {"observedAt", member::observed_at},
    {"createdAt", member::created_at},
    {"modifiedAt", member::modified_at},
    {"expiresAt", member::expires_at},
    {"unitCode", member::unit_code},
    {"datasetId", member::dataset_id},
}};

std::optional<member> system_member(const written_name& name, bool of_entity) {
    if (name.is_iri)
        return std::nullopt;
    const auto* found = std::find_if(system_members.begin(), system_members.end(),
                                     [&](const auto& one) { return one.first == name.text; });
    if (found == system_members.end())
        return std::nullopt;
    const bool entity_has_it = found->second == member::created_at ||
                               found->second == member::modified_at ||
                               found->second == member::expires_at;
    if (of_entity && !entity_has_it)
        return std::nullopt;
    return found->second;
}

std::size_t member_character(std::string_view text) noexcept {
    if (!text.empty() && std::string_view("_-$@:").find(text.front()) != std::string_view::npos)
        return 1;
    return name_character(text, false);
}

/// A member name of a compound value, or a language tag.
result<std::string> read_member(cursor& from, name_form form) {
    if (form == name_form::canonical && from.next_is("\""))
        return read_quoted(from);
    if (from.take("*"))
        return std::string("*");
    const auto text = from.rest();
    std::size_t length = 0;
    while (const auto one = member_character(text.substr(length)))
        length += one;
    if (length == 0)
        return from.error("expected a member name");
    from.skip(length);
    return std::string(text.substr(0, length));
}

result<std::vector<std::string>> read_trailing(cursor& from, const parse_scope& scope) {
    std::vector<std::string> members;
    do {
        if (members.size() == scope.limits.depth)
            return from.too_complex("too many names in the path");
        MERIDIAN_TRY(auto one, read_member(from, scope.names));
        members.push_back(std::move(one));
    } while (from.take("."));
    if (!from.take("]"))
        return from.error("expected ]");
    return members;
}

/// Within braces: `Type1,ex:Type2:name`. The last colon ends the types (CHOICE: so that a prefixed
/// name cannot follow directly; the grammar knows no prefixes).
struct brace_head {
    std::vector<std::string> types;
    written_name name;
};

result<brace_head> read_brace_head(cursor& from, const parse_scope& scope) {
    brace_head head;
    for (;;) {
        const auto text = from.rest();
        MERIDIAN_TRY(auto last, read_name_part(from, scope.names));
        auto before = last;
        std::size_t parts = 1;
        while (from.take(":")) {
            before =
                last.is_iri
                    ? last
                    : written_name{text.substr(0, text.size() - from.rest().size() - 1), false};
            MERIDIAN_TRY(last, read_name_part(from, scope.names));
            if (++parts > 3)
                return from.error("expected types, a colon and a name");
        }
        if (from.next_is(",")) {
            const auto all = text.substr(0, text.size() - from.rest().size());
            head.types.push_back(
                expand(parts == 1 ? last : written_name{all, false}, scope.context));
            from.skip(1);
            if (head.types.size() > scope.limits.terms)
                return from.too_complex("too many types");
            continue;
        }
        if (parts > 1)
            head.types.push_back(expand(before, scope.context));
        else if (!head.types.empty())
            return from.error("expected a colon behind the types");
        head.name = last;
        return head;
    }
}

} // namespace

result<value_path> read_value_path(cursor& from, const written_name& first,
                                   const parse_scope& scope) {
    value_path path;
    auto name = first;
    for (;;) {
        const bool last = !from.next_is(".");
        const auto special = last ? system_member(name, path.names.empty()) : std::nullopt;
        if (special) {
            path.what = *special;
            if (from.next_is("["))
                return from.error("a system attribute has no members");
            return path;
        }
        if (path.names.size() == scope.limits.depth)
            return from.too_complex("too many names in the path");
        path.names.push_back(expand(name, scope.context));
        if (last)
            break;
        from.skip(1);
        MERIDIAN_TRY(name, read_name(from, scope.names));
    }
    if (from.take("[")) {
        MERIDIAN_TRY(path.trailing, read_trailing(from, scope));
    }
    return path;
}

result<attribute_path> read_attribute_path(cursor& from, const parse_scope& scope) {
    attribute_path path;
    MERIDIAN_TRY(auto name, read_name(from, scope.names));
    while (from.take("{")) {
        if (path.links.size() == scope.limits.depth)
            return from.too_complex("too many linked Entities in the path");
        MERIDIAN_TRY(auto head, read_brace_head(from, scope));
        path.links.push_back({expand(name, scope.context), std::move(head.types)});
        name = head.name;
    }
    MERIDIAN_TRY(path.path, read_value_path(from, name, scope));
    for (std::size_t open = path.links.size(); open > 0; --open) {
        if (!from.take("}"))
            return from.error("expected }");
    }
    return path;
}

} // namespace meridian::query
