#include "meridian/store/blocking_pool.hpp"

#include "store/blocking/session.hpp"

#include <boost/asio/post.hpp>

namespace meridian::store {
namespace {

/// A connection string that cannot be read shows itself when a connection is opened.
std::string to_session_conninfo(std::string conninfo) {
    auto expanded = blocking::session_conninfo(conninfo);
    return expanded ? *std::move(expanded) : std::move(conninfo);
}

} // namespace

blocking_pool::blocking_pool(std::string conninfo, std::size_t threads)
    : conninfo_(to_session_conninfo(std::move(conninfo))), threads_(threads) {}

blocking_pool::~blocking_pool() {
    threads_.stop();
    threads_.join();
}

void blocking_pool::post(std::function<void(session&)> work) {
    boost::asio::post(threads_, [this, work = std::move(work)]() mutable {
        std::unique_ptr<session> on = borrow();
        work(*on);
        give_back(std::move(on));
    });
}

// There are never more sessions than threads: each thread uses one at a time.
std::unique_ptr<blocking_pool::session> blocking_pool::borrow() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty())
        return std::make_unique<session>(conninfo_);
    std::unique_ptr<session> last = std::move(idle_.back());
    idle_.pop_back();
    return last;
}

void blocking_pool::give_back(std::unique_ptr<session> idle) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(idle));
}

} // namespace meridian::store
