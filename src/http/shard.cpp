#include "http/shard.hpp"

#include "meridian/base/await.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/write.hpp>
#include <fmt/chrono.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <algorithm>
#include <ctime>
#include <utility>
#include <vector>

namespace meridian::http {

using base::await;
using boost::system::error_code;

namespace {

/// Timeouts are kept to within a quarter of the shortest.
std::chrono::milliseconds tick_interval(const settings& limits) {
    const auto shortest = std::min({limits.idle, limits.request_read, limits.response_write});
    return std::clamp(shortest / 4, std::chrono::milliseconds{10},
                      std::chrono::milliseconds{1'000});
}

} // namespace

shard::shard(asio::io_context& context, std::shared_ptr<shared> common, handler answer)
    : context_(context), common_(std::move(common)), answer_(std::move(answer)), acceptor_(context),
      timer_(context), gzip_(common_->limits.gzip_level),
      between_ticks_(tick_interval(common_->limits)) {
    renew_date();
}

result<std::uint16_t> shard::listen(std::uint16_t port) {
    const auto& address = common_->limits.address;
    const auto refuse = [&](const error_code& error) {
        return problem(problem_kind::internal_error, "cannot listen on " + address + " port " +
                                                         std::to_string(port) + ": " +
                                                         error.message());
    };
    error_code error;
    const auto ip = asio::ip::make_address(address, error);
    if (error)
        return refuse(error);
    const asio::ip::tcp::endpoint endpoint(ip, port);
    acceptor_.open(endpoint.protocol(), error);
    if (error)
        return refuse(error);
    acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    const int on = 1;
    if (::setsockopt(acceptor_.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0)
        return refuse(error_code(errno, boost::system::system_category()));
    if (ip.is_v6())
        acceptor_.set_option(asio::ip::v6_only(false), error);
    acceptor_.bind(endpoint, error);
    if (error)
        return refuse(error);
    acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error)
        return refuse(error);
    return acceptor_.local_endpoint().port();
}

void shard::start() {
    common_->listening.fetch_add(1);
    asio::co_spawn(context_, accept(), asio::detached);
    asio::co_spawn(context_, tick(), asio::detached);
}

asio::awaitable<void> shard::accept() {
    const auto self = shared_from_this();
    while (listening_) {
        auto [error, socket] = co_await acceptor_.async_accept(context_, await);
        if (!listening_)
            co_return;
        if (!error) {
            admit(std::move(socket));
            continue;
        }
        // For example no file descriptor is left: others will be closed.
        spdlog::warn("http: accept: {}", error.message());
        asio::steady_timer pause(context_, std::chrono::milliseconds(100));
        (void)co_await pause.async_wait(await);
    }
}

void shard::admit(tcp_socket socket) {
    error_code ignored;
    if (common_->connections.load(std::memory_order_relaxed) >= common_->limits.connections) {
        if (!common_->tls) {
            static constexpr std::string_view busy = "HTTP/1.1 503 Service Unavailable\r\n"
                                                     "Content-Length: 0\r\nRetry-After: 1\r\n"
                                                     "Connection: close\r\n\r\n";
            socket.non_blocking(true, ignored);
            (void)socket.write_some(asio::buffer(busy), ignored);
        }
        return;
    }
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    socket.non_blocking(true, ignored);
    common_->connections.fetch_add(1, std::memory_order_relaxed);
    start_session(shared_from_this(), std::move(socket));
}

void shard::enter(connection& added) {
    connections_.insert(&added);
    added.set_late(draining_);
    if (!draining_)
        common_->early.fetch_add(1, std::memory_order_relaxed);
}

void shard::leave(connection& removed) noexcept {
    connections_.erase(&removed);
    common_->connections.fetch_sub(1, std::memory_order_relaxed);
    if (!removed.late())
        common_->early.fetch_sub(1, std::memory_order_relaxed);
    if (!listening_ && connections_.empty())
        timer_.cancel();
}

asio::awaitable<void> shard::tick() {
    const auto self = shared_from_this();
    while (listening_ || !connections_.empty()) {
        timer_.expires_after(between_ticks_);
        (void)co_await timer_.async_wait(await);
        renew_date();
        const auto now = clock::now();
        // expire() only cancels: no connection leaves before its coroutine runs again
        for (auto* each : connections_)
            if (each->overdue(now))
                each->expire();
    }
}

void shard::renew_date() {
    date_ = fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::time(nullptr)));
}

void shard::drain() {
    draining_ = true;
    expire_idle();
}

void shard::stop_listening() {
    error_code ignored;
    acceptor_.close(ignored);
    if (std::exchange(listening_, false))
        common_->listening.fetch_sub(1);
    expire_idle();
    if (connections_.empty())
        timer_.cancel();
}

void shard::expire_idle() {
    for (auto* each : connections_)
        if (each->at() == connection::phase::idle)
            each->expire();
}

void shard::abort_all() {
    for (auto* each : connections_)
        each->abort();
}

} // namespace meridian::http
