#include "http/gzip.hpp"
#include "http/support.hpp"
#include "support/certificate.hpp"
#include "support/gunzip.hpp"

#include <boost/asio/ssl.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <gtest/gtest.h>

#include <array>
#include <thread>

using namespace meridian::http;
using namespace meridian::http::test;
using namespace std::chrono_literals;
using meridian::test::certificate;
using meridian::test::gunzip;
namespace beast = boost::beast;

namespace {

using parsed = beast::http::response<beast::http::string_body>;

template <typename Stream>
parsed exchange(Stream& stream, beast::http::request<beast::http::string_body> asked) {
    asked.set(beast::http::field::host, "h");
    asked.prepare_payload();
    beast::http::write(stream, asked);
    beast::flat_buffer buffer;
    parsed answer;
    beast::http::read(stream, buffer, answer);
    return answer;
}

asio::awaitable<response> large(request& asked) {
    std::string body;
    for (int i = 0; i < 1'000; ++i)
        body += "{\"id\":\"urn:ngsi-ld:Thing:" + std::to_string(i) + "\"}";
    (void)asked;
    co_return response(200, "application/json", std::move(body));
}

} // namespace

TEST(http_gzip, accept_encoding_decides) {
    for (const std::string_view text :
         {"gzip", "deflate, gzip;q=0.5", "GZIP", "*", "br;q=1, *;q=0.1"})
        EXPECT_TRUE(accepts_gzip(text)) << text;
    for (const std::string_view text :
         {"", "deflate", "gzip;q=0", "gzip; q=0.000", "*;q=0", "gzip;q=0, *", "identity"})
        EXPECT_FALSE(accepts_gzip(text)) << text;
}

TEST(http_gzip, large_bodies_are_compressed_where_accepted) {
    running_server server(large);
    asio::io_context context;
    asio::ip::tcp::socket socket(context);
    socket.connect({asio::ip::address_v4::loopback(), server->port()});
    auto plain = exchange(socket, {beast::http::verb::get, "/", 11});
    EXPECT_EQ(plain["Vary"], "Accept-Encoding");
    EXPECT_EQ(plain.count("Content-Encoding"), 0U);
    for (int i = 0; i < 3; ++i) {
        beast::http::request<beast::http::string_body> asked(beast::http::verb::get, "/", 11);
        asked.set(beast::http::field::accept_encoding, "gzip, br");
        auto packed = exchange(socket, asked);
        EXPECT_EQ(packed["Vary"], "Accept-Encoding");
        EXPECT_EQ(packed["Content-Encoding"], "gzip");
        EXPECT_LT(packed.body().size(), plain.body().size() / 4);
        EXPECT_EQ(gunzip(packed.body()), plain.body());
    }
}

TEST(http_cors, a_preflight_is_answered_and_answers_name_the_origin) {
    settings options;
    options.cors_origins = {"https://app.example"};
    running_server server(echo, options);
    raw_client client(server->port());
    client.send(
        "OPTIONS /ngsi-ld/v1/entities HTTP/1.1\r\nHost: h\r\nOrigin: https://app.example\r\n"
        "Access-Control-Request-Method: POST\r\n"
        "Access-Control-Request-Headers: content-type,link\r\n\r\n");
    const std::string allow =
        "Vary: Origin\r\nAccess-Control-Allow-Origin: https://app.example\r\n"
        "Access-Control-Expose-Headers: Content-Location, ETag, Link, Location, NGSILD-EntityMap, "
        "NGSILD-Results-Count, NGSILD-Snapshot, NGSILD-Tenant, NGSILD-Warning, Preference-Applied, "
        "Retry-After\r\n";
    EXPECT_EQ(client.read_one(),
              "HTTP/1.1 204 No Content\r\n"
              "Access-Control-Allow-Methods: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n"
              "Access-Control-Allow-Headers: content-type,link\r\n"
              "Access-Control-Max-Age: 86400\r\n" +
                  allow + "\r\n");
    client.send("GET / HTTP/1.1\r\nHost: h\r\nOrigin: https://app.example\r\n\r\n");
    EXPECT_EQ(client.read_one(), "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n" + allow +
                                     "Content-Length: 7\r\n\r\nGET /? ");
    client.send("GET / HTTP/1.1\r\nHost: h\r\nOrigin: https://evil.example\r\n\r\n");
    EXPECT_EQ(client.read_one(), "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nVary: Origin\r\n"
                                 "Content-Length: 7\r\n\r\nGET /? ");
}

TEST(http_cors, is_off_by_default_and_a_star_allows_all) {
    running_server closed(echo);
    raw_client first(closed->port());
    first.send("OPTIONS / HTTP/1.1\r\nHost: h\r\nOrigin: https://a\r\n"
               "Access-Control-Request-Method: POST\r\n\r\n");
    EXPECT_EQ(first.read_one().find("Access-Control"), std::string::npos);
    settings options;
    options.cors_origins = {"*"};
    running_server open(echo, options);
    raw_client second(open->port());
    second.send("GET / HTTP/1.1\r\nHost: h\r\nOrigin: https://a\r\n\r\n");
    EXPECT_NE(second.read_one().find("\r\nAccess-Control-Allow-Origin: *\r\n"), std::string::npos);
}

TEST(http_tls, requests_are_answered_over_tls_1_2_and_1_3) {
    certificate files;
    settings options;
    options.tls = tls_settings{files.file(), files.key()};
    running_server server(
        [](request& asked) -> asio::awaitable<response> {
            EXPECT_TRUE(asked.tls);
            const bool small = asked.path == "/small";
            co_return response(200, "text/plain", std::string(small ? 5 : 400'000, 'x'));
        },
        options, 2);
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        asio::io_context context;
        asio::ssl::context trust(asio::ssl::context::tls_client);
        trust.load_verify_file(files.file());
        trust.set_verify_mode(asio::ssl::verify_peer);
        SSL_CTX_set_min_proto_version(trust.native_handle(), version);
        SSL_CTX_set_max_proto_version(trust.native_handle(), version);
        asio::ssl::stream<asio::ip::tcp::socket> stream(context, trust);
        stream.set_verify_callback(asio::ssl::host_name_verification("localhost"));
        stream.next_layer().connect({asio::ip::address_v4::loopback(), server->port()});
        stream.handshake(asio::ssl::stream_base::client);
        EXPECT_EQ(exchange(stream, {beast::http::verb::get, "/small", 11}).body(), "xxxxx");
        EXPECT_EQ(exchange(stream, {beast::http::verb::get, "/", 11}).body(),
                  std::string(400'000, 'x'));
        boost::system::error_code error;
        stream.shutdown(error);
        EXPECT_FALSE(error) << error.message();
    }
}

TEST(http_tls, a_missing_certificate_is_a_problem) {
    asio::io_context context;
    settings options;
    options.address = "127.0.0.1";
    options.tls = tls_settings{"/nonexistent/cert.pem", "/nonexistent/key.pem"};
    auto created = server::create({&context}, options, echo);
    ASSERT_FALSE(created.has_value());
    EXPECT_EQ(created.error().kind(), meridian::problem_kind::internal_error);
}

TEST(http_server, a_taken_address_is_a_problem) {
    asio::io_context context;
    asio::ip::tcp::acceptor taken(context, {asio::ip::address_v4::loopback(), 0});
    settings options;
    options.address = "127.0.0.1";
    options.port = taken.local_endpoint().port();
    auto created = server::create({&context}, options, echo);
    ASSERT_FALSE(created.has_value());
    EXPECT_NE(created.error().detail().find("cannot listen on 127.0.0.1"), std::string::npos);
}

TEST(http_drain, requests_in_flight_are_answered_and_idle_connections_end) {
    running_server server(
        [](request&) -> asio::awaitable<response> {
            asio::steady_timer timer(co_await asio::this_coro::executor, 200ms);
            co_await timer.async_wait(asio::use_awaitable);
            co_return response(200, "text/plain", "late");
        },
        {}, 2);
    raw_client idle(server->port());
    raw_client busy(server->port());
    busy.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    std::this_thread::sleep_for(50ms);
    auto drained = server.drain(10s);
    EXPECT_EQ(idle.read_all(), "");
    EXPECT_EQ(raw_client::without_date(busy.read_all()),
              "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n"
              "Connection: close\r\n\r\nlate");
    // the client closes its end, as clients do once they were told
    busy.close();
    EXPECT_TRUE(drained.get());
    EXPECT_EQ(server->connections(), 0U);
    boost::system::error_code error;
    asio::io_context context;
    asio::ip::tcp::socket late(context);
    late.connect({asio::ip::address_v4::loopback(), server->port()}, error);
    EXPECT_EQ(error, asio::error::connection_refused);
}

/// One request on a connection of its own: what came back until the peer closed.
std::string asked_anew(std::uint16_t port) {
    raw_client client(port);
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    return raw_client::without_date(client.read_all());
}

TEST(http_drain, new_connections_are_answered_until_the_requests_in_flight_are) {
    running_server server(
        [](request& asked) -> asio::awaitable<response> {
            asio::steady_timer timer(co_await asio::this_coro::executor,
                                     asked.path == "/slow" ? 400ms : 0ms);
            co_await timer.async_wait(asio::use_awaitable);
            co_return response(503);
        },
        {}, 2);
    raw_client busy(server->port());
    busy.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
    std::this_thread::sleep_for(50ms);
    auto drained = server.drain(10s);
    std::this_thread::sleep_for(50ms);
    const std::string refusal = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n"
                                "Connection: close\r\n\r\n";
    raw_client silent(server->port()); // has nothing to say and holds nothing up
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(asked_anew(server->port()), refusal);
    EXPECT_EQ(raw_client::without_date(busy.read_all()), refusal);
    busy.close();
    EXPECT_EQ(silent.read_all(), "");
    EXPECT_TRUE(drained.get());
    EXPECT_ANY_THROW(raw_client{server->port()});
}

TEST(http_drain, new_connections_are_answered_for_the_time_of_notice_at_least) {
    running_server server(echo);
    const auto began = std::chrono::steady_clock::now();
    auto drained = server.drain(10s, 300ms);
    std::this_thread::sleep_for(100ms);
    EXPECT_NE(asked_anew(server->port()).find("Connection: close"), std::string::npos);
    EXPECT_TRUE(drained.get());
    EXPECT_GE(std::chrono::steady_clock::now() - began, 300ms);
    EXPECT_ANY_THROW(raw_client{server->port()});
}

TEST(http_drain, clients_that_keep_asking_do_not_prolong_it) {
    running_server server(echo, {}, 2);
    std::atomic<bool> done = false;
    std::thread asking([&] {
        while (!done)
            try {
                (void)asked_anew(server->port());
            } catch (const std::exception&) { // refused: it no longer listens
            }
    });
    EXPECT_TRUE(server.drain(10s, 100ms).get());
    done = true;
    asking.join();
}

TEST(http_drain, gives_up_at_its_deadline) {
    running_server server([](request&) -> asio::awaitable<response> {
        asio::steady_timer timer(co_await asio::this_coro::executor, 1s);
        co_await timer.async_wait(asio::use_awaitable);
        co_return response(204);
    });
    raw_client busy(server->port());
    busy.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    std::this_thread::sleep_for(50ms);
    EXPECT_FALSE(server.drain(50ms).get());
    EXPECT_EQ(busy.read_all(), "");
}

TEST(http_server, several_threads_share_the_port) {
    running_server server(echo, {}, 3);
    std::vector<std::thread> clients;
    std::atomic<int> good = 0;
    for (int c = 0; c < 8; ++c)
        clients.emplace_back([&] {
            raw_client client(server->port());
            for (int i = 0; i < 50; ++i) {
                client.send("GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n");
                if (client.read_one().ends_with("GET /" + std::to_string(i) + "? "))
                    ++good;
            }
        });
    for (auto& client : clients)
        client.join();
    EXPECT_EQ(good, 400);
}
