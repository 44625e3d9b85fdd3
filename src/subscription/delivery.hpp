#pragma once

#include "subscription/core.hpp"
#include "subscription/sender.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace meridian::subscription {

/// Delivers the outbox rows of some of the Subscriptions, those that fall to its loop; everything
/// is called there. A row goes: offered → queue of its Subscription and Entity → its turn within
/// the limits → attempt → removed, or kept for another attempt.
///
/// In order: a queue's first row holds up those behind it, until it is delivered or given up. What
/// a throttled Subscription is owed lies in one queue, and all of it goes into one notification.
/// Fair: Subscriptions take turns, and none takes more than half of its host's share.
class delivery : public std::enable_shared_from_this<delivery> {
public:
    /// `loops`: how many share the limits.
    delivery(std::shared_ptr<core> shared, loop on, std::size_t loops);
    delivery(const delivery&) = delete;
    delivery& operator=(const delivery&) = delete;
    ~delivery();

    enum class origin : bool { own_commit, outbox };
    /// Takes rows that this process holds. Those of own commits that do not fit into memory are let
    /// go of, and so are all that follow, to keep their order, until `caught_up`.
    void offer(std::vector<store::outbox_row> rows, origin from);
    /// Nothing is left in the outbox that was let go of.
    void caught_up() noexcept { is_behind_ = false; }

    /// Starts what goes on in the background: leases, removal of what is delivered.
    void start();
    /// Nothing more is sent. Completes when nothing is under way, or at the deadline; lets go of
    /// what is left.
    asio::awaitable<void> stop(std::chrono::steady_clock::time_point deadline);

    [[nodiscard]] sender& with() noexcept { return sender_; }
    [[nodiscard]] const asio::any_io_executor& executor() const noexcept {
        return sender_.on().executor;
    }

private:
    using clock = std::chrono::steady_clock;
    struct stream;
    struct queue;
    struct host;
    using queue_ptr = std::shared_ptr<queue>;
    using stream_ptr = std::shared_ptr<stream>;
    enum class verdict { delivered, failed, dropped };

    void accept(std::vector<store::outbox_row> rows);
    void put(store::outbox_row row, definition_ptr of);
    asio::awaitable<void> accept_unread(std::vector<store::outbox_row> rows);
    asio::awaitable<void> let_go(std::vector<std::int64_t> ids);

    void schedule(const queue_ptr& next);
    void make_ready(const queue_ptr& next);
    void list(const stream_ptr& one);
    void pump();
    void begin(const stream_ptr& of);
    asio::awaitable<void> deliver(queue_ptr one);
    asio::awaitable<verdict> attempt(queue_ptr one, definition_ptr of, std::size_t count);
    void settle(const queue_ptr& one, verdict outcome, std::size_t count);
    void finish(const queue_ptr& one);
    void drop_front(queue& of, std::size_t count);

    asio::awaitable<void> remove_delivered();
    asio::awaitable<void> keep_leases();
    void forget_idle_streams();
    void forget_queues();

    std::shared_ptr<core> shared_;
    sender sender_;
    std::size_t limit_; ///< notifications under way
    std::size_t limit_per_host_;
    std::size_t limit_waiting_;

    std::unordered_set<std::int64_t> held_; ///< rows in memory
    std::unordered_map<std::string, queue_ptr> queues_;
    std::unordered_map<std::int32_t, stream_ptr> streams_;
    std::unordered_map<std::string, std::shared_ptr<host>> hosts_;
    std::deque<stream_ptr> order_; ///< streams with queues that are ready, each once
    std::vector<std::int64_t> delivered_;
    bool is_removing_ = false;
    std::size_t active_ = 0;
    bool is_behind_ = false;
    bool is_stopping_ = false;
    asio::steady_timer lease_timer_;
};

} // namespace meridian::subscription
