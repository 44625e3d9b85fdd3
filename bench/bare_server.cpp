// The least that a coroutine server on Beast can do: it answers every request with the bytes of one
// file. What the broker needs beside it is its own cost (bench/run).
//
//   bare_server PORT FILE THREADS

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

constexpr auto await = asio::as_tuple(asio::use_awaitable);

asio::awaitable<void> serve(tcp::socket socket, const std::string& body) {
    beast::tcp_stream stream(std::move(socket));
    stream.socket().set_option(tcp::no_delay(true));
    beast::flat_buffer buffer;
    while (true) {
        stream.expires_after(std::chrono::seconds(60));
        http::request_parser<http::string_body> parser;
        const auto [read_error, read] = co_await http::async_read(stream, buffer, parser, await);
        if (read_error)
            co_return;
        http::response<http::span_body<const char>> answer(http::status::ok, 11);
        answer.set(http::field::content_type, "application/json");
        answer.set(http::field::link,
                   "<https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld>; "
                   "rel=\"http://www.w3.org/ns/json-ld#context\"; type=\"application/ld+json\"");
        answer.keep_alive(parser.get().keep_alive());
        answer.body() = {body.data(), body.size()};
        answer.prepare_payload();
        const auto [write_error, written] = co_await http::async_write(stream, answer, await);
        if (write_error || !answer.keep_alive())
            co_return;
    }
}

asio::awaitable<void> accept(tcp::acceptor acceptor, const std::string& body) {
    while (true) {
        auto [error, socket] = co_await acceptor.async_accept(await);
        if (error)
            co_return;
        const auto executor = acceptor.get_executor();
        asio::co_spawn(executor, serve(std::move(socket), body), asio::detached);
    }
}

/// One a thread, as in the broker: the kernel spreads the connections.
tcp::acceptor listen(asio::io_context& loop, std::uint16_t port) {
    tcp::acceptor acceptor(loop);
    const tcp::endpoint at(asio::ip::address_v4::loopback(), port);
    acceptor.open(at.protocol());
    const int on = 1;
    setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    acceptor.set_option(tcp::acceptor::reuse_address(true));
    acceptor.bind(at);
    acceptor.listen();
    return acceptor;
}

} // namespace

int main(int count, char** texts) {
    if (count != 4) {
        std::fputs("usage: bare_server PORT FILE THREADS\n", stderr);
        return 2;
    }
    const auto port = static_cast<std::uint16_t>(std::atoi(texts[1]));
    std::ostringstream content;
    content << std::ifstream(texts[2], std::ios::binary).rdbuf();
    const std::string body = content.str();
    std::vector<std::unique_ptr<asio::io_context>> loops;
    std::vector<std::thread> threads;
    for (int i = std::atoi(texts[3]); i > 0; --i) {
        auto& loop = *loops.emplace_back(std::make_unique<asio::io_context>(1));
        asio::co_spawn(loop, accept(listen(loop, port), body), asio::detached);
    }
    for (auto& loop : loops)
        threads.emplace_back([&loop] { loop->run(); });
    for (auto& thread : threads)
        thread.join();
}
