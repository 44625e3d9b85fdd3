#pragma once

#include "meridian/store/history.hpp"
#include "store/pg/result.hpp"
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
/// Columns of the instances.
struct instance_columns {
    enum : int { eid, attribute, ts, modified_at, created_at, iid, num, dataset, flags, txt, rest };
};

/// One row of the instances; its texts are the answer's.
[[nodiscard]] ngsild::history_row read_instance(const pg::row& row);

/// The column of `history` that the Temporal Property of an interval is kept in.
[[nodiscard]] std::string_view time_column(const query::temporal_query& interval) noexcept;
/// What must hold of a row `h` of `history`, beside its key, to be in the interval.
[[nodiscard]] std::string render_interval(composed_statement& to,
                                          const query::temporal_query& interval);

/// The head of the Entity with this URI, living or not.
[[nodiscard]] composed_statement render_head(tenant_id tenant, const std::string& uri);

/// A row where anything is recorded of the Entity.
[[nodiscard]] composed_statement render_existence(std::int64_t eid);

/// A page of heads in order of eid; with `with_count` all that match are counted beside it.
struct heads_wanted {
    std::int64_t after = 0;
    std::int64_t offset = 0;
    std::int64_t limit = 21;
    bool with_count = false;
};
[[nodiscard]] composed_statement render_heads(tenant_id tenant, const temporal_selection& selection,
                                              const temporal_request& request,
                                              const heads_wanted& wanted);

/// The instances of (eid, Attribute) pairs, at most `limit` of each, in the order of the pairs;
/// eids come from a statement that named the tenant.
[[nodiscard]] composed_statement render_instances(const std::vector<std::int64_t>& eids,
                                                  const std::vector<ngsild::name_id>& attributes,
                                                  const temporal_request& request,
                                                  std::int64_t limit);

} // namespace meridian::store
