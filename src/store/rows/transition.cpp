#include "store/rows/rows.hpp"

#include <algorithm>

namespace meridian::store::rows {

std::vector<attribute_span> attribute_spans(const ngsild::document_view& of) {
    std::vector<attribute_span> spans;
    for (std::size_t at = 0; at < of.size(); ++at) {
        const ngsild::name_id attribute = of.instance(at).attribute;
        if (spans.empty() || spans.back().attribute != attribute)
            spans.push_back({attribute, at, 0});
        ++spans.back().count;
    }
    return spans;
}

std::vector<ngsild::name_id> types(const ngsild::document_view& of) {
    std::vector<ngsild::name_id> all;
    for (std::size_t at = 0; at < of.type_count(); ++at)
        all.push_back(of.type(at));
    std::ranges::sort(all);
    return all;
}

void append(batch& to, const transition& of, const ngsild::names& dictionary,
            const index_set& indexes) {
    append_entity(to, of);
    append_types(to, of);
    append_search(to, of, dictionary);
    append_scopes(to, of);
    append_geometries(to, of);
    append_index_rows(to, of, dictionary, indexes);
    append_expiries(to, of);
    append_uses(to, of);
}

void append_entity(batch& to, const transition& of) {
    entity row{of.tenant,     of.eid,         of.uri,       std::nullopt,
               of.created_at, of.modified_at, std::nullopt, of.version};
    if (of.is_living)
        row.document = of.after.bytes();
    else if (!of.is_evolution)
        row.deleted_at = of.modified_at;
    (of.is_new ? to.inserted : to.updated).push_back(row);
}

} // namespace meridian::store::rows
