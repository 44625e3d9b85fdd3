#include "store/reads/load_instances.hpp"

#include "store/pg/pool.hpp"
#include "store/reads/aggregate_statements.hpp"
#include "store/reads/evolution_names.hpp"
#include "store/reads/learn.hpp"
#include "store/reads/rolled.hpp"
#include "store/reads/scope_times.hpp"
#include "store/reads/series.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace meridian::store {
namespace {

constexpr int most_rounds = 3;

/// What is to be read of the heads, which keep the Attributes that are asked for; in their order.
std::vector<series> choose_attributes(std::vector<evolution>& heads,
                                      const temporal_request& request) {
    std::vector<series> chosen;
    for (std::size_t place = 0; place < heads.size(); ++place) {
        evolution& one = heads[place];
        if (!request.attributes.empty())
            std::erase_if(one.attributes, [&](ngsild::name_id had) {
                return std::ranges::find(request.attributes, had) == request.attributes.end();
            });
        for (const ngsild::name_id attribute : one.attributes) {
            if (request.aggregated && attribute == ngsild::scope_attribute)
                continue; // 4.5.19: Properties and Relationships are aggregated
            chosen.push_back({place, attribute, {}, false});
        }
    }
    return chosen;
}

std::vector<series*> all_of(std::vector<series>& chosen) {
    std::vector<series*> all;
    for (series& one : chosen)
        all.push_back(&one);
    return all;
}

problem too_many(std::size_t attributes, std::int64_t limit) {
    return problem(problem_kind::too_many_results,
                   fmt::format("an answer has at most {} instances, which is too few for {} "
                               "Attributes: ask for fewer Entities or Attributes",
                               limit, attributes));
}

/// The instances of all Attributes together.
class bounded_reading {
public:
    bounded_reading(std::vector<evolution>& heads, std::vector<series> chosen,
                    const temporal_request& request, history_edges& edges)
        : heads_(heads), request_(request), reading_(heads, request, edges),
          all_(std::move(chosen)), most_(request.instance_limit) {
        const auto last_n = request.interval.last_n;
        if (last_n && *last_n <= most_) {
            most_ = *last_n;
            is_most_enough_ = true;
        }
    }

    [[nodiscard]] asio::awaitable<result<void>> read(reader& on) {
        std::vector<series*> wanted = all_of(all_);
        std::int64_t asked = 0;
        for (int round = 0; round < most_rounds && !wanted.empty(); ++round) {
            const std::int64_t limit = share(wanted.size());
            if (limit < 2 * asked) // not worth another statement
                break;
            asked = limit;
            // One more is asked for, to know whether any is held back.
            const bool is_enough = is_most_enough_ && limit == most_;
            auto reading = reading_.read(on, wanted, is_enough ? limit : limit + 1, limit);
            MERIDIAN_CO_CHECK(co_await std::move(reading));
            std::erase_if(wanted, [](const series* one) { return one->is_whole; });
        }
        MERIDIAN_CO_CHECK(co_await read_stuck(on, std::move(wanted), asked));
        if (reading_.may_lack())
            MERIDIAN_CO_CHECK(co_await refuse_gone(on, pairs_of(all_of(all_), heads_), request_));
        hand_over();
        co_return result<void>{};
    }

private:
    /// Whoever goes on from there would be given the same again, or with lastN miss what is held
    /// back of the moment.
    [[nodiscard]] bool is_stuck(const series& one) const {
        const auto property = request_.interval.property;
        return !one.is_whole && (one.is_cut || !request_.interval.last_n) &&
               moment_of(one.rows.front(), property) == moment_of(one.rows.back(), property);
    }

    /// Those that are stuck are given twice as many, and so on, as far as the limit of the whole
    /// answer goes.
    [[nodiscard]] asio::awaitable<result<void>> read_stuck(reader& on, std::vector<series*> wanted,
                                                           std::int64_t asked) {
        const auto keep_stuck = [&] {
            std::erase_if(wanted, [this](const series* one) { return !is_stuck(*one); });
        };
        keep_stuck();
        while (!wanted.empty()) {
            const std::int64_t most = left_for_stuck() / static_cast<std::int64_t>(wanted.size());
            if (most <= asked)
                co_return too_many(all_.size(), request_.total_limit);
            asked = std::min(2 * asked, most);
            auto reading = reading_.read(on, wanted, asked + 1, asked);
            MERIDIAN_CO_CHECK(co_await std::move(reading));
            keep_stuck();
        }
        co_return result<void>{};
    }

