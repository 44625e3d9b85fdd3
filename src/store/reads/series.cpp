#include "store/reads/series.hpp"

#include "store/reads/instance_range.hpp"

#include <utility>

namespace meridian::store {

instance_pairs pairs_of(const std::vector<series*>& wanted, const std::vector<evolution>& heads) {
    instance_pairs made;
    for (const series* one : wanted)
        made.add(heads[one->of], one->attribute);
    return made;
}

bool may_be_recent(const query::temporal_query& interval, timestamp fold_until) {
    if (time_column(interval) != "ts")
        return false;
    return interval.last_n || interval.from.value_or(timestamp::min()) >= fold_until;
}

asio::awaitable<result<void>> series_reading::read(reader& on, std::vector<series*> wanted,
                                                   std::int64_t asked, std::int64_t shown) {
    if (may_be_recent(request_.interval, edges_.fold_until())) {
        auto reading = read_recent(on, wanted, asked, shown);
        MERIDIAN_CO_TRY(const bool is_all, co_await std::move(reading));
        if (is_all)
            co_return result<void>{};
    }
    auto statement = render_instances(pairs_of(wanted, heads_), request_, asked);
    MERIDIAN_CO_TRY(const shared_result found, co_await load(on, std::move(statement)));
    distribute(found, wanted, shown);
    co_return result<void>{};
}

/// Of what is not folded. Gives whether that was all; else `wanted` keeps those that may have
/// folded instances among theirs.
asio::awaitable<result<bool>> series_reading::read_recent(reader& on, std::vector<series*>& wanted,
                                                          std::int64_t asked, std::int64_t shown) {
    timestamp fold_until = edges_.fold_until();
    auto statement = render_recent_instances(pairs_of(wanted, heads_), request_, asked, fold_until);
    MERIDIAN_CO_TRY(const shared_result recent, co_await load(on, std::move(statement)));
    if (recent->empty())
        co_return problem(problem_kind::internal_error, "table history_fold has no row");
    if (const pg::row row = (*recent)[0]; !row.is_null(instance_columns::fold_until)) {
        fold_until = row.timestamptz(instance_columns::fold_until);
        edges_.set_fold_until(fold_until);
    }
    const auto& interval = request_.interval;
    const bool is_all = interval.from.value_or(timestamp::min()) >= fold_until;
    if (!is_all && !interval.last_n)
        co_return false;
    distribute(recent, wanted, shown);
    // Nothing is folded that is later than these: who has as many as were asked for has all.
    std::erase_if(wanted, [&](const series* one) {
        return !one->is_whole || (asked == shown && std::cmp_equal(one->rows.size(), asked));
    });
    co_return is_all || wanted.empty();
}

void series_reading::hold_back(series& of, const pg::row& row) const {
    if (!of.is_whole) // another one is held back already
        return;
    const auto property = request_.interval.property;
    of.is_whole = false;
    of.is_cut = moment_of(read_instance(row), property) == moment_of(of.rows.back(), property);
}

void series_reading::distribute(const shared_result& found, const std::vector<series*>& wanted,
                                std::int64_t shown) {
    for (series* one : wanted) {
        one->rows.clear();
        one->rows.reserve(found->size() / wanted.size());
        one->is_whole = true;
        one->is_cut = false;
    }
    std::size_t at = 0;
    for (const pg::row row : *found) {
        if (row.is_null(instance_columns::eid)) // there is nothing recent
            continue;
        const std::int64_t eid = row.int8(instance_columns::eid);
        const ngsild::name_id attribute = row.int4(instance_columns::attribute);
        while (heads_[wanted[at]->of].eid != eid || wanted[at]->attribute != attribute)
            at = (at + 1) % wanted.size();
        series& into = *wanted[at];
        if (std::cmp_equal(into.rows.size(), shown)) {
            hold_back(into, row);
            continue;
        }
        into.rows.push_back(read_answer(row));
    }
    may_lack_ = may_lack_ || found->empty() || !(*found)[0].is_null(instance_columns::is_gone);
    answers_.push_back(found);
}

} // namespace meridian::store
