#pragma once

#include "meridian/operations/contexts.hpp"
#include "meridian/store/discovery.hpp"
#include "meridian/store/index_builder.hpp"
#include "meridian/store/receipts.hpp"
#include "meridian/store/rollups.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace meridian::app {

namespace asio = boost::asio;

/// How often a broker looks after its database.
struct upkeep_times {
    std::chrono::milliseconds fold = std::chrono::seconds{60};
    std::chrono::milliseconds partitions = std::chrono::hours{24};
    std::chrono::milliseconds partitions_retry = std::chrono::minutes{10}; ///< after a failure
    std::chrono::milliseconds contexts = std::chrono::seconds{1};
    std::chrono::milliseconds receipts = std::chrono::minutes{10};
    std::chrono::milliseconds indexes = std::chrono::seconds{5};
    std::chrono::milliseconds old_history = std::chrono::hours{1};
    std::chrono::milliseconds rollups = std::chrono::seconds{30};
};

/// What the attribute indexes are looked after with; outlives the upkeep.
struct index_upkeep {
    const ngsild::names& dictionary;
    store::attribute_indexes& known;
    store::index_wishes wanted;
};

/// What becomes of the Temporal Evolution when it is old; 0 days: nothing.
struct history_upkeep {
    std::chrono::days fold_after{0};
    std::chrono::days keep{0};
    std::shared_ptr<store::history_edges> edges; ///< are told what is known
};

/// What the database needs now and then beside requests: the counts of what exists are folded, and
/// the coming months get their partitions of history; uses of @contexts are written down, and what
/// other brokers did to them is noticed; answers kept for repeated requests go after their time;
/// attribute indexes are built; old history is folded and dropped; history is rolled up and goes as
/// its policies say. Failures are logged and tried again. All calls on the executor's thread.
class upkeep : public std::enable_shared_from_this<upkeep> {
public:
    /// `found` and `contexts` belong to the loop of `on`; all must live until `stop` completes.
    upkeep(asio::any_io_executor on, store::discovery& found, operations::contexts& contexts,
           store::receipts& receipts, std::string conninfo, index_upkeep indexes,
           history_upkeep old_history, std::vector<store::wanted_policy> policies,
           upkeep_times times = {});

    void start();
    /// Completes when nothing of it runs any more.
    asio::awaitable<void> stop();

private:
    using wait = std::chrono::milliseconds;
    /// Does its work and tells when it is to be done again.
    using work = std::function<asio::awaitable<wait>()>;

    asio::awaitable<void> repeat(work what, asio::steady_timer& pause);
    asio::awaitable<wait> fold();
    asio::awaitable<wait> make_partitions();
    asio::awaitable<wait> keep_contexts();
    asio::awaitable<wait> sweep_receipts();
    asio::awaitable<wait> tend_indexes();
    asio::awaitable<wait> tend_old_history();
    asio::awaitable<wait> tend_rollups();

    asio::any_io_executor executor_;
    store::discovery& discovery_;
    operations::contexts& contexts_;
    store::receipts& receipts_;
    std::string conninfo_;
    index_upkeep indexes_;
    history_upkeep old_history_;
    store::rollup_upkeep rollups_;
    upkeep_times times_;
    asio::steady_timer fold_pause_;
    asio::steady_timer partitions_pause_;
    asio::steady_timer contexts_pause_;
    asio::steady_timer receipts_pause_;
    asio::steady_timer indexes_pause_;
    asio::steady_timer old_history_pause_;
    asio::steady_timer rollups_pause_;
    asio::thread_pool blocking_{
        4}; ///< tending partitions, indexes, old history and roll-ups blocks
    int running_ = 0;
    std::atomic<bool> is_stopping_ = false;
};

} // namespace meridian::app
