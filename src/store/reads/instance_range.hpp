#pragma once

#include "meridian/query/ast.hpp"
#include "store/reads/selection.hpp"

#include <string>
#include <string_view>

namespace meridian::store {

/// The column of `history` that the Temporal Property of an interval is kept in.
[[nodiscard]] std::string_view time_column(const query::temporal_query& interval) noexcept;

/// `flags & mask = value`; mask 0: any flags will do.
struct flag_condition {
    int mask = 0;
    int value = 0;
};

/// Which instances of an Attribute an interval (4.11) is about, as SQL: the range of ts that they
/// are searched in, which names partitions, and what else must hold of them.
class instance_range {
public:
    /// Adds its parameters to `to`, where all its texts belong.
    instance_range(composed_statement& to, const query::temporal_query& interval);

    /// For FROM: the instances of an Attribute with ts in the range, folded or not, as `h`.
    [[nodiscard]] std::string of(std::string_view eid, std::string_view attribute) const;
    /// The same with what aggregations by ts need, which is cheaper: ts, num, ds_id, flags, txt.
    [[nodiscard]] std::string values_of(std::string_view eid, std::string_view attribute) const;
    /// The same of `history` alone: what is not folded.
    [[nodiscard]] std::string open_of(std::string_view eid, std::string_view attribute) const;
    /// What must hold beyond that, beginning with " AND ", or nothing. `row` is a row of
    /// `instances_of` or `history`, or where `is_by_ts` one of `history_folded`.
    [[nodiscard]] std::string condition(std::string_view row) const;
    /// Deletions are no instances.
    void leave_out_deletions() noexcept;

    /// The interval is one of ts, not of another Temporal Property.
    [[nodiscard]] bool is_by_ts() const noexcept { return others_from_.empty(); }
    /// The bounds of ts, the second one excluded.
    [[nodiscard]] const std::string& since() const noexcept { return since_; }
    [[nodiscard]] const std::string& until() const noexcept { return until_; }

private:
    std::string since_;
    std::string until_;
    std::string_view column_;
    std::string others_from_; ///< bounds of `column_` where that is not ts
    std::string others_until_;
    flag_condition flags_;
};

} // namespace meridian::store
