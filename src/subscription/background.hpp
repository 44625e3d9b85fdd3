#pragma once

#include "meridian/base/log.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <utility>

namespace meridian::subscription {

/// Starts a coroutine that nobody waits for; it owns what it touches. What it throws is logged.
template <typename Executor>
void run_in_background(const Executor& on, boost::asio::awaitable<void> work) {
    auto report = [](const std::exception_ptr& thrown) {
        if (!thrown)
            return;
        try {
            std::rethrow_exception(thrown);
        } catch (const std::exception& error) {
            spdlog::error("notifications: {}", error.what());
        }
    };
    boost::asio::co_spawn(on, std::move(work), std::move(report));
}

} // namespace meridian::subscription
