#include "store/rows/rows.hpp"

#include <algorithm>

namespace meridian::store::rows {
namespace {

std::vector<expiry> listed(const transition& of, const ngsild::document_view& document) {
    std::vector<expiry> rows;
    if (document.expires_at() != timestamp{})
        rows.push_back({of.eid, 0, 0, document.expires_at()});
    for (std::size_t at = 0; at < document.size(); ++at)
        if (const auto instance = document.instance(at); instance.expires_at != timestamp{})
            rows.push_back({of.eid, instance.attribute, instance.dataset, instance.expires_at});
    return rows;
}

const expiry* find(const std::vector<expiry>& in, const expiry& like) {
    const auto found = std::ranges::find_if(in, [&](const expiry& row) {
        return row.attribute == like.attribute && row.dataset == like.dataset;
    });
    return found == in.end() ? nullptr : &*found;
}

} // namespace

void append_expiries(batch& to, const transition& of) {
    const auto before = listed(of, of.before);
    const auto after = listed(of, of.after);
    for (const expiry& row : after)
        if (const expiry* old = find(before, row);
            old == nullptr || old->expires_at != row.expires_at)
            to.expiries_set.push_back(row);
    for (const expiry& row : before)
        if (find(after, row) == nullptr)
            to.expiries_removed.push_back(row);
}

} // namespace meridian::store::rows
