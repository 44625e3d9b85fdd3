#pragma once

#include "store/blocking/session.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <future>
#include <memory>
#include <type_traits>

namespace meridian::store::blocking {

namespace asio = boost::asio;

/// Awaits `work(pqxx::connection&)`, which gives a result<T>, on a thread of `pool`; goes on where
/// the caller was. `work` owns what it touches and may be run twice (a connection that was lost
/// before it began). What libpqxx throws becomes the problem.
template <typename Work>
[[nodiscard]] auto run(blocking_pool& pool, Work work)
    -> asio::awaitable<std::invoke_result_t<Work&, pqxx::connection&>> {
    using outcome = std::invoke_result_t<Work&, pqxx::connection&>;
    auto initiation = [&pool, work = std::move(work)](auto&& handler) mutable {
        auto executor = asio::get_associated_executor(handler);
        // std::function wants to copy: what cannot be copied is shared.
        auto kept = std::make_shared<std::decay_t<decltype(handler)>>(
            std::forward<decltype(handler)>(handler));
        // The guard travels with the answer: the loop may be gone once that was taken, so nothing
        // of this task may touch it after the post.
        auto task = [work = std::move(work), kept, executor,
                     guard = asio::make_work_guard(executor)](blocking_pool::session& on) mutable {
            auto done = std::make_shared<outcome>(on.run(work));
            auto resume = [kept = std::move(kept), done = std::move(done),
                           guard = std::move(guard)]() mutable {
                auto continuation = std::move(*kept);
                std::move(continuation)(std::move(*done));
            };
            const auto where = std::move(executor);
            asio::post(where, std::move(resume));
        };
        pool.post(std::move(task));
    };
    return asio::async_initiate<const asio::use_awaitable_t<>, void(outcome)>(std::move(initiation),
                                                                              asio::use_awaitable);
}

/// The same for callers that may block (at start, in tests).
template <typename Work>
[[nodiscard]] auto run_and_wait(blocking_pool& pool, Work work)
    -> std::invoke_result_t<Work&, pqxx::connection&> {
    using outcome = std::invoke_result_t<Work&, pqxx::connection&>;
    std::promise<outcome> promise;
    auto future = promise.get_future();
    pool.post([&promise, &work](blocking_pool::session& on) { promise.set_value(on.run(work)); });
    return future.get();
}

} // namespace meridian::store::blocking
