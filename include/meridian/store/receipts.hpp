#pragma once

#include "meridian/base/result.hpp"
#include "meridian/store/blocking_pool.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace meridian::store {

namespace asio = boost::asio;

/// Answers to requests with an Idempotency-Key (table `receipt`), so that a request that is sent
/// again gets the answer that it got before. Thread-safe.
///
/// Whoever begins a request owns its receipt and finishes it, or gives it up. One that nobody
/// finished in `patience` may be begun again: its broker is gone. What a write lane commits brings
/// its receipt along (entity_change::receipt), so that it is never carried out twice.
class receipts {
public:
    static constexpr std::chrono::hours lifetime{24};
    static constexpr std::chrono::minutes patience{2};

    explicit receipts(blocking_pool& pool) : pool_(pool) {}

    enum class state {
        begun,       ///< the caller is the first, and the owner of `id`
        in_progress, ///< somebody else is
        answered,    ///< `answer` is what the first one was told
        other        ///< the key was used for another payload
    };
    struct receipt {
        receipt(state at, std::int64_t number, std::string text)
            : is(at), id(number), answer(std::move(text)) {}
        state is;
        std::int64_t id;
        std::string answer;
    };
    /// `scope` is what keys are unique in; `payload` all that makes two requests the same.
    asio::awaitable<result<receipt>> begin(std::string scope, std::string key,
                                           std::string_view payload);

    /// Does nothing where a lane has done it.
    asio::awaitable<result<void>> finish(std::int64_t id, std::string answer);

    /// The request had no outcome that may be told again. Does nothing where a lane finished it.
    asio::awaitable<result<void>> give_up(std::int64_t id);

    /// Removes what is older than `lifetime`; tells how many.
    asio::awaitable<result<std::int64_t>> sweep();

private:
    blocking_pool& pool_;
};

} // namespace meridian::store
