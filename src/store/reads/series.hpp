#pragma once

#include "meridian/store/history.hpp"
#include "store/reads/instance_statements.hpp"
#include "store/reads/load_instances.hpp"

#include <cstdint>
#include <vector>

namespace meridian::store {

/// The instances of one Attribute of one Entity, while they are read.
struct series {
    std::size_t of = 0; ///< its place among the heads
    ngsild::name_id attribute = 0;
    std::vector<ngsild::history_row> rows;
    bool is_whole = false; ///< no limit held any of them back
    bool is_cut = false;   ///< the limit held back others of the moment of the last one
};

[[nodiscard]] instance_pairs pairs_of(const std::vector<series*>& wanted,
                                      const std::vector<evolution>& heads);

/// Reads the instances of series from the database.
class series_reading {
public:
    series_reading(const std::vector<evolution>& heads, const temporal_request& request,
                   history_edges& edges)
        : heads_(heads), request_(request), edges_(edges) {}

    /// Gives each of `wanted`, which are in the order of the heads and their Attributes, its first
    /// instances, with lastN its last ones: `shown` at most. `asked` is one more where it has to be
    /// known whether any is held back.
    [[nodiscard]] asio::awaitable<result<void>> read(reader& on, std::vector<series*> wanted,
                                                     std::int64_t asked, std::int64_t shown);

    /// Instances within the interval may be gone: `refuse_gone` knows.
    [[nodiscard]] bool may_lack() const noexcept { return may_lack_; }

    /// What the rows view.
    [[nodiscard]] const std::vector<shared_result>& answers() const noexcept { return answers_; }

private:
    [[nodiscard]] asio::awaitable<result<bool>>
    read_recent(reader& on, std::vector<series*>& wanted, std::int64_t asked, std::int64_t shown);
    void hold_back(series& of, const pg::row& row) const;
    void distribute(const shared_result& found, const std::vector<series*>& wanted,
                    std::int64_t shown);

    const std::vector<evolution>& heads_;
    const temporal_request& request_;
    history_edges& edges_;
    std::vector<shared_result> answers_;
    bool may_lack_ = false;
};

/// What is not folded may be enough: the interval begins where folding has ended, or the last
/// instances are asked for.
[[nodiscard]] bool may_be_recent(const query::temporal_query& interval, timestamp fold_until);

} // namespace meridian::store
