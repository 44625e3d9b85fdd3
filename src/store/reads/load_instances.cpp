#include "store/reads/load_instances.hpp"

#include "store/pg/pool.hpp"
#include "store/reads/aggregate_statements.hpp"
#include "store/reads/evolution_names.hpp"
#include "store/reads/instance_range.hpp"
#include "store/reads/instance_statements.hpp"
#include "store/reads/learn.hpp"
#include "store/reads/rolled.hpp"

#include <algorithm>

namespace meridian::store {
namespace {

/// What is to be read of the heads, which keep the Attributes that are asked for.
instance_pairs choose_attributes(std::vector<evolution>& heads, const temporal_request& request) {
    instance_pairs chosen;
    for (evolution& one : heads) {
        if (!request.attributes.empty())
            std::erase_if(one.attributes, [&](ngsild::name_id had) {
                return std::ranges::find(request.attributes, had) == request.attributes.end();
            });
        for (const ngsild::name_id attribute : one.attributes) {
            if (request.aggregated && attribute == ngsild::scope_attribute)
                continue; // 4.5.19: Properties and Relationships are aggregated
            chosen.add(one.eid, attribute);
        }
    }
    return chosen;
}

/// How many instances of each Attribute are asked for, and how many may be shown.
struct instance_limits {
    std::int64_t asked;
    std::int64_t shown;
};

instance_limits limits_of(const temporal_request& request) {
    const std::int64_t limit = request.instance_limit;
    const auto& last_n = request.interval.last_n;
    if (last_n && *last_n <= limit)
        return {*last_n, *last_n};
    return {limit + 1, limit}; // one more, to know whether any is held back
}

/// Walks through rows in the order of the pairs, and tells those of a pair.
class pair_rows {
public:
    explicit pair_rows(const pg::result& all) : all_(all) {}

    /// How many rows the pair has; pairs come in their order.
    std::int64_t count(std::int64_t eid, ngsild::name_id attribute) {
        std::int64_t count = 0;
        for (; at_ < all_.size() && is_of(all_[at_], eid, attribute); ++at_)
            ++count;
        return count;
    }

