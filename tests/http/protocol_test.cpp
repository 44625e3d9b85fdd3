#include "http/support.hpp"

#include <gtest/gtest.h>

using namespace meridian::http;
using namespace meridian::http::test;
using namespace std::chrono_literals;

namespace {

std::string plain(std::string_view body) {
    return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

const std::string errors = "https://uri.etsi.org/ngsi-ld/errors/";

/// A refusal as the server words it (5.5.3); it always closes. What table 5.5.2-1 has no type for
/// is about:blank, with HTTP's own phrase as the title.
std::string refused(std::string_view line, std::string_view type, std::string_view title,
                    std::string_view detail) {
    std::string body = "{\"type\":\"";
    body.append(type).append("\",\"title\":\"").append(title).append("\",\"detail\":\"");
    body.append(detail).append("\",\"status\":").append(line.substr(0, 3)).append("}");
    return "HTTP/1.1 " + std::string(line) +
           "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\nConnection: close\r\n\r\n" + body;
}

std::string malformed(std::string_view detail) {
    return refused("400 Bad Request", errors + "InvalidRequest", "Invalid request", detail);
}

} // namespace

TEST(http_server, answers_requests_on_one_connection_one_after_the_other) {
    running_server server(echo);
    raw_client client(server->port());
    client.send("GET /a/b%20c?x=1&y HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(client.read_one(), plain("GET /a/b%20c?x=1&y "));
    client.send("POST /c HTTP/1.1\r\nhost: h\r\ncontent-length: 5\r\n\r\nhe");
    client.send("llo");
    EXPECT_EQ(client.read_one(), plain("POST /c? hello"));
    EXPECT_EQ(server->connections(), 1U);
}

TEST(http_server, answers_pipelined_requests_in_order) {
    running_server server([](request& asked) -> asio::awaitable<response> {
        if (asked.path == "/slow") {
            asio::steady_timer timer(co_await asio::this_coro::executor, 1ms);
            co_await timer.async_wait(asio::use_awaitable);
        }
        co_return response(200, "text/plain", std::string(asked.path) + std::string(asked.body));
    });
    raw_client client(server->port());
    std::string all;
    for (int i = 0; i < 200; ++i)
        all += "PUT /" + std::to_string(i) +
               " HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab"
               "GET /slow HTTP/1.1\r\nHost: h\r\n\r\n";
    client.send(std::string_view(all).substr(0, all.size() / 2));
    client.send(std::string_view(all).substr(all.size() / 2));
    for (int i = 0; i < 200; ++i) {
        ASSERT_EQ(client.read_one(), plain("/" + std::to_string(i) + "ab"));
        ASSERT_EQ(client.read_one(), plain("/slow"));
    }
}

TEST(http_server, takes_a_request_byte_by_byte) {
    running_server server(echo);
    raw_client client(server->port());
    const std::string text = "\r\nPOST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc";
    for (std::size_t i = 0; i < text.size(); ++i)
        client.send(std::string_view(text).substr(i, 1));
    EXPECT_EQ(client.read_one(), plain("POST /? abc"));
}

TEST(http_server, hands_the_request_over_whole) {
    running_server server([](request& asked) -> asio::awaitable<response> {
        EXPECT_EQ(asked.method, method::patch);
        EXPECT_EQ(asked.header("NGSILD-Tenant"), "t1");
        EXPECT_EQ(asked.header("ngsild-tenant"), "t1");
        EXPECT_EQ(asked.header("absent"), "");
        EXPECT_FALSE(asked.has_header("absent"));
        EXPECT_EQ(asked.headers.size(), 4U);
        EXPECT_TRUE(asked.remote.address().is_loopback());
        EXPECT_FALSE(asked.tls);
        EXPECT_NE(asked.id, 0U);
        response out(204);
        out.add("Location", "/x\r\nEvil: 1").add("NGSILD-Results-Count", "7");
        co_return out;
    });
    raw_client client(server->port());
    client.send(
        "PATCH http://h:1/x HTTP/1.1\r\nHost: h\r\nNgsiLD-Tenant: t1\r\nNGSILD-Tenant: t2\r\n"
        "Content-Length: 0\r\n\r\n");
    EXPECT_EQ(client.read_one(), "HTTP/1.1 204 No Content\r\nLocation: /x  Evil: 1\r\n"
                                 "NGSILD-Results-Count: 7\r\n\r\n");
}

TEST(http_server, head_is_a_get_whose_body_is_not_sent) {
    running_server server(echo);
    raw_client client(server->port());
    client.send("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(client.read_one(true),
              "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\n");
    EXPECT_EQ(client.read_one(), plain("GET /b? "));
}

TEST(http_server, connections_end_when_the_client_asks_and_with_http_1_0) {
    running_server server(echo);
    raw_client closing(server->port());
    closing.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 7\r\n";
    EXPECT_EQ(raw_client::without_date(closing.read_all()),
              head + "Connection: close\r\n\r\nGET /? ");
    raw_client old(server->port());
    old.send("GET / HTTP/1.0\r\n\r\n");
    EXPECT_EQ(raw_client::without_date(old.read_all()), head + "Connection: close\r\n\r\nGET /? ");
    raw_client kept(server->port());
    kept.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(kept.read_one(), head + "Connection: keep-alive\r\n\r\nGET /? ");
}

TEST(http_server, malformed_requests_get_400_and_the_connection_ends) {
    running_server server(echo);
    const std::string bad_head = "the request line or a header is malformed";
    const std::string not_http = "the request is not HTTP/1.1";
    const std::pair<std::string, std::string> rows[] = {
        {"GARBAGE\r\n\r\n", bad_head},
        {"GET / HTTP/2.0\r\nHost: h\r\n\r\n", bad_head},
        {"GET  / HTTP/1.1\r\nHost: h\r\n\r\n", bad_head},
        {"GET / HTTP/1.1\r\n\r\n", bad_head},
        {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", bad_head},
        {"GET / HTTP/1.1\r\nHost: a\r\nBad Name: b\r\n\r\n", bad_head},
        {"GET / HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n", bad_head},
        {"GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n folded\r\n\r\n", bad_head},
        {"GET / HTTP/1.1\r\nHost: a\r\nX: b\x01\r\n\r\n", bad_head},
        {"GET foo HTTP/1.1\r\nHost: a\r\n\r\n", bad_head},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
         bad_head},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", bad_head},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\n", bad_head},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc",
         bad_head},
        {"GET / HTTP/1.1\nHost: h\n\n", not_http},
        {"\x16\x03\x01\x02", not_http},
    };
    for (const auto& [sent, detail] : rows) {
        raw_client client(server->port());
        client.send(sent);
        EXPECT_EQ(raw_client::without_date(client.read_all()), malformed(detail)) << sent;
    }
}

