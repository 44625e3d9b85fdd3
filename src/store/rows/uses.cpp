#include "store/rows/rows.hpp"

#include <map>
#include <tuple>

namespace meridian::store::rows {
namespace {

using counted = std::map<std::tuple<ngsild::name_id, ngsild::name_id, std::int16_t>, int>;

void count(counted& to, const ngsild::document_view& document, int step) {
    std::vector<ngsild::name_id> all = types(document);
    all.push_back(0); // each Entity once, for totals over all types
    for (std::size_t at = 0; at < document.size(); ++at) {
        const auto instance = document.instance(at);
        for (const ngsild::name_id type : all)
            to[{type, instance.attribute, static_cast<std::int16_t>(instance.kind)}] += step;
    }
}

} // namespace

void append_uses(batch& to, const transition& of) {
    counted deltas;
    count(deltas, of.after, +1);
    count(deltas, of.before, -1);
    for (const auto& [key, delta] : deltas) {
        const auto& [type, attribute, kind] = key;
        if (delta != 0)
            to.uses.push_back({of.tenant, type, attribute, kind, delta});
    }
}

} // namespace meridian::store::rows