    [[nodiscard]] std::int64_t left_for_stuck() const {
        std::int64_t left = request_.total_limit;
        for (const series& one : all_)
            left -= is_stuck(one) ? 0 : static_cast<std::int64_t>(one.rows.size());
        return left;
    }

    /// What each of so many Attributes may have, beside those that are whole.
    [[nodiscard]] std::int64_t share(std::size_t of) const {
        std::int64_t left = request_.total_limit;
        for (const series& one : all_)
            if (one.is_whole)
                left -= static_cast<std::int64_t>(one.rows.size());
        return std::min(most_, left / static_cast<std::int64_t>(of));
    }

    void drop_last_moment(std::vector<ngsild::history_row>& rows) const {
        const auto property = request_.interval.property;
        const timestamp last = moment_of(rows.back(), property);
        while (moment_of(rows.back(), property) == last)
            rows.pop_back();
    }

    void hand_over() {
        const bool backwards = request_.interval.last_n.has_value();
        for (series& one : all_) {
            evolution& into = heads_[one.of];
            if (!one.is_whole) {
                if (backwards && one.is_cut) // who goes on asks for what is before the last one
                    drop_last_moment(one.rows);
                const timestamp edge = moment_of(one.rows.back(), request_.interval.property);
                const timestamp other = into.whole_until.value_or(edge);
                into.whole_until = backwards ? std::max(other, edge) : std::min(other, edge);
            }
            std::ranges::move(one.rows, std::back_inserter(into.rows));
        }
        const auto& answers = reading_.answers();
        for (evolution& one : heads_)
            one.keeps.insert(one.keeps.end(), answers.begin(), answers.end());
    }

    std::vector<evolution>& heads_;
    const temporal_request& request_;
    series_reading reading_;
    std::vector<series> all_;
    std::int64_t most_;           ///< of each Attribute
    bool is_most_enough_ = false; ///< nobody asks for more than `most_`
};

/// From the instances, not from roll-ups.
asio::awaitable<result<shared_result>> load_periods(reader& on, const instance_pairs& of,
                                                    const temporal_request& request,
                                                    std::int64_t most, history_edges& edges) {
    const auto& interval = request.interval;
    if (!interval.last_n && may_be_recent(interval, edges.fold_until())) {
        auto statement = render_aggregates(of, request, most, instance_source::open);
        MERIDIAN_CO_TRY(const shared_result found, co_await load(on, std::move(statement)));
        if (!found->empty()) {
            const timestamp fold_until = fold_until_of((*found)[0], *request.aggregated);
            edges.set_fold_until(fold_until);
            if (interval.from.value_or(timestamp::min()) >= fold_until)
                co_return found;
        }
    }
    co_return co_await load(on, render_aggregates(of, request, most, instance_source::all));
}

asio::awaitable<result<void>> load_aggregates(reader& on, std::vector<evolution>& heads,
                                              std::vector<series> chosen,
                                              const temporal_request& request,
                                              history_edges& edges) {
    const instance_pairs of = pairs_of(all_of(chosen), heads);
    const std::int64_t share = request.total_limit / static_cast<std::int64_t>(of.size());
    const std::int64_t limit = std::min<std::int64_t>(request.instance_limit, share);
    MERIDIAN_CO_TRY(shared_result found, co_await load_rolled(on, of, request, limit + 1));
    if (!found) {
        MERIDIAN_CO_CHECK(check_horizon(request.interval, edges.horizon()));
        auto loading = load_periods(on, of, request, limit + 1, edges);
        MERIDIAN_CO_TRY(found, co_await std::move(loading));
        if (found->empty() || is_gone_of((*found)[0], *request.aggregated))
            MERIDIAN_CO_CHECK(co_await refuse_gone(on, of, request));
    }
    distribute_aggregates(*found, heads, request, limit);
    co_return result<void>{};
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
    std::vector<series> chosen = choose_attributes(heads, request);
    if (static_cast<std::int64_t>(chosen.size()) > request.total_limit)
        co_return too_many(chosen.size(), request.total_limit);
    if (!chosen.empty() && request.aggregated) {
        auto loading = load_aggregates(on, heads, std::move(chosen), request, edges);
        MERIDIAN_CO_CHECK(co_await std::move(loading));
    } else if (!chosen.empty()) {
        bounded_reading all(heads, std::move(chosen), request, edges);
        MERIDIAN_CO_CHECK(co_await all.read(on));
        for (evolution& one : heads)
            show_scope_before(one, request.interval);
    }
    co_return co_await learn_names(on, heads, append_unknown);
}

} // namespace meridian::store
