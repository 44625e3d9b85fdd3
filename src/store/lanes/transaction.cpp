#include "store/lanes/lane.hpp"

#include "meridian/base/await.hpp"
#include "store/reads/select_indexes.hpp"

#include <algorithm>
#include <spdlog/spdlog.h>
#include <utility>

/// One write transaction of a lane: two trips to the database.
namespace meridian::store {
namespace {

constexpr std::string_view unique_violation = "23505";
constexpr std::size_t ids_in_advance = 64;
constexpr std::chrono::seconds fate_patience{10};

} // namespace

asio::awaitable<lane::verdict> lane::attempt(std::span<item> items, std::optional<problem>& why) {
    work job(items, around_->dictionary);
    if (job.keys().empty())
        co_return verdict::settled;
    const verdict locked = co_await lock(job, why);
    if (locked != verdict::settled)
        co_return locked;
    const verdict learnt = co_await learn_names(job, why);
    if (learnt != verdict::settled)
        co_return learnt;
    co_await refresh_subscriptions(job);
    const verdict known = co_await refresh_indexes(job, why);
    if (known != verdict::settled)
        co_return known;
    job.apply(around_->hooks, new_ids_, *around_->indexes.current());
    if (!job.writes()) {
        co_await roll_back();
        job.settle();
        co_return verdict::settled;
    }
    co_return co_await write(job, why);
}

asio::awaitable<lane::verdict> lane::lock(work& job, std::optional<problem>& why) {
    pg::unit first;
    const bool draws = new_ids_.size() < job.keys().size();
    const std::size_t drawn = draws ? std::max(ids_in_advance, job.keys().size()) : 0;
    add_lock(first, job.keys(), job.tenants(), static_cast<std::int32_t>(drawn));
    pg::outcome answer = co_await connection_->run(first);
    if (answer.failed) {
        if (answer.failed->state == pg::fate::refused)
            co_await roll_back();
        why = answer.failed->what;
        // Nothing was written yet: whatever became of the connection, it may be tried again.
        const bool again =
            answer.failed->is_retryable() || answer.failed->state != pg::fate::refused;
        co_return again ? verdict::again : verdict::refused;
    }
    if (draws) {
        for (const pg::row row : answer.results[ids_step])
            new_ids_.push_back(row.int8(0));
        std::ranges::sort(new_ids_, std::greater<>()); // given out from the back: oldest first
    }
    job.take_locks(std::move(answer.results[lock_step]), answer.results[clock_step]);
    co_return verdict::settled;
}

asio::awaitable<lane::verdict> lane::learn_names(const work& job, std::optional<problem>& why) {
    auto unknown = job.unknown_names();
    if (unknown.empty() || !around_->hooks.learn)
        co_return verdict::settled;
    auto learning = around_->hooks.learn(std::move(unknown));
    const result<void> learnt = co_await std::move(learning);
    if (learnt)
        co_return verdict::settled;
    co_await roll_back();
    why = learnt.error();
    co_return verdict::again;
}

asio::awaitable<lane::verdict> lane::write(work& job, std::optional<problem>& why) {
    std::vector<outbox_row> owed = std::move(job.owed());
    pg::unit second;
    const auto outbox_step =
        add_writes(second, job.batch(), job.receipts(), owed, around_->options.application_name);
    second.add(pg::commit_transaction);
    // Due times are known before they can be read, never after.
    if (const auto due = job.earliest_expiry())
        around_->watch.lower(due->time_since_epoch().count());
    const pg::outcome answer = co_await connection_->run(second);
    if (!answer.failed) {
        if (outbox_step) {
            const pg::result& ids = answer.results[*outbox_step];
            for (std::size_t at = 0; at < owed.size() && at < ids.size(); ++at)
                owed[at].id = ids[at].int8(0);
        }
        announce(job, std::move(owed));
        co_return verdict::settled;
    }
    const pg::failure& failed = *answer.failed;
    why = failed.what;
    if (failed.state == pg::fate::not_sent)
        co_return verdict::again;
    if (failed.state == pg::fate::unknown) {
        const verdict fate = co_await ask_fate(job.transaction(), why);
        // The outbox rows exist, but their ids went with the connection: whoever takes over what
        // is left finds them when `first_lease` ends.
        if (fate == verdict::settled)
            announce(job, {});
        co_return fate;
    }
    co_await roll_back();
    // Somebody created one of our new URIs between our lock and our insert: with the row there
    // now, the changes are applied again on the document that it holds.
    if (failed.sqlstate == unique_violation)
        co_return verdict::collided;
    co_return failed.is_retryable() ? verdict::again : verdict::refused;
}

asio::awaitable<void> lane::roll_back() {
    static const pg::parameters none;
    // A connection that broke has rolled back by itself.
    (void)co_await connection_->execute(pg::rollback_transaction, none);
}

asio::awaitable<lane::verdict> lane::ask_fate(const std::string& transaction,
                                              std::optional<problem>& why) {
    const auto until = std::chrono::steady_clock::now() + fate_patience;
    pg::parameters with;
    with.text(transaction);
    while (std::chrono::steady_clock::now() < until) {
        const auto up = co_await connection_->ready(fate_patience);
        if (!up)
            break;
        const auto answer = co_await connection_->execute(transaction_status, with);
        if (!answer || answer->empty())
            continue;
        const std::string_view status = (*answer)[0].text(0);
        if (status == "committed")
            co_return verdict::settled;
        if (status == "aborted")
            co_return verdict::again;
        // Still in progress: the server has not noticed yet that the connection is gone.
        asio::steady_timer pause(executor_, std::chrono::milliseconds{10});
        (void)co_await pause.async_wait(base::await);
    }
    spdlog::error("the fate of write transaction {} is not known", transaction);
    why = problem(problem_kind::unavailable,
                  "the database went away while the change was committed; its fate is not known");
    co_return verdict::away;
}

asio::awaitable<void> lane::refresh_subscriptions(const work& job) {
    for (const auto& [tenant, version, indexes] : job.versions()) {
        const auto [seen, is_new] = subscriptions_seen_.try_emplace(tenant, version);
        if ((!is_new && seen->second >= version) || !around_->hooks.refresh)
            continue;
        auto refreshed = around_->hooks.refresh(tenant, version);
        co_await std::move(refreshed);
        subscriptions_seen_[tenant] = version;
    }
}

asio::awaitable<lane::verdict> lane::refresh_indexes(const work& job, std::optional<problem>& why) {
    const auto known = around_->indexes.current();
    std::vector<tenant_id> newer;
    for (const work::version& one : job.versions())
        if (one.indexes > known->version(one.tenant))
            newer.push_back(one.tenant);
    if (newer.empty())
        co_return verdict::settled;
    pg::parameters with;
    with.int4_array(newer);
    const auto read = co_await connection_->execute(select_indexes, with);
    if (!read) {
        co_await roll_back();
        why = read.error();
        co_return verdict::again;
    }
    around_->indexes.publish(read_indexes(*read));
    co_return verdict::settled;
}

void lane::announce(work& job, std::vector<outbox_row> owed) {
    job.settle();
    if (!owed.empty() && around_->hooks.committed)
        around_->hooks.committed(std::move(owed));
}

} // namespace meridian::store
