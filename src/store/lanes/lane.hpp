#pragma once

#include "store/lanes/order.hpp"
#include "store/lanes/work.hpp"
#include "store/pg/connection.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

namespace meridian::store {

/// What all lanes of a process share.
struct lane_surroundings {
    const ngsild::names& dictionary;
    expiry_watch& watch;
    attribute_indexes& indexes;
    lane_hooks hooks;
    database_options options;
};

/// One write lane: a queue, a connection, and one task that empties the queue while there is
/// anything in it. Everything but `create` and `submit` is called on its executor.
class lane : public std::enable_shared_from_this<lane> {
public:
    /// Opens the connection on the executor; `close` must be called for it to end.
    [[nodiscard]] static std::shared_ptr<lane>
    create(asio::any_io_executor executor, std::shared_ptr<const lane_surroundings> around);

    /// Callable from any thread.
    void submit(order what);

    asio::awaitable<result<void>> ready(std::chrono::milliseconds deadline);
    /// Refuses new orders, waits for those it has, closes.
    asio::awaitable<void> drain();
    void close() noexcept;

    [[nodiscard]] const asio::any_io_executor& executor() const noexcept { return executor_; }

    static constexpr std::size_t most_changes = 64;
    static constexpr std::size_t most_bytes = 1'000'000;
    static constexpr std::size_t most_waiting = 20'000; ///< orders; more are unavailable
    static constexpr int most_retries = 3;
    static constexpr int most_collisions = 10; ///< URIs that others create at the same moment

private:
    lane(asio::any_io_executor executor, std::shared_ptr<const lane_surroundings> around);

    void accept(order what);
    static asio::awaitable<void> empty_queue(std::shared_ptr<lane> self);
    [[nodiscard]] std::vector<order> take();
    asio::awaitable<void> serve(std::vector<order> taken);
    /// Answers every item: as one transaction, or where the database refuses it by halves.
    asio::awaitable<void> carry_out(std::span<item> items,
                                    std::chrono::steady_clock::time_point deadline);

    enum class verdict { settled, refused, again, collided, away };
    /// One attempt at one transaction. `why` is set for all verdicts but settled.
    asio::awaitable<verdict> attempt(std::span<item> items, std::optional<problem>& why);
    asio::awaitable<verdict> lock(work& job, std::optional<problem>& why);
    asio::awaitable<verdict> write(work& job, std::optional<problem>& why);
    asio::awaitable<verdict> learn_names(const work& job, std::optional<problem>& why);
    asio::awaitable<void> roll_back();
    /// After a COMMIT whose answer never came.
    asio::awaitable<verdict> ask_fate(const std::string& transaction, std::optional<problem>& why);
    asio::awaitable<void> refresh_subscriptions(const work& job);
    /// Reads the indexes of tenants whose version is newer than what this process knows.
    asio::awaitable<verdict> refresh_indexes(const work& job, std::optional<problem>& why);
    void announce(work& job, std::vector<outbox_row> owed);

    asio::any_io_executor executor_;
    std::shared_ptr<const lane_surroundings> around_;
    std::shared_ptr<pg::connection> connection_;
    std::deque<order> waiting_;
    std::vector<std::int64_t> new_ids_; ///< numbers for new Entities, drawn in advance
    std::unordered_map<tenant_id, std::int64_t> subscriptions_seen_;
    asio::steady_timer idle_; ///< cancelled when the task has nothing left
    bool running_ = false;
    bool closed_ = false;
};

} // namespace meridian::store