TEST(clause_6_3_4_preconditions, a_body_without_content_length_is_411_without_a_body) {
    running_server server(echo);
    raw_client chunked(server->port());
    chunked.send(
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n"
        "\r\n");
    EXPECT_EQ(raw_client::without_date(chunked.read_all()),
              "HTTP/1.1 411 Length Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    raw_client absent(server->port());
    absent.send("PATCH / HTTP/1.1\r\nHost: h\r\n\r\nDELETE /x HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(absent.read_one(), "HTTP/1.1 411 Length Required\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(absent.read_one(), plain("DELETE /x? "));
}

TEST(http_limits, url_and_header_block_are_limited) {
    settings options;
    options.gzip = false;
    running_server server(echo, options);
    const auto ask = [&](const std::string& text) {
        raw_client client(server->port());
        client.send(text);
        return client.read_one();
    };
    const std::string at_limit = "/" + std::string(8'191, 'u');
    EXPECT_EQ(ask("GET " + at_limit + " HTTP/1.1\r\nHost: h\r\n\r\n"),
              plain("GET " + at_limit + "? "));
    const auto too_long = refused("414 URI Too Long", "about:blank", "URI Too Long",
                                  "the URL is longer than 8192 bytes");
    EXPECT_EQ(ask("GET " + at_limit + "u HTTP/1.1\r\nHost: h\r\n\r\n"), too_long);
    EXPECT_EQ(ask("GET /" + std::string(100'000, 'u')), too_long);
    const auto too_large =
        refused("431 Request Header Fields Too Large", "about:blank",
                "Request Header Fields Too Large", "the header block is larger than 16384 bytes");
    EXPECT_EQ(ask("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(17'000, 'x') + "\r\n\r\n"),
              too_large);
    EXPECT_EQ(ask("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(100'000, 'x')), too_large);
    EXPECT_EQ(ask("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(16'000, 'x') + "\r\n\r\n"),
              plain("GET /? "));
}

TEST(http_limits, a_body_beyond_the_limit_is_413_and_one_at_the_limit_arrives_whole) {
    settings options;
    options.body_bytes = 300'000;
    options.gzip = false;
    running_server server(echo, options);
    std::string body(300'000, 'b');
    raw_client fits(server->port());
    fits.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 300000\r\n\r\n" + body);
    EXPECT_EQ(fits.read_one(), plain("POST /? " + body));
    fits.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(fits.read_one(), plain("GET /? "));
    raw_client beyond(server->port());
    beyond.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 300001\r\n\r\n" + body);
    EXPECT_EQ(beyond.read_one(),
              refused("413 Payload Too Large", "about:blank", "Payload Too Large",
                      "the body is larger than 300000 bytes"));
}

TEST(http_server, continue_is_said_only_where_the_body_is_wanted) {
    settings options;
    options.body_bytes = 10;
    running_server server(echo, options);
    raw_client wanted(server->port());
    wanted.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(wanted.read_one(), "HTTP/1.1 100 Continue\r\n\r\n");
    wanted.send("abc");
    EXPECT_EQ(wanted.read_one(), plain("POST /? abc"));
    raw_client refused_client(server->port());
    refused_client.send(
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(refused_client.read_one().substr(0, 12), "HTTP/1.1 413");
}

TEST(http_limits, idle_connections_and_slow_requests_are_ended) {
    settings options;
    options.idle = 1s;
    options.request_read = 1s;
    running_server server(echo, options);
    raw_client idle(server->port());
    raw_client slow(server->port());
    slow.send("GET / HTTP/1.1\r\nHo");
    EXPECT_EQ(raw_client::without_date(slow.read_all()),
              refused("408 Request Timeout", "about:blank", "Request Timeout",
                      "the request did not arrive in time"));
    EXPECT_EQ(idle.read_all(), "");
}

TEST(http_limits, timeouts_below_a_second_are_kept) {
    settings options;
    options.idle = 100ms;
    options.request_read = 300ms;
    running_server server(echo, options);
    const auto began = std::chrono::steady_clock::now();
    raw_client idle(server->port());
    raw_client slow(server->port());
    slow.send("GET / HTTP/1.1\r\nHo");
    EXPECT_EQ(idle.read_all(), "");
    EXPECT_GE(std::chrono::steady_clock::now() - began, 100ms);
    EXPECT_EQ(slow.read_one().substr(0, 12), "HTTP/1.1 408");
    EXPECT_GE(std::chrono::steady_clock::now() - began, 300ms);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 900ms);
}

TEST(http_limits, connections_beyond_the_limit_get_503) {
    settings options;
    options.connections = 1;
    running_server server(echo, options);
    raw_client first(server->port());
    first.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(first.read_one(), plain("GET /? "));
    raw_client second(server->port());
    EXPECT_EQ(second.read_all(), "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n"
                                 "Retry-After: 1\r\nConnection: close\r\n\r\n");
}

TEST(http_server, a_handlers_exception_is_500_internal_error_and_the_connection_goes_on) {
    running_server server([](request& asked) -> asio::awaitable<response> {
        if (asked.path == "/bad")
            throw std::runtime_error("secret");
        co_return response(204);
    });
    raw_client client(server->port());
    client.send("GET /bad HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n");
    auto expected = refused("500 Internal Server Error", errors + "InternalError", "Internal error",
                            "an internal error occurred");
    expected.erase(expected.find("Connection: close\r\n"), 19);
    EXPECT_EQ(client.read_one(), expected);
    EXPECT_EQ(client.read_one(), "HTTP/1.1 204 No Content\r\n\r\n");
}
