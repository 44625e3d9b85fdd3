#pragma once

#include "meridian/base/result.hpp"
#include "meridian/net/http_client.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include <chrono>
#include <memory>
#include <string_view>
#include <variant>
#include <vector>

namespace meridian::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
using clock = std::chrono::steady_clock;
using tls_stream = beast::ssl_stream<beast::tcp_stream>;

/// One connection to a host, between calls kept by its pool.
struct transport {
    explicit transport(const asio::any_io_executor& executor)
        : stream(std::in_place_type<beast::tcp_stream>, executor) {}
    transport(const asio::any_io_executor& executor, asio::ssl::context& context)
        : stream(std::in_place_type<tls_stream>, executor, context) {}

    [[nodiscard]] beast::tcp_stream& tcp() noexcept;
    /// Whether the peer has neither closed nor said anything unasked.
    [[nodiscard]] bool is_quiet() noexcept;

    std::variant<beast::tcp_stream, tls_stream> stream;
    beast::flat_buffer buffer;
    clock::time_point idle_since{};
    bool used_before = false;
};

/// Looks a host up, asks the policy about each address and connects to the first that works;
/// then TLS where `context` is given. Fails with gateway_timeout or bad_gateway.
asio::awaitable<result<std::unique_ptr<transport>>> open_transport(const url& target,
                                                                   const egress_policy& policy,
                                                                   asio::ssl::context* context,
                                                                   clock::time_point deadline);

/// The addresses of a host. Ends at the deadline also where the system's resolver does not.
asio::awaitable<result<std::vector<asio::ip::tcp::endpoint>>>
look_up(std::string_view host, std::uint16_t port, clock::time_point deadline);

/// What one exchange on a connection came to.
struct exchange_outcome {
    boost::system::error_code error;
    bool answered = false;   ///< something of the response came
    bool keep_alive = false; ///< the connection may be used again
    response answer;
};

/// Sends head and body and reads the response.
asio::awaitable<exchange_outcome> exchange(transport& on, const std::string& head,
                                           const request& call, std::size_t response_bytes,
                                           clock::time_point deadline);

} // namespace meridian::net
