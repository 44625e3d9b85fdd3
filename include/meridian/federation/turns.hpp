#pragma once

#include "meridian/base/result.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>

namespace meridian::federation {

/// How many requests to Context Sources may be on their way at one time (architecture, "limits
/// everywhere").
struct turn_limits {
    std::size_t at_once = 64;
    std::size_t per_host = 8;
    std::size_t waiting = 10'000; ///< requests that wait for a turn
};

/// Who may send now. Turns go round the hosts that somebody waits for, and within a host by the
/// order of coming, so that a slow one keeps no more than its own share from the others. Belongs to
/// one thread.
class turns {
    struct host;

public:
    using clock = std::chrono::steady_clock;

    /// A place among those that send, given back when it is destroyed. Must not outlive its
    /// `turns`.
    class turn {
    public:
        turn(turns& of, std::shared_ptr<host> at) noexcept : of_(&of), at_(std::move(at)) {}
        turn(turn&& other) noexcept : of_(other.of_), at_(std::move(other.at_)) {}
        turn& operator=(turn&&) = delete;
        ~turn() {
            if (at_)
                of_->give_back(*at_);
        }

    private:
        turns* of_;
        std::shared_ptr<host> at_;
    };

    explicit turns(turn_limits limits) noexcept : limits_(limits) {}
    turns(const turns&) = delete;
    turns& operator=(const turns&) = delete;

    /// A turn to send to `name` (scheme, host and port). Fails with gateway_timeout where none came
    /// until the deadline, too_many_requests where too many wait already.
    boost::asio::awaitable<result<turn>> wait(std::string name, clock::time_point deadline);

    [[nodiscard]] std::size_t under_way() const noexcept { return active_; }

private:
    struct waiter {
        waiter(const boost::asio::any_io_executor& executor, clock::time_point deadline)
            : timer(executor, deadline) {}
        boost::asio::steady_timer timer;
        bool granted = false; ///< and no longer in the host's list
    };
    /// Somebody waits for it and it has room exactly when it stands in `open_`.
    struct host {
        std::size_t active = 0;
        std::list<waiter*> waiting;
        bool is_open = false;
    };

    void give_back(host& at);
    void open(host& at);
    void grant();
    void forget_idle();

    turn_limits limits_;
    std::size_t active_ = 0;
    std::size_t waiting_ = 0;
    std::unordered_map<std::string, std::shared_ptr<host>> hosts_;
    std::list<host*> open_;
};

} // namespace meridian::federation
