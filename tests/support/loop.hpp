#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace meridian::test {

/// Runs one awaitable to its end on a loop of its own and gives what it gave.
template <typename T>
T await_on(boost::asio::io_context& loop, boost::asio::awaitable<T> work) {
    std::optional<T> answer;
    std::exception_ptr thrown;
    boost::asio::co_spawn(loop, std::move(work), [&](std::exception_ptr error, T value) {
        thrown = error;
        answer.emplace(std::move(value));
    });
    loop.restart();
    while (!answer && loop.run_one() > 0)
        ;
    if (thrown)
        std::rethrow_exception(thrown);
    return *std::move(answer);
}

template <typename T>
T await_now(boost::asio::awaitable<T> work) {
    boost::asio::io_context loop;
    return await_on(loop, std::move(work));
}

} // namespace meridian::test
