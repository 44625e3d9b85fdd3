#pragma once

#include "meridian/query/plan.hpp"
#include "meridian/query/value_index.hpp"
#include "meridian/store/attribute_indexes.hpp"
#include "store/reads/selection.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace meridian::store {

/// Candidates out of `attr_num` or `attr_txt` for one conjunct of q.
///
/// before ⇒ after: the rows of `search` of a type in order of eid, each held against the jsonpath
///   ⇒ the index rows within the conjunct's ranges, and `search` by key for the rest of q.
/// Sound: every Entity of the type that meets the conjunct has a row in the ranges, and those found
///   are held against the whole of q where the conjunct is not all of it. The statement itself
///   tests that the index is ready, in its own snapshot, and reads `search` as before where it is
///   not, or where more than `most` rows lie in the ranges.
/// Pays: where few Entities match (docs/query-planner.md has the figures); where many do, passing
///   over `search` in order of eid ends after a page, which `most` weighs up.
struct value_driver {
    query::index_condition condition;
    std::int64_t entities = 0; ///< of the types; a guess from when the index became ready

    /// No more index rows than this are worth reading for a page that reaches so far …
    [[nodiscard]] std::int64_t most_for_page(std::int64_t reach) const noexcept;
    /// … or for the count.
    [[nodiscard]] std::int64_t most_for_count() const noexcept;
    /// The conjunct is all that is asked: index rows alone decide.
    [[nodiscard]] bool decides() const noexcept { return condition.whole && condition.exact; }
};

/// The conjunct of the plan's q that index rows serve best, if all of its types have an index that
/// is ready as far as this process knows.
[[nodiscard]] std::optional<value_driver> choose_driver(tenant_id tenant,
                                                        const query::query_plan& plan,
                                                        const index_set& indexes,
                                                        const ngsild::names& dictionary);

/// Notes what a statement without a driver took, where index rows would have served it.
void note_scan(attribute_indexes& to, tenant_id tenant, const query::query_plan& plan,
               const ngsild::names& dictionary, std::chrono::microseconds took);

/// What `value_ranges::rows` needs of the statement around it.
struct value_scope {
    std::string_view tenant;
    std::string_view type;
    std::string_view beyond;     ///< of eids: an operator and a number
    std::string_view most;       ///< a parameter
    std::string_view residual;   ///< conditions on `v.eid` for rows of the index
    std::string_view scan;       ///< the query over `search`; gives the same columns …
    std::string_view scan_bound; ///< … ORDER BY and LIMIT of it, or nothing
    std::string_view sure;       ///< a second column for rows of the index, or nothing
};

/// The ranges as parameters, once for a statement.
class value_ranges {
public:
    value_ranges(composed_statement& to, const value_driver& driver);
    /// A query with the column eid (and `sure`): the candidates of one type.
    [[nodiscard]] std::string rows(const value_scope& within) const;

private:
    std::string ranges_;
    std::string attribute_;
    std::string_view table_;
    std::string_view column_;
};

} // namespace meridian::store
