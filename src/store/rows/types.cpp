#include "store/rows/rows.hpp"

#include <algorithm>
#include <iterator>

namespace meridian::store::rows {
namespace {

/// The types whose lists a document stands in: its own, and 0 for all living Entities.
std::vector<ngsild::name_id> listed_types(const ngsild::document_view& of, bool is_living) {
    std::vector<ngsild::name_id> all = types(of);
    if (is_living)
        all.insert(all.begin(), 0);
    return all;
}

} // namespace

void append_types(batch& to, const transition& of) {
    const auto before = listed_types(of.before, of.was_living);
    const auto after = listed_types(of.after, of.is_living);
    std::vector<ngsild::name_id> added;
    std::vector<ngsild::name_id> removed;
    std::ranges::set_difference(after, before, std::back_inserter(added));
    std::ranges::set_difference(before, after, std::back_inserter(removed));
    for (const ngsild::name_id type : added)
        to.types_added.push_back({of.tenant, type, of.eid});
    for (const ngsild::name_id type : removed)
        to.types_removed.push_back({of.tenant, type, of.eid});
}

} // namespace meridian::store::rows
