#pragma once

#include "meridian/base/result.hpp"
#include "meridian/http/request.hpp"
#include "meridian/http/response.hpp"
#include "meridian/http/settings.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace meridian::http {

/// Answers one request. Called on the connection's io_context; several calls may be under way on
/// one thread. An exception is logged and answered with 500 InternalError.
using handler = std::function<boost::asio::awaitable<response>(request&)>;

/// The inbound server: one acceptor on each io_context (SO_REUSEPORT), one coroutine a connection,
/// which stays on the thread that accepted it. Each io_context must be run by one thread.
///
/// Clause 6.3.4: a POST, PUT or PATCH without Content-Length, and any chunked body, is answered
/// with 411 and no body. What is not HTTP/1.x is answered with 400 InvalidRequest.
class server {
public:
    /// Listens, and accepts as soon as the contexts run. The contexts must outlive the server.
    /// Fails with internal_error where the address is taken or the certificate cannot be read.
    static result<std::unique_ptr<server>>
    create(const std::vector<boost::asio::io_context*>& contexts, settings options, handler answer);
    /// The same with a handler of its own for each context, which is called on that one alone.
    static result<std::unique_ptr<server>>
    create(const std::vector<boost::asio::io_context*>& contexts, settings options,
           std::vector<handler> answers);
    ~server();
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    [[nodiscard]] std::uint16_t port() const noexcept;
    /// Connections that are open now, for metrics.
    [[nodiscard]] std::size_t connections() const noexcept;

    /// Closes idle connections and lets requests in flight be answered (with `Connection: close`).
    /// Meanwhile, and for `notice` at least, new connections are still accepted and get one request
    /// answered each, so that who looks whether the server is ready hears that it is not; then no
    /// more are. What is still there after `patience` is closed. True where all ended by
    /// themselves. May be awaited on any executor.
    boost::asio::awaitable<bool> drain(std::chrono::milliseconds patience,
                                       std::chrono::milliseconds notice = {});

private:
    struct state;
    explicit server(std::unique_ptr<state> parts);
    std::unique_ptr<state> state_;
};

} // namespace meridian::http
