#pragma once

#include "subscription/core.hpp"
#include "subscription/delivery.hpp"

#include <boost/asio/steady_timer.hpp>

#include <array>
#include <functional>
#include <memory>
#include <vector>

namespace meridian::subscription {

/// What has to be done again and again, on one loop: taking over what is left in the outbox,
/// reading anew what other brokers changed, periodic Subscriptions, writing the books.
class keeper : public std::enable_shared_from_this<keeper> {
public:
    keeper(std::shared_ptr<core> shared, std::vector<std::shared_ptr<delivery>> deliveries);

    void start();
    /// Completes when all of it has ended.
    asio::awaitable<void> stop();

private:
    enum task : std::size_t { take_over, periodic, books, refresh, task_count };

    asio::awaitable<void> repeat(task which, std::chrono::milliseconds every);
    asio::awaitable<void> run(task which);
    asio::awaitable<void> take_over_all();
    asio::awaitable<void> begin_periodic();
    [[nodiscard]] const asio::any_io_executor& executor() const noexcept;

    std::shared_ptr<core> shared_;
    std::vector<std::shared_ptr<delivery>> deliveries_;
    std::vector<std::unique_ptr<asio::steady_timer>> timers_;
    std::size_t running_ = 0;
    bool is_stopping_ = false;
};

/// Which of the loops a Subscription falls to.
[[nodiscard]] inline std::size_t loop_of(std::int32_t subscription, std::size_t loops) noexcept {
    return static_cast<std::size_t>(static_cast<std::uint32_t>(subscription)) % loops;
}
/// Hands rows to the loops that they fall to. Callable on every thread.
void hand_out(std::vector<store::outbox_row> rows, delivery::origin from,
              const std::vector<std::shared_ptr<delivery>>& to);

/// One run of a periodic Subscription (5.8.6): all Entities that match, in pages of a thousand, and
/// when the next run is due. On the loop of `by`.
asio::awaitable<void> run_periodic(std::shared_ptr<core> shared, std::shared_ptr<delivery> by,
                                   definition_ptr of);

} // namespace meridian::subscription
