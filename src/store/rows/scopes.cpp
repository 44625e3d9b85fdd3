#include "store/rows/rows.hpp"

#include <algorithm>
#include <iterator>

namespace meridian::store::rows {
namespace {

/// A row a scope and type, and one with type 0 for queries that name no type.
std::vector<scope> listed(const transition& of, const ngsild::document_view& document) {
    std::vector<ngsild::name_id> all = types(document);
    all.push_back(0);
    std::vector<scope> rows;
    for (const std::string_view path : document.scopes())
        for (const ngsild::name_id type : all)
            rows.push_back({{of.tenant, type, of.eid}, std::string(path)});
    std::ranges::sort(rows);
    const auto repeated = std::ranges::unique(rows);
    rows.erase(repeated.begin(), repeated.end());
    return rows;
}

} // namespace

void append_scopes(batch& to, const transition& of) {
    const auto before = listed(of, of.before);
    const auto after = listed(of, of.after);
    std::ranges::set_difference(after, before, std::back_inserter(to.scopes_added));
    std::ranges::set_difference(before, after, std::back_inserter(to.scopes_removed));
}

} // namespace meridian::store::rows
