#pragma once

#include "meridian/base/result.hpp"

#include <boost/asio/thread_pool.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace meridian::store {

/// A handful of threads with a libpqxx connection each, for the small stores (tenants, dictionary,
/// contexts, subscriptions): what is rare and reads better as blocking code. Connections are
/// opened when first needed, and again when one was lost. Shared by all loops; thread-safe. Must be
/// destroyed before the io_contexts whose coroutines await on it.
class blocking_pool {
public:
    /// Does not connect yet. `conninfo` is libpq's key=value form or a URI.
    explicit blocking_pool(std::string conninfo, std::size_t threads = 4);
    blocking_pool(const blocking_pool&) = delete;
    blocking_pool& operator=(const blocking_pool&) = delete;
    /// Waits for what runs; what has not begun is dropped.
    ~blocking_pool();

    /// A connection as the small stores see it (src/store/blocking/session.hpp).
    class session;
    /// Runs `work` on a thread of this pool with a connection, which is never shared meanwhile.
    /// For blocking/run.hpp, which gives it an awaitable's shape.
    void post(std::function<void(session&)> work);

private:
    std::unique_ptr<session> borrow();
    void give_back(std::unique_ptr<session> idle);

    std::string conninfo_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<session>> idle_;
    boost::asio::thread_pool threads_;
};

} // namespace meridian::store
