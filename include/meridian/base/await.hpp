#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <optional>
#include <utility>
#include <variant>

namespace meridian {

namespace asio = boost::asio;

namespace base {

/// The completion token of this project: `auto [error, n] = co_await stream.async_read(…, await);`.
/// Nothing is thrown for what a peer does.
inline constexpr auto await = asio::as_tuple(asio::use_awaitable);

/// Awaits `work` for at most `limit`; nothing where that passed first, and `work` is cancelled
/// then. `work` must answer to cancellation (each Asio operation does), else the wait is longer.
template <typename T>
asio::awaitable<std::optional<T>> within(std::chrono::steady_clock::duration limit,
                                         asio::awaitable<T> work) {
    using namespace asio::experimental::awaitable_operators;
    asio::steady_timer timer(co_await asio::this_coro::executor, limit);
    auto first = co_await (std::move(work) || timer.async_wait(await));
    if (first.index() == 0)
        co_return std::move(std::get<0>(first));
    co_return std::nullopt;
}

} // namespace base
} // namespace meridian
