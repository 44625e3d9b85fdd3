#pragma once

#include "meridian/store/history.hpp"
#include "store/pg/result.hpp"
#include "store/reads/instance_range.hpp"
#include "store/reads/selection.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace meridian::store {

/// (eid, Attribute) pairs, as two lists; eids come from a statement that named the tenant.
struct instance_pairs {
    std::vector<std::int64_t> eids;
    std::vector<ngsild::name_id> attributes;
    /// Of each pair only what is at these moments (`evolution::scoped`); empty: all.
    std::vector<std::string> within{};

    [[nodiscard]] bool empty() const noexcept { return eids.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return eids.size(); }
    void add(std::int64_t eid, ngsild::name_id attribute) {
        eids.push_back(eid);
        attributes.push_back(attribute);
    }
    void add(const evolution& of, ngsild::name_id attribute);
};

/// For FROM: the pairs as a function of rows, (eid, Attribute) or (eid, Attribute, within).
[[nodiscard]] std::string unnest(composed_statement& to, const instance_pairs& of);
/// The names of its columns: eid, a and where there is such a column within.
[[nodiscard]] std::string_view names_of_columns(const instance_pairs& of) noexcept;

/// Columns of the instances.
struct instance_columns {
    enum : int {
        eid,
        attribute,
        ts,
        modified_at,
        created_at,
        iid,
        num,
        dataset,
        flags,
        txt,
        rest,
        subject,   ///< who made it, where temporal_request::with_subjects
        is_gone,   ///< of render_instances and render_recent_instances
        fold_until ///< of render_recent_instances alone: NULL where the guess was right
    };
};

/// One row of the instances; its texts are the answer's.
[[nodiscard]] ngsild::history_row read_instance(const pg::row& row);
/// The same of a statement with `columns_of_answer`, with who made it.
[[nodiscard]] ngsild::history_row read_answer(const pg::row& row);

/// The columns from eid to subject, of a pair `k(eid, a)` and an instance `x`.
[[nodiscard]] std::string columns_of_answer(const temporal_request& request);

/// The first instances of an Attribute within an interval, or with lastN the last ones, as SQL.
class limited_instances {
public:
    enum class deletions { shown, left_out };

    /// Adds its parameters to `to`, where all its texts belong. Without `most` there is no limit.
    limited_instances(composed_statement& to, const temporal_request& request,
                      std::optional<std::int64_t> most, deletions shown = deletions::shown);

    /// Where there is a limit: a query of the columns from ts to rest for a pair `k(eid, a)`, in
    /// order. Of folded days only those are unfolded that may hold one of the instances.
    [[nodiscard]] std::string of_pair() const;

    /// The same without a limit, where there is none.
    [[nodiscard]] std::string all_of_pair() const;

    /// What must hold of a row of a pair `k(eid, a)`, or `k(eid, a, within)`, beside its ts; begins
    /// with " AND " or is empty.
    [[nodiscard]] std::string condition(std::string_view row) const;
    /// The order of instances, for ORDER BY.
    [[nodiscard]] std::string order(std::string_view row) const;

    instance_range range;
    const std::string_view time;      ///< the column
    const std::string_view direction; ///< "ASC" or "DESC"
    const std::string limit;

private:
    std::string datasets_;
    bool by_scope_;
};

/// The instances of the pairs, at most `limit` of each: a pair's together and in order, which is
/// how a subquery of each pair is carried out. Sorting all of them once more took a seventh of the
/// time.
[[nodiscard]] composed_statement
render_instances(const instance_pairs& of, const temporal_request& request, std::int64_t limit);

/// The same of what is not folded alone: of instances from where folding ends, which each row tells
/// where it is not at `guess`. Where a pair has no such instances the row's eid is NULL. Of these a
/// pair's are all that there are if it has `limit` of them with lastN, or the interval begins no
/// earlier.
[[nodiscard]] composed_statement render_recent_instances(const instance_pairs& of,
                                                         const temporal_request& request,
                                                         std::int64_t limit, timestamp guess);

} // namespace meridian::store
