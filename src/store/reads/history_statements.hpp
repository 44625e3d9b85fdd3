#pragma once

#include "meridian/store/history.hpp"
#include "store/reads/selection.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace meridian::store {

/// Columns of the heads: what an Entity is in the history.
struct head_columns {
    enum : int { eid, uri, created_at, modified_at, deleted_at, types, attributes, count };
};

/// The head of the Entity with this URI, living or not.
[[nodiscard]] composed_statement render_head(tenant_id tenant, const std::string& uri);

/// A row where anything is recorded of the Entity, or was until a policy removed it.
[[nodiscard]] composed_statement render_existence(std::int64_t eid);

/// A page of heads in order of eid; with `with_count` all that match are counted beside it.
struct heads_wanted {
    std::int64_t after = 0;
    std::int64_t offset = 0;
    std::int64_t limit = 21;
    bool with_count = false;
    /// Those count too whose instances in the interval a policy has removed: their roll-ups answer,
    /// or the query is refused.
    bool gone_too = false;
};
[[nodiscard]] composed_statement render_heads(tenant_id tenant, const temporal_selection& selection,
                                              const temporal_request& request,
                                              const heads_wanted& wanted);

} // namespace meridian::store
