#include "meridian/base/await.hpp"
#include "meridian/base/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

asio::awaitable<int> after(std::chrono::milliseconds wait, int value) {
    asio::steady_timer timer(co_await asio::this_coro::executor, wait);
    (void)co_await timer.async_wait(meridian::base::await);
    co_return value;
}

asio::awaitable<void> compare(std::optional<int>& quick, std::optional<int>& slow) {
    quick = co_await meridian::base::within(10s, after(1ms, 7));
    slow = co_await meridian::base::within(1ms, after(100s, 7));
}

} // namespace

TEST(base_await, within_gives_the_value_or_nothing_when_the_time_is_up) {
    asio::io_context context;
    std::optional<int> quick;
    std::optional<int> slow = 1;
    asio::co_spawn(context, compare(quick, slow), asio::detached);
    context.run();
    EXPECT_EQ(quick, 7);
    EXPECT_EQ(slow, std::nullopt);
}

TEST(base_log, levels_have_names) {
    auto level = spdlog::level::off;
    EXPECT_TRUE(meridian::parse_log_level("warn", level));
    EXPECT_EQ(level, spdlog::level::warn);
    EXPECT_FALSE(meridian::parse_log_level("loud", level));
}
