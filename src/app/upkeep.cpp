#include "app/upkeep.hpp"

#include "meridian/base/await.hpp"
#include "meridian/base/log.hpp"
#include "meridian/store/folding.hpp"
#include "meridian/store/partitions.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace meridian::app {
namespace {

asio::awaitable<result<int>> make_partitions_blocking(std::string conninfo) {
    co_return store::ensure_partitions(conninfo, std::chrono::time_point_cast<timestamp::duration>(
                                                     std::chrono::system_clock::now()));
}

/// All that it refers to lives as long as the upkeep, which waits for it.
asio::awaitable<result<int>> tend_indexes_blocking(const std::string& conninfo,
                                                   const index_upkeep& with,
                                                   const std::atomic<bool>& stop) {
    co_return store::tend_indexes(conninfo, with.dictionary, with.known, with.wanted, stop);
}

/// Drops before it folds, so that nothing is folded to be dropped.
result<void> tend_old_history_now(const std::string& conninfo, const history_upkeep& with,
                                  const std::atomic<bool>& stop) {
    const auto now =
        std::chrono::time_point_cast<timestamp::duration>(std::chrono::system_clock::now());
    if (with.keep.count() > 0) {
        MERIDIAN_TRY(const int dropped, store::drop_history(conninfo, now - with.keep, stop));
        if (dropped > 0)
            spdlog::info("{} partitions of history were dropped", dropped);
    }
    if (with.fold_after.count() > 0) {
        MERIDIAN_TRY(const auto folded, store::fold_history(conninfo, now, with.fold_after, stop));
        if (folded > 0)
            spdlog::info("{} instances of history were folded", folded);
    }
    return store::read_history_edges(conninfo, *with.edges);
}

/// All that it refers to lives as long as the upkeep, which waits for it.
asio::awaitable<result<void>> tend_old_history_blocking(const std::string& conninfo,
                                                        const history_upkeep& with,
                                                        const std::atomic<bool>& stop) {
    co_return tend_old_history_now(conninfo, with, stop);
}

asio::awaitable<result<int>> tend_rollups_blocking(store::rollup_upkeep& what,
                                                   const std::atomic<bool>& stop) {
    co_return what.tend(stop);
}

} // namespace

upkeep::upkeep(asio::any_io_executor on, store::discovery& found, operations::contexts& contexts,
               store::receipts& receipts, std::string conninfo, index_upkeep indexes,
               history_upkeep old_history, std::vector<store::wanted_policy> policies,
               upkeep_times times)
    : executor_(std::move(on)), discovery_(found), contexts_(contexts), receipts_(receipts),
      conninfo_(std::move(conninfo)), indexes_(std::move(indexes)),
      old_history_(std::move(old_history)), rollups_(conninfo_, std::move(policies)), times_(times),
      fold_pause_(executor_), partitions_pause_(executor_), contexts_pause_(executor_),
      receipts_pause_(executor_), indexes_pause_(executor_), old_history_pause_(executor_),
      rollups_pause_(executor_) {}

void upkeep::start() {
    running_ = 7;
    asio::co_spawn(executor_, repeat([this] { return fold(); }, fold_pause_), asio::detached);
    asio::co_spawn(executor_, repeat([this] { return make_partitions(); }, partitions_pause_),
                   asio::detached);
    asio::co_spawn(executor_, repeat([this] { return keep_contexts(); }, contexts_pause_),
                   asio::detached);
    asio::co_spawn(executor_, repeat([this] { return sweep_receipts(); }, receipts_pause_),
                   asio::detached);
    asio::co_spawn(executor_, repeat([this] { return tend_indexes(); }, indexes_pause_),
                   asio::detached);
    asio::co_spawn(executor_, repeat([this] { return tend_old_history(); }, old_history_pause_),
                   asio::detached);
    asio::co_spawn(executor_, repeat([this] { return tend_rollups(); }, rollups_pause_),
                   asio::detached);
}

asio::awaitable<void> upkeep::stop() {
    const auto self = shared_from_this();
    is_stopping_ = true;
    fold_pause_.cancel();
    partitions_pause_.cancel();
    contexts_pause_.cancel();
    receipts_pause_.cancel();
    indexes_pause_.cancel();
    old_history_pause_.cancel();
    rollups_pause_.cancel();
    while (running_ > 0) {
        asio::steady_timer pause(executor_, std::chrono::milliseconds{10});
        co_await pause.async_wait(base::await);
    }
    (void)co_await keep_contexts(); // the last uses
}

asio::awaitable<void> upkeep::repeat(work what, asio::steady_timer& pause) {
    const auto self = shared_from_this();
    while (!is_stopping_) {
        wait next = times_.fold;
        try {
            next = co_await what();
        } catch (const std::exception& error) {
            spdlog::error("upkeep: {}", error.what());
        }
        if (is_stopping_)
            break;
        pause.expires_after(next);
        co_await pause.async_wait(base::await);
    }
    --running_;
}

asio::awaitable<upkeep::wait> upkeep::fold() {
    const auto folded = co_await discovery_.fold();
    if (!folded)
        spdlog::error("the counts of what exists are not folded: {}", folded.error().detail());
    co_return times_.fold;
}

asio::awaitable<upkeep::wait> upkeep::make_partitions() {
    auto making =
        asio::co_spawn(blocking_, make_partitions_blocking(conninfo_), asio::use_awaitable);
    const auto made = co_await std::move(making);
    if (!made) {
        spdlog::error("history has no partitions for the coming months: {}", made.error().detail());
        co_return times_.partitions_retry;
    }
    if (*made > 0)
        spdlog::info("{} partitions of history were made", *made);
    co_return times_.partitions;
}

asio::awaitable<upkeep::wait> upkeep::keep_contexts() {
    const auto kept = co_await contexts_.keep_up();
    if (!kept)
        spdlog::warn("@contexts: {}", kept.error().detail());
    co_return times_.contexts;
}

asio::awaitable<upkeep::wait> upkeep::sweep_receipts() {
    const auto swept = co_await receipts_.sweep();
    if (!swept)
        spdlog::warn("answers kept for repeated requests: {}", swept.error().detail());
    co_return times_.receipts;
}

asio::awaitable<upkeep::wait> upkeep::tend_indexes() {
    auto tending = asio::co_spawn(
        blocking_, tend_indexes_blocking(conninfo_, indexes_, is_stopping_), asio::use_awaitable);
    const auto done = co_await std::move(tending);
    if (!done)
        spdlog::error("attribute indexes are not looked after: {}", done.error().detail());
    co_return times_.indexes;
}

asio::awaitable<upkeep::wait> upkeep::tend_old_history() {
    auto tending =
        asio::co_spawn(blocking_, tend_old_history_blocking(conninfo_, old_history_, is_stopping_),
                       asio::use_awaitable);
    const auto done = co_await std::move(tending);
    if (!done)
        spdlog::error("old history is not looked after: {}", done.error().detail());
    co_return times_.old_history;
}

asio::awaitable<upkeep::wait> upkeep::tend_rollups() {
    auto tending = asio::co_spawn(blocking_, tend_rollups_blocking(rollups_, is_stopping_),
                                  asio::use_awaitable);
    const auto done = co_await std::move(tending);
    if (!done)
        spdlog::error("history is not rolled up: {}", done.error().detail());
    co_return times_.rollups;
}

} // namespace meridian::app
