#include "net/transport.hpp"

#include "meridian/base/await.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <array>
#include <sys/socket.h>

namespace meridian::net {

using base::await;
using boost::system::error_code;

namespace {

/// What a look-up and the one who waits for it share: the waiting may end first.
struct pending_lookup {
    pending_lookup(const asio::any_io_executor& executor) : resolver(executor), wake(executor) {}
    asio::ip::tcp::resolver resolver;
    asio::steady_timer wake;
    bool done = false;
    error_code error;
    std::vector<asio::ip::tcp::endpoint> found;
};

problem unreachable(const url& target, const std::string& why) {
    return problem(problem_kind::bad_gateway, target.authority() + ": " + why);
}

asio::awaitable<error_code> start_tls(tls_stream& stream, const std::string& host) {
    error_code error;
    (void)asio::ip::make_address(host, error);
    if (error) { // RFC 6066: a name, not an address
        if (SSL_set_tlsext_host_name(stream.native_handle(), host.c_str()) != 1)
            co_return error_code(asio::error::invalid_argument);
    }
    stream.set_verify_callback(asio::ssl::host_name_verification(host));
    auto [failed] = co_await stream.async_handshake(asio::ssl::stream_base::client, await);
    co_return failed;
}

template <typename Stream>
asio::awaitable<exchange_outcome> exchange_on(Stream& stream, beast::flat_buffer& buffer,
                                              const std::string& head, const request& call,
                                              std::size_t response_bytes) {
    exchange_outcome out;
    const std::array<asio::const_buffer, 2> parts{asio::buffer(head), asio::buffer(call.body)};
    auto [write_error, written] = co_await asio::async_write(stream, parts, await);
    if (write_error) {
        out.error = write_error;
        co_return out;
    }
    for (;;) {
        beast::http::response_parser<beast::http::string_body> parser;
        parser.header_limit(65'536);
        parser.body_limit(response_bytes);
        parser.skip(call.method == "HEAD");
        auto [error, count] = co_await beast::http::async_read(stream, buffer, parser, await);
        out.answered = out.answered || parser.got_some();
        if (error) {
            out.error = error;
            co_return out;
        }
        auto message = parser.release();
        if (message.result_int() / 100 == 1) // an interim response: the real one follows
            continue;
        out.keep_alive = message.keep_alive() && buffer.size() == 0;
        out.answer.status = message.result_int();
        for (const auto& field : message)
            out.answer.headers.emplace_back(std::string(field.name_string()),
                                            std::string(field.value()));
        out.answer.body = std::move(message.body());
        co_return out;
    }
}

} // namespace

beast::tcp_stream& transport::tcp() noexcept {
    if (auto* plain = std::get_if<beast::tcp_stream>(&stream))
        return *plain;
    return std::get<tls_stream>(stream).next_layer();
}

bool transport::is_quiet() noexcept {
    char byte = 0;
    const auto count = ::recv(tcp().socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

asio::awaitable<result<std::vector<asio::ip::tcp::endpoint>>>
look_up(std::string_view host, std::uint16_t port, clock::time_point deadline) {
    error_code not_numeric;
    const auto address = asio::ip::make_address(host, not_numeric);
    if (!not_numeric)
        co_return std::vector<asio::ip::tcp::endpoint>{{address, port}};
    auto shared = std::make_shared<pending_lookup>(co_await asio::this_coro::executor);
    shared->wake.expires_at(deadline);
    shared->resolver.async_resolve(
        std::string(host), std::to_string(port),
        [shared](error_code error, const asio::ip::tcp::resolver::results_type& found) {
            shared->done = true;
            shared->error = error;
            for (const auto& each : found)
                shared->found.push_back(each.endpoint());
            shared->wake.cancel();
        });
    (void)co_await shared->wake.async_wait(await);
    if (!shared->done) {
        shared->resolver.cancel();
        co_return problem(problem_kind::gateway_timeout,
                          std::string(host) + ": the name was not resolved in time");
    }
    if (shared->error)
        co_return problem(problem_kind::bad_gateway,
                          std::string(host) + ": " + shared->error.message());
    co_return std::move(shared->found);
}

asio::awaitable<result<std::unique_ptr<transport>>> open_transport(const url& target,
                                                                   const egress_policy& policy,
                                                                   asio::ssl::context* context,
                                                                   clock::time_point deadline) {
    MERIDIAN_CO_TRY(auto endpoints, co_await look_up(target.host, target.port, deadline));
    const auto executor = co_await asio::this_coro::executor;
    std::string why = "it has no address that may be called (egress policy)";
    bool timed_out = false;
    for (const auto& endpoint : endpoints) {
        if (!policy.allows(endpoint.address()))
            continue;
        auto opened = context != nullptr ? std::make_unique<transport>(executor, *context)
                                         : std::make_unique<transport>(executor);
        opened->tcp().expires_at(deadline);
        auto [error] = co_await opened->tcp().async_connect(endpoint, await);
        if (!error) {
            error_code ignored;
            opened->tcp().socket().set_option(asio::ip::tcp::no_delay(true), ignored);
            if (context != nullptr)
                error = co_await start_tls(std::get<tls_stream>(opened->stream), target.host);
        }
        if (!error)
            co_return std::move(opened);
        why = error.message();
        timed_out = error == beast::error::timeout;
    }
    if (timed_out)
        co_return problem(problem_kind::gateway_timeout,
                          target.authority() + ": no connection in time");
    co_return unreachable(target, why);
}

asio::awaitable<exchange_outcome> exchange(transport& on, const std::string& head,
                                           const request& call, std::size_t response_bytes,
                                           clock::time_point deadline) {
    on.tcp().expires_at(deadline);
    exchange_outcome out;
    if (auto* plain = std::get_if<beast::tcp_stream>(&on.stream))
        out = co_await exchange_on(*plain, on.buffer, head, call, response_bytes);
    else
        out = co_await exchange_on(std::get<tls_stream>(on.stream), on.buffer, head, call,
                                   response_bytes);
    on.tcp().expires_never();
    co_return out;
}

} // namespace meridian::net
