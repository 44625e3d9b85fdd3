#include "store/rows/rows.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace meridian::store::rows {

void append_history(batch& to, tenant_id tenant, std::int64_t eid, const ngsild::change& of,
                    subject_id by, const ngsild::names& dictionary) {
    const auto subject = by == 0 ? std::nullopt : std::optional(by);
    for (ngsild::new_history_row& row : ngsild::to_history_rows(of, dictionary))
        to.instances.push_back({eid, subject, std::move(row)});
    for (const ngsild::name_id type : of.types_after)
        if (std::ranges::find(of.types_before, type) == of.types_before.end())
            to.history_types.push_back({tenant, type, eid});
    // Attributes that existed before are noted already; many instances of one are noted once.
    const ngsild::attribute_change* noted = nullptr;
    for (const ngsild::attribute_change& change : of.attributes) {
        if (change.happened != ngsild::attribute_change::what::created)
            continue;
        if (noted == nullptr || noted->attribute != change.attribute)
            to.history_attributes.push_back({eid, change.attribute});
        noted = &change;
    }
    if (of.scopes_before.empty() && !of.scopes_after.empty())
        to.history_attributes.push_back({eid, ngsild::scope_attribute});
}

void append_past_head(batch& to, std::int64_t eid, timestamp created_at, const ngsild::change& of) {
    const bool ends = of.happened == ngsild::change::what::deleted ||
                      of.types_before != of.types_after || of.expires_before != of.expires_after;
    if (ends)
        to.past_heads.push_back({eid, of.modified_at, created_at, of.expires_before,
                                 fmt::format("{{{}}}", fmt::join(of.types_before, ","))});
}

} // namespace meridian::store::rows
