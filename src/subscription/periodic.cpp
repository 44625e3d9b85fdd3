/// 5.8.6, Subscriptions with timeInterval.
#include "meridian/base/log.hpp"
#include "meridian/query/plan.hpp"
#include "subscription/keeper.hpp"

#include <algorithm>
#include <unordered_set>

namespace meridian::subscription {
namespace {

constexpr std::uint32_t entities_in_one = 1'000;

/// What the Subscription selects, one query an EntitySelector.
std::vector<query::entity_selection> selections_of(const definition& of) {
    std::vector<query::entity_selection> all = of.entities;
    if (all.empty())
        all.emplace_back();
    for (auto& one : all) {
        one.q = of.conditions.q;
        one.geo = of.conditions.geo;
        one.scopes = of.conditions.scopes;
    }
    return all;
}

asio::awaitable<result<void>> tell_all(std::shared_ptr<core> shared, std::shared_ptr<delivery> by,
                                       definition_ptr of) {
    std::unordered_set<std::int64_t> told; // an Entity may be selected twice
    std::vector<store::entity_row> rows;
    for (const auto& selection : selections_of(*of)) {
        query::plan_request wanted;
        wanted.selection = selection;
        wanted.page.limit = entities_in_one;
        for (bool more = true; more;) {
            const auto plan = query::make_plan(wanted, shared->dictionary);
            auto asking = by->with().on().entities.query(of->tenant, plan);
            MERIDIAN_CO_TRY(auto page, co_await std::move(asking));
            more = page.more && !page.rows.empty();
            wanted.page.after = page.last_eid;
            for (auto& row : page.rows)
                if (told.insert(row.eid).second)
                    rows.push_back(std::move(row));
            if (rows.size() >= entities_in_one) {
                MERIDIAN_CO_CHECK(co_await by->with().send_state(of, std::exchange(rows, {})));
            }
        }
    }
    if (!rows.empty()) {
        MERIDIAN_CO_CHECK(co_await by->with().send_state(of, std::move(rows)));
    }
    co_return result<void>{};
}

} // namespace

asio::awaitable<void> run_periodic(std::shared_ptr<core> shared, std::shared_ptr<delivery> by,
                                   definition_ptr of) {
    const auto next = next_run(*of, core::now());
    // A run that failed is not made up for: the next one tells more recent state.
    if (const auto told = co_await tell_all(shared, by, of); !told)
        spdlog::debug("a periodic notification of {}: {}", of->id, told.error().detail());
    auto scheduling = shared->stored.schedule(of->number, next);
    if (const auto done = co_await std::move(scheduling); !done)
        spdlog::warn("{} runs again when its lease ends: {}", of->id, done.error().detail());
}

} // namespace meridian::subscription
