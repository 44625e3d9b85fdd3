#pragma once

#include "meridian/ngsild/unknown_names.hpp"
#include "meridian/store/history.hpp"

#include <vector>

namespace meridian::store {

/// Appends the names in an evolution that the dictionary does not know, for `learn_names`.
inline void append_unknown(std::vector<ngsild::name_id>& to, const evolution& of,
                           const ngsild::names& dictionary) {
    ngsild::append_unknown_names(to, of.types, dictionary);
    for (const ngsild::history_row& row : of.rows)
        ngsild::append_unknown_names(to, row, dictionary);
    for (const ngsild::aggregated_attribute& one : of.aggregated)
        if (one.attribute != ngsild::scope_attribute)
            ngsild::append_unknown_names(to, std::vector{one.attribute}, dictionary);
}

} // namespace meridian::store
