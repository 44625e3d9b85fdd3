#include "meridian/query/projection.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace meridian::query {
namespace {

using ngsild::projection;

/// Marks one entity member of pick as shown, or of omit as hidden.
void mark_member(projection& shown, std::string_view member, bool value) {
    if (member == "id")
        shown.id = value;
    else if (member == "type")
        shown.type = value;
    else if (member == "scope")
        shown.scope = value;
    else if (member == "createdAt")
        shown.created_at = shown.created_at_picked = value;
    else if (member == "modifiedAt")
        shown.modified_at = shown.modified_at_picked = value;
    else if (member == "expiresAt")
        shown.expires_at = shown.expires_at_picked = value;
}

projection nothing_shown() {
    projection shown;
    shown.how = projection::mode::only;
    shown.id = shown.type = shown.scope = false;
    shown.created_at = shown.modified_at = shown.expires_at = false;
    return shown;
}

/// The term of this name; nullptr where there is none.
const projection_term* find_term(const projection_list& among, const projection_term& of) {
    const auto found = std::ranges::find_if(among, [&](const projection_term& one) {
        return one.name == of.name && one.of_entity == of.of_entity;
    });
    return found == among.end() ? nullptr : &*found;
}

/// What is within the braces of one Relationship.
result<void> add_linked(projection& shown, ngsild::name_id relationship,
                        const projection_list& picked, const projection_list& omitted,
                        const ngsild::names& dictionary) {
    if (picked.empty() && omitted.empty())
        return {};
    MERIDIAN_TRY(auto within, make_projection(picked, omitted, dictionary));
    shown.linked.push_back({relationship, std::move(within)});
    return {};
}

/// pick decides alone but for what omit has in braces: names in both are refused.
result<projection> make_picked(const projection_list& picked, const projection_list& omitted,
                               const ngsild::names& dictionary) {
    auto shown = nothing_shown();
    for (const auto& term : picked) {
        const auto* omit = find_term(omitted, term);
        if (omit != nullptr && omit->linked.empty())
            return problem{problem_kind::bad_request_data,
                           "'" + term.name + "' stands in pick and in omit"};
        if (term.of_entity) {
            mark_member(shown, term.name, true);
        } else if (const auto id = dictionary.find(term.name); id != 0) {
            shown.attributes.push_back(id);
            MERIDIAN_CHECK(add_linked(shown, id, term.linked,
                                      omit == nullptr ? projection_list{} : omit->linked,
                                      dictionary));
        }
    }
    return shown;
}

} // namespace

std::uint32_t depth_of(const projection_list& terms) noexcept {
    std::uint32_t deepest = 0;
    for (const auto& term : terms)
        if (!term.linked.empty())
            deepest = std::max(deepest, 1 + depth_of(term.linked));
    return deepest;
}

result<projection> make_projection(const projection_list& picked, const projection_list& omitted,
                                   const ngsild::names& dictionary) {
    if (!picked.empty())
        return make_picked(picked, omitted, dictionary);
    projection shown;
    shown.how = projection::mode::except;
    for (const auto& term : omitted) {
        if (term.of_entity) {
            mark_member(shown, term.name, false);
        } else if (const auto id = dictionary.find(term.name); id != 0) {
            // Braces omit something of the linked Entities, not the Relationship.
            if (term.linked.empty())
                shown.attributes.push_back(id);
            MERIDIAN_CHECK(add_linked(shown, id, {}, term.linked, dictionary));
        }
    }
    return shown;
}

} // namespace meridian::query
