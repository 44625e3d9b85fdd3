#pragma once

#include "meridian/ngsild/names.hpp"
#include "meridian/store/rollups.hpp"
#include "store/pg/statement.hpp"
#include "store/rows/rows.hpp"

#include <cstdint>
#include <vector>

namespace meridian::store::rollups {

/// A day of an Attribute of an Entity whose roll-ups do not tell of all instances any more.
struct mark {
    std::int64_t eid = 0;
    ngsild::name_id attribute = 0;
    timestamp day{};
    auto operator<=>(const mark&) const = default;
};

/// The days into which a batch writes late: whoever rolled them up, or does so at this moment, may
/// not have seen its rows. Sorted, each once; nearly always none.
[[nodiscard]] std::vector<mark> late_marks(const std::vector<rows::history>& instances);

/// Leaves marks ($1 eids, $2 Attributes, $3 days) of what a policy rolls up. To be run in the
/// transaction that writes the instances.
extern const pg::statement leave_marks;

} // namespace meridian::store::rollups
