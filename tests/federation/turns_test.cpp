#include "meridian/federation/turns.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace meridian::federation {
namespace {

namespace asio = boost::asio;
using turns_clock = turns::clock;

constexpr auto never = turns_clock::time_point::max();

/// Those that wait for a turn, on a loop of their own.
class queue {
public:
    explicit queue(turn_limits limits) : turns_(limits) {}

    /// One more asks; it shows in `admitted` or `refused`.
    void ask(const std::string& host, turns_clock::time_point deadline = never) {
        held_.emplace_back();
        asio::co_spawn(loop_, wait(host, deadline, held_.size() - 1), asio::detached);
        run();
    }
    void finish(std::size_t number) {
        held_[number].reset();
        run();
    }
    [[nodiscard]] std::size_t under_way() const { return turns_.under_way(); }
    void run() {
        loop_.restart();
        loop_.poll();
    }

    std::vector<std::size_t> admitted;
    std::vector<std::pair<std::size_t, problem_kind>> refused;

private:
    asio::awaitable<void> wait(std::string host, turns_clock::time_point deadline,
                               std::size_t number) {
        auto waiting = turns_.wait(std::move(host), deadline);
        auto got = co_await std::move(waiting);
        if (got) {
            held_[number].emplace(std::move(*got));
            admitted.push_back(number);
        } else {
            refused.emplace_back(number, got.error().kind());
        }
    }

    asio::io_context loop_;
    turns turns_;
    std::deque<std::optional<turns::turn>> held_;
};

using numbers = std::vector<std::size_t>;
using refusals = std::vector<std::pair<std::size_t, problem_kind>>;

TEST(clause_4_3_6_forwarding_turns, no_more_than_the_limit_send_and_the_others_follow) {
    queue all({2, 2, 10});
    for (const auto* host : {"a", "a", "a", "a"})
        all.ask(host);
    EXPECT_EQ(all.admitted, (numbers{0, 1}));
    all.finish(1);
    EXPECT_EQ(all.admitted, (numbers{0, 1, 2}));
    all.finish(0);
    all.finish(2);
    EXPECT_EQ(all.admitted, (numbers{0, 1, 2, 3}));
    all.finish(3);
    EXPECT_EQ(all.under_way(), 0U);
    EXPECT_EQ(all.refused, refusals{});
}

TEST(clause_4_3_6_forwarding_turns, a_slow_host_keeps_no_more_than_its_share) {
    queue all({3, 2, 10});
    for (const auto* host : {"slow", "slow", "slow", "slow", "b", "c", "b"})
        all.ask(host);
    EXPECT_EQ(all.admitted, (numbers{0, 1, 4})); // the third place is not slow's
    all.finish(4);
    EXPECT_EQ(all.admitted, (numbers{0, 1, 4, 5})); // the hosts by turns
    all.finish(5);
    EXPECT_EQ(all.admitted, (numbers{0, 1, 4, 5, 6}));
    all.finish(0);
    EXPECT_EQ(all.admitted, (numbers{0, 1, 4, 5, 6, 2}));
}

TEST(clause_4_3_6_forwarding_turns, who_waits_too_long_or_comes_too_late_is_refused) {
    queue all({1, 1, 1});
    all.ask("a");
    all.ask("a", turns_clock::now()); // its time is up as it begins to wait
    EXPECT_EQ(all.refused, (refusals{{1, problem_kind::gateway_timeout}}));
    all.ask("b");
    all.ask("c");
    EXPECT_EQ(all.refused,
              (refusals{{1, problem_kind::gateway_timeout}, {3, problem_kind::too_many_requests}}));
    all.finish(0);
    EXPECT_EQ(all.admitted, (numbers{0, 2}));
    all.finish(2);
    EXPECT_EQ(all.under_way(), 0U);
}

TEST(clause_4_3_6_forwarding_turns, hosts_that_nobody_sends_to_are_forgotten) {
    queue all({2'000, 1, 10});
    all.ask("kept");
    for (std::size_t number = 1; number < 3'000; ++number) {
        all.ask("host " + std::to_string(number));
        all.finish(number);
    }
    all.ask("kept"); // still full
    EXPECT_EQ(all.admitted.size(), 3'000U);
    all.finish(0);
    EXPECT_EQ(all.admitted.back(), 3'000U);
}

} // namespace
} // namespace meridian::federation
