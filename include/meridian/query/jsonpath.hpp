#pragma once

#include "meridian/ngsild/names.hpp"
#include "meridian/query/ast.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace meridian::query {

/// A filter on `search.kv` (design page store.md) from below and above, each a jsonpath predicate
/// for the operator `@@` (lax mode). certain ⇒ the Entity matches ⇒ possible. Where both are equal
/// SQL decides alone; else rows that meet `possible` only are decided by `matches` in memory
/// (patterns, values over 1 kB, createdAt of Attributes, linked Entities …).
/// The expressions hold numbers, fixed words, and strings escaped as JSON: no text of a user's can
/// leave its string.
struct jsonpath_bounds {
    std::string certain;
    std::string possible;

    [[nodiscard]] bool exact() const noexcept { return certain == possible; }
    /// No row can match.
    [[nodiscard]] bool never() const noexcept;
    /// All rows match.
    [[nodiscard]] bool always() const noexcept;
    bool operator==(const jsonpath_bounds&) const = default;
};

/// 4.9 over `search.kv`. A name that `dictionary` does not know never exists.
[[nodiscard]] jsonpath_bounds render_jsonpath(const q_expression& q,
                                              const ngsild::names& dictionary);

/// At least one of the Attributes exists. Names that are not known are left out.
[[nodiscard]] jsonpath_bounds render_any_exists(const std::vector<std::string>& attributes,
                                                const ngsild::names& dictionary);

/// What a term of q that looks into linked Entities (4.9, example 13) asks of `search.kv`: one of
/// the URIs that `objects` give, or of those that do not stand there, is of an Entity for which the
/// rest may hold. Narrows only: what meets it is decided in memory.
struct linked_condition {
    std::vector<std::string> objects;   ///< jsonpath expressions that give URIs
    std::string unknown;                ///< predicate: not all of the URIs stand in the row
    std::vector<ngsild::name_id> types; ///< one of which the linked Entity has; empty: any
    bool nothing = false;               ///< none of the hinted types is known
    std::string possible;               ///< predicate on the linked Entity's row
    std::vector<linked_condition> next; ///< one, where the term leads on from there
    bool operator==(const linked_condition&) const = default;
};
/// Of each term into linked Entities that must hold for all of q to hold.
[[nodiscard]] std::vector<linked_condition> render_links(const q_expression& q,
                                                         const ngsild::names& dictionary);

/// Both hold.
[[nodiscard]] jsonpath_bounds all_of(const jsonpath_bounds& left, const jsonpath_bounds& right);

/// `text` as a jsonpath string with its quotes.
void append_jsonpath_string(std::string& out, std::string_view text);

} // namespace meridian::query
