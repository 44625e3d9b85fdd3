#include "store/rows/rows.hpp"

#include <algorithm>

namespace meridian::store::rows {
namespace {

/// Every GeoProperty instance under every type.
std::vector<geometry> listed(const transition& of, const ngsild::document_view& document) {
    std::vector<geometry> rows;
    for (std::size_t at = 0; at < document.size(); ++at) {
        const ngsild::instance_view instance = document.instance(at);
        if (instance.kind != ngsild::attribute_kind::geo_property)
            continue;
        for (const ngsild::name_id type : types(document))
            rows.push_back(
                {{of.tenant, type, of.eid}, instance.attribute, instance.dataset, instance.value});
    }
    return rows;
}

const geometry* find(const std::vector<geometry>& in, const geometry& like) {
    const auto found = std::ranges::find_if(in, [&](const geometry& row) {
        return row.key == like.key && row.attribute == like.attribute &&
               row.dataset == like.dataset;
    });
    return found == in.end() ? nullptr : &*found;
}

} // namespace

void append_geometries(batch& to, const transition& of) {
    const auto before = listed(of, of.before);
    const auto after = listed(of, of.after);
    for (const geometry& row : after)
        if (const geometry* old = find(before, row); old == nullptr || old->geojson != row.geojson)
            to.geometries_set.push_back(row);
    for (const geometry& row : before)
        if (find(after, row) == nullptr)
            to.geometries_removed.push_back(row);
}

} // namespace meridian::store::rows
