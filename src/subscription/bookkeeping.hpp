#pragma once

#include "meridian/store/subscriptions.hpp"

#include <boost/asio/awaitable.hpp>

#include <atomic>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace meridian::subscription {

namespace asio = boost::asio;

/// What has been sent of each Subscription (5.2.14.2), gathered in memory and written in batches.
/// Safe to use from every thread; `write` is under way once at a time.
class bookkeeping {
public:
    explicit bookkeeping(store::subscriptions& stored) : stored_(stored) {}

    enum class outcome : bool { failed, succeeded };
    void note(std::int32_t subscription, outcome how, timestamp at);
    /// Writes what has been gathered; keeps it for the next time where that fails.
    asio::awaitable<result<void>> write();

    /// Adds what has not been written to a row that was read while `reading` did not change.
    void add_to(store::subscription_row& row) const;
    /// Becomes another number when rows are being written, and again when they have been; odd while
    /// they are.
    [[nodiscard]] std::uint64_t reading() const noexcept { return writes_.load(); }

private:
    store::subscriptions& stored_;
    mutable std::mutex mutex_;
    std::unordered_map<std::int32_t, store::delivery_record> pending_;
    std::atomic<std::uint64_t> writes_{0};
};

} // namespace meridian::subscription
