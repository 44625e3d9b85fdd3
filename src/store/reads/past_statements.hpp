#pragma once

#include "meridian/store/history.hpp"
#include "store/reads/selection.hpp"

#include <cstdint>
#include <vector>

namespace meridian::store {

/// Columns of candidates: first those of `page_columns`. `eid` is NULL in the one row that an
/// answer without candidates has, `doc` where the Entity is deleted now, and those from `until` on
/// where types, createdAt and expiresAt are still what they were at the moment that is asked for.
struct past_columns {
    enum : int {
        eid,
        uri,
        version,
        created_at,
        modified_at,
        doc,
        horizon,    ///< before it nothing can be told
        head_since, ///< last change of types, expiresAt or life until that moment; or NULL
        until,
        past_created_at,
        past_expires_at,
        past_types,
    };
};

/// The candidates with what their heads were at `at`, `limit` at most, in order of eid.
[[nodiscard]] composed_statement render_past_candidates(tenant_id tenant,
                                                        const past_candidates& which, timestamp at,
                                                        std::int64_t limit);

/// Of each Attribute's instance that the Entities ever had, the one that was written last as
/// current state until `at`, with the iid of the first that has its createdAt: columns of
/// `instance_columns`, in the order of `eids`, which come from
/// a statement that named the tenant.
[[nodiscard]] composed_statement render_past_instances(const std::vector<std::int64_t>& eids,
                                                       timestamp at);

/// Columns of what policies have removed of the past.
struct gone_state_columns {
    enum : int { eid, attribute, gone_until, has_lost };
};
/// Of these Entities the Attributes of which a policy removed states: until when they were written,
/// and whether one that was there at the moment and was deleted since may be among them.
[[nodiscard]] composed_statement render_gone_states(const std::vector<std::int64_t>& eids,
                                                    timestamp at);

} // namespace meridian::store
