#pragma once

#include "meridian/ngsild/entity.hpp"
#include "meridian/ngsild/names.hpp"

#include <cstddef>
#include <string>
#include <vector>

/// The object `search.kv` (design page store.md) that jsonpath.hpp's filters read.
///
/// An Attribute's number begins its keys; an Attribute of an Attribute adds a dot and its own:
///   "11.p"  its kind (number of attribute_kind); "11" its value, arrays without members that are
///   no scalars; "11.r" objects, "11.v" vocabulary; "11.l" languageMap, keys in lower case, and
///   then "11" all its strings; "11.t" "11.d" "11.h" DateTimes, Dates, Times as seconds; "11.o"
///   observedAt as seconds since 1970; "11.x" true: the value is too long to stand here.
///   With several instances only "11.p" and "11.i": an array of objects whose keys are the same
///   without the number ("v" for the value, "p", "r", … and "48", "48.p" … for Attributes).
/// The Entity's own: "e.c", "e.m", "e.x" in seconds.
namespace meridian::query {

/// A value whose text is longer is left out and marked by `.x`.
inline constexpr std::size_t longest_search_value = 1'024;

/// The whole object as JSON text.
[[nodiscard]] std::string make_search_values(const ngsild::entity& subject,
                                             const ngsild::names& dictionary);

/// What replaces an Attribute's part of the object: members to set, as JSON text of one object …
[[nodiscard]] std::string make_search_values(const ngsild::attribute& subject,
                                             const ngsild::names& dictionary);
/// … and the keys that it owned before, to be removed first.
[[nodiscard]] std::vector<std::string> search_keys(const ngsild::attribute& subject,
                                                   const ngsild::names& dictionary);

} // namespace meridian::query
