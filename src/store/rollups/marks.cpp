#include "store/rollups/marks.hpp"

#include "meridian/query/rollup.hpp"

#include <algorithm>

namespace meridian::store::rollups {

std::vector<mark> late_marks(const std::vector<rows::history>& instances) {
    std::vector<mark> marks;
    for (const rows::history& one : instances)
        // Without observedAt ts is modifiedAt.
        if (one.row.ts < one.row.modified_at - late_after)
            marks.push_back({one.eid, one.row.attribute, query::day_of(one.row.ts)});
    std::ranges::sort(marks);
    const auto repeated = std::ranges::unique(marks);
    marks.erase(repeated.begin(), repeated.end());
    return marks;
}

const pg::statement leave_marks{"leave_rollup_marks", R"sql(
INSERT INTO rollup_dirty (eid, attr_id, day)
SELECT i.eid, i.a, i.d
FROM unnest($1::bigint[], $2::int[], $3::timestamptz[]) AS i(eid, a, d)
WHERE EXISTS (
  SELECT 1 FROM history_type t
  JOIN history_policy p ON p.tenant_id = t.tenant_id AND p.type_id = t.type_id
  WHERE t.eid = i.eid AND p.attr_id = i.a AND p.rolls))sql"};

} // namespace meridian::store::rollups