    static bool is_of(const pg::row& row, std::int64_t eid, ngsild::name_id attribute) {
        return !row.is_null(instance_columns::eid) && row.int8(instance_columns::eid) == eid &&
               row.int4(instance_columns::attribute) == attribute;
    }

private:
    const pg::result& all_;
    std::size_t at_ = 0;
};

/// The pairs that have fewer than `limit` rows.
instance_pairs with_fewer(const instance_pairs& all, const pg::result& rows, std::int64_t limit) {
    instance_pairs few;
    pair_rows walk(rows);
    for (std::size_t n = 0; n < all.size(); ++n)
        if (walk.count(all.eids[n], all.attributes[n]) < limit)
            few.add(all.eids[n], all.attributes[n]);
    return few;
}

/// Hands the instances, which come in the order of the Entities and their Attributes, to them; not
/// those of the pairs in `but`.
void distribute(const shared_result& instances, std::vector<evolution>& among, std::int64_t limit,
                const instance_pairs& but = {}) {
    std::size_t at = 0;
    std::size_t skipped = 0;
    std::int64_t of_one = 0;
    for (const pg::row row : *instances) {
        if (row.is_null(instance_columns::eid))
            continue;
        const ngsild::history_row instance = read_instance(row);
        const std::int64_t eid = row.int8(instance_columns::eid);
        const auto is_before = [&](std::size_t n) {
            return but.eids[n] < eid ||
                   (but.eids[n] == eid && but.attributes[n] < instance.attribute);
        };
        while (skipped < but.size() && is_before(skipped))
            ++skipped;
        if (skipped < but.size() &&
            pair_rows::is_of(row, but.eids[skipped], but.attributes[skipped]))
            continue;
        while (among[at].eid != eid)
            ++at;
        evolution& into = among[at];
        const bool continues =
            !into.rows.empty() && into.rows.back().attribute == instance.attribute;
        of_one = continues ? of_one + 1 : 1;
        if (of_one > limit)
            into.truncated = true;
        else
            into.rows.push_back(instance);
    }
    for (evolution& one : among)
        one.keeps.push_back(instances);
}

/// What is not folded may be enough: the interval begins where folding has ended, or the last
/// instances are asked for.
bool may_be_recent(const query::temporal_query& interval, timestamp fold_until) {
    if (time_column(interval) != "ts")
        return false;
    return interval.last_n || interval.from.value_or(timestamp::min()) >= fold_until;
}

/// Both halves of an evolution's rows are in order; the first ones are of other Attributes.
void merge_attributes(std::vector<evolution>& heads) {
    for (evolution& one : heads)
        std::ranges::stable_sort(one.rows, {}, &ngsild::history_row::attribute);
}

asio::awaitable<result<void>> load_rows(reader& on, std::vector<evolution>& heads,
                                        instance_pairs chosen, const temporal_request& request,
                                        history_edges& edges) {
    const instance_limits limits = limits_of(request);
    if (may_be_recent(request.interval, edges.fold_until())) {
        auto statement = render_recent_instances(chosen, request, limits.asked);
        MERIDIAN_CO_TRY(const shared_result recent, co_await load(on, std::move(statement)));
        if (recent->empty())
            co_return problem(problem_kind::internal_error, "table history_fold has no row");
        const timestamp fold_until = (*recent)[0].timestamptz(instance_columns::fold_until);
        edges.set_fold_until(fold_until);
        if (request.interval.from.value_or(timestamp::min()) >= fold_until) {
            distribute(recent, heads, limits.shown);
            co_return co_await refuse_gone(on, chosen, request);
        }
        if (request.interval.last_n) {
            chosen = with_fewer(chosen, *recent, limits.asked);
            distribute(recent, heads, limits.shown, chosen);
        }
    }
    if (chosen.empty())
        co_return result<void>{};
    auto statement = render_instances(chosen, request, limits.asked);
    MERIDIAN_CO_TRY(const shared_result found, co_await load(on, std::move(statement)));
    distribute(found, heads, limits.shown);
    merge_attributes(heads);
    co_return co_await refuse_gone(on, chosen, request);
}

asio::awaitable<result<void>> load_aggregates(reader& on, std::vector<evolution>& heads,
                                              const instance_pairs& of,
                                              const temporal_request& request,
                                              history_edges& edges) {
    const std::int64_t limit = request.instance_limit;
    const auto& interval = request.interval;
    const timestamp from = interval.from.value_or(timestamp::min());
    MERIDIAN_CO_TRY(const shared_result rolled, co_await load_rolled(on, of, request, limit + 1));
    if (rolled) {
        distribute_aggregates(*rolled, heads, request, limit);
        co_return result<void>{};
    }
    MERIDIAN_CO_CHECK(check_horizon(interval, edges.horizon()));
    if (!interval.last_n && may_be_recent(interval, edges.fold_until())) {
        auto statement = render_aggregates(of, request, limit + 1, instance_source::open);
        MERIDIAN_CO_TRY(const shared_result found, co_await load(on, std::move(statement)));
        if (!found->empty())
            edges.set_fold_until(fold_until_of((*found)[0], *request.aggregated));
        if (!found->empty() && from >= edges.fold_until()) {
            distribute_aggregates(*found, heads, request, limit);
            co_return co_await refuse_gone(on, of, request);
        }
    }
    auto statement = render_aggregates(of, request, limit + 1, instance_source::all);
    MERIDIAN_CO_TRY(const shared_result found, co_await load(on, std::move(statement)));
    distribute_aggregates(*found, heads, request, limit);
    co_return co_await refuse_gone(on, of, request);
}

} // namespace

result<void> check_horizon(const query::temporal_query& interval, timestamp horizon) {
    if (!interval.from || *interval.from >= horizon)
        return {};
    return problem(problem_kind::bad_request_data,
                   "timeAt is before " + to_text(horizon) + ", where the history begins");
}

asio::awaitable<result<shared_result>> load(reader& on, composed_statement statement) {
    const pg::statement what = statement.statement();
    auto waiting = on.pool().execute(what, statement.with());
    MERIDIAN_CO_TRY(pg::result found, co_await std::move(waiting));
    co_return std::make_shared<const pg::result>(std::move(found));
}

asio::awaitable<result<void>> load_instances(reader& on, std::vector<evolution>& heads,
                                             const temporal_request& request,
                                             history_edges& edges) {
    instance_pairs chosen = choose_attributes(heads, request);
    if (!chosen.empty()) {
        auto loading = request.aggregated ? load_aggregates(on, heads, chosen, request, edges)
                                          : load_rows(on, heads, std::move(chosen), request, edges);
        MERIDIAN_CO_CHECK(co_await std::move(loading));
    }
    co_return co_await learn_names(on, heads, append_unknown);
}

} // namespace meridian::store
