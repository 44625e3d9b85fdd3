#include "net/support.hpp"

#include <boost/asio/ssl.hpp>
#include <gtest/gtest.h>

using namespace meridian;
using namespace meridian::net;
using namespace meridian::net::test;
using namespace std::chrono_literals;

namespace {

class calling : public testing::Test {
protected:
    void open(client_settings settings = {}) {
        auto created = http_client::create(context_.get_executor(), std::move(settings));
        ASSERT_TRUE(created.has_value()) << created.error().detail();
        client_ = std::move(*created);
    }
    result<response> send(request call) {
        std::optional<result<response>> out;
        asio::co_spawn(
            context_, client_->send(std::move(call)),
            [&](const std::exception_ptr&, result<response> got) { out.emplace(std::move(got)); });
        context_.restart();
        context_.run();
        return std::move(*out);
    }
    problem_kind refusal(request call) {
        auto got = send(std::move(call));
        EXPECT_FALSE(got.has_value());
        return got ? problem_kind::conflict : got.error().kind();
    }

    asio::io_context context_{1};
    std::unique_ptr<http_client> client_;
};

using net_http_client = calling;

} // namespace

TEST_F(net_http_client, sends_what_it_is_told_and_keeps_the_connection) {
    scripted_peer peer(echo);
    open();
    request call("POST", peer.url("/notify?x=1"));
    call.headers = {
        {"Content-Type", "application/json"}, {"Connection", "close"}, {"host", "evil"}};
    call.body = "{}";
    for (int i = 0; i < 3; ++i) {
        auto got = send(call);
        ASSERT_TRUE(got.has_value()) << got.error().detail();
        EXPECT_EQ(got->status, 200U);
        EXPECT_EQ(got->body,
                  "POST /notify?x=1 HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(peer.port()) +
                      "\r\nContent-Type: application/json\r\nUser-Agent: meridian\r\n"
                      "Content-Length: 2\r\n\r\n{}");
        EXPECT_EQ(got->header("content-length"), std::to_string(got->body.size()));
        EXPECT_EQ(got->url, peer.url("/notify?x=1"));
    }
    EXPECT_EQ(peer.connections(), 1);
}

TEST_F(net_http_client, reads_chunked_interim_and_unlimited_answers) {
    scripted_peer peer([](tcp::socket& socket, int index) {
        std::string buffer;
        (void)take_request(socket, buffer);
        if (index == 0)
            say(socket, "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n"
                        "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n");
        else
            say(socket, "HTTP/1.1 200 OK\r\n\r\nto the end");
    });
    open();
    EXPECT_EQ(send(request("GET", peer.url("/")))->body, "abc");
    EXPECT_EQ(send(request("GET", peer.url("/")))->body, "to the end");
}

TEST_F(net_http_client, head_has_no_body_and_204_neither) {
    scripted_peer peer([](tcp::socket& socket, int) {
        std::string buffer;
        (void)take_request(socket, buffer);
        say(socket, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
        (void)take_request(socket, buffer);
        say(socket, "HTTP/1.1 204 No Content\r\n\r\n");
    });
    open();
    EXPECT_EQ(send(request("HEAD", peer.url("/")))->body, "");
    EXPECT_EQ(send(request("DELETE", peer.url("/")))->status, 204U);
    EXPECT_EQ(peer.connections(), 1);
}

TEST_F(net_http_client, a_kept_connection_that_died_is_replaced_once_for_repeatable_calls) {
    // The peer takes a second request on each connection and dies without a word.
    scripted_peer peer([](tcp::socket& socket, int) {
        std::string buffer;
        (void)take_request(socket, buffer);
        say(socket, ok("first"));
        (void)take_request(socket, buffer);
    });
    open();
    EXPECT_EQ(send(request("GET", peer.url("/")))->body, "first");
    EXPECT_EQ(send(request("GET", peer.url("/")))->body, "first");
    EXPECT_EQ(peer.connections(), 2);
    EXPECT_EQ(refusal(request("POST", peer.url("/"))), problem_kind::bad_gateway);
    EXPECT_EQ(peer.connections(), 2);
    EXPECT_EQ(send(request("POST", peer.url("/")))->body, "first");
    request again("POST", peer.url("/"));
    again.repeatable = true;
    EXPECT_EQ(send(again)->body, "first");
    EXPECT_EQ(peer.connections(), 4);
}

TEST_F(net_http_client, a_connection_that_the_peer_closed_while_idle_is_not_used) {
    scripted_peer peer([](tcp::socket& socket, int) {
        std::string buffer;
        (void)take_request(socket, buffer);
        say(socket, ok("one"));
    });
    open();
    EXPECT_EQ(send(request("POST", peer.url("/")))->body, "one");
    std::this_thread::sleep_for(50ms);
    EXPECT_EQ(send(request("POST", peer.url("/")))->body, "one");
    EXPECT_EQ(peer.connections(), 2);
}

TEST_F(net_http_client, time_size_and_protocol_are_limited) {
    scripted_peer peer([](tcp::socket& socket, int) {
        std::string buffer;
        const auto asked = take_request(socket, buffer);
        if (asked.starts_with("GET /large "))
            say(socket, ok(std::string(2'000, 'x')));
        else if (asked.starts_with("GET /chunked "))
            say(socket, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" +
                            std::string(2'000, 'x') + "\r\n0\r\n\r\n");
        else if (asked.starts_with("GET /rubbish "))
            say(socket, "220 smtp.example ESMTP\r\n\r\n");
        else
            (void)take_request(socket, buffer); // says nothing
    });
    open();
    request silent("GET", peer.url("/silent"));
    silent.timeout = 100ms;
    EXPECT_EQ(refusal(silent), problem_kind::gateway_timeout);
    for (const char* path : {"/large", "/chunked"}) {
        request large("GET", peer.url(path));
        large.response_bytes = 1'999;
        EXPECT_EQ(refusal(large), problem_kind::bad_gateway);
    }
    EXPECT_EQ(refusal(request("GET", peer.url("/rubbish"))), problem_kind::bad_gateway);
}

TEST_F(net_http_client, what_cannot_be_sent_is_bad_request_data) {
    open();
    EXPECT_EQ(refusal(request("GET", "ftp://h/")), problem_kind::bad_request_data);
    EXPECT_EQ(refusal(request("GE T", "http://127.0.0.1:1/")), problem_kind::bad_request_data);
    request injecting("GET", "http://127.0.0.1:1/");
    injecting.headers = {{"X", "a\r\nEvil: 1"}};
    EXPECT_EQ(refusal(injecting), problem_kind::bad_request_data);
    injecting.headers = {{"X: y\r\nEvil", "a"}};
    EXPECT_EQ(refusal(injecting), problem_kind::bad_request_data);
}

TEST_F(net_http_client, redirects_are_followed_only_where_asked_and_are_checked) {
    scripted_peer peer([](tcp::socket& socket, int) {
        std::string buffer;
        for (;;) {
            const auto asked = take_request(socket, buffer);
            if (asked.empty())
                return;
            if (asked.find(" /to/metadata ") != std::string::npos)
                say(socket, "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest\r\n"
                            "Content-Length: 0\r\n\r\n");
            else if (asked.find(" /loop ") != std::string::npos)
                say(socket, "HTTP/1.1 302 Found\r\nLocation: loop\r\nContent-Length: 0\r\n\r\n");
            else if (asked.find(" /see-other ") != std::string::npos)
                say(socket,
                    "HTTP/1.1 303 See Other\r\nLocation: /final\r\nContent-Length: 0\r\n\r\n");
            else if (asked.find(" /kept ") != std::string::npos)
                say(socket, "HTTP/1.1 307 Temporary Redirect\r\nLocation: "
                            "/final\r\nContent-Length: 0\r\n\r\n");
            else
                say(socket,
                    ok(asked.substr(0, asked.find('\r')) + asked.substr(asked.find("\r\n\r\n"))));
        }
    });
    open();
    request call("POST", peer.url("/see-other"));
    call.body = "b";
    EXPECT_EQ(send(call)->status, 303U);
    call.redirects = 5;
    EXPECT_EQ(send(call)->body, "GET /final HTTP/1.1\r\n\r\n");
    call.url = peer.url("/kept");
    const auto kept = send(call);
    EXPECT_EQ(kept->body, "POST /final HTTP/1.1\r\n\r\nb");
    EXPECT_EQ(kept->url, peer.url("/final"));
    call.url = peer.url("/loop");
    EXPECT_EQ(refusal(call), problem_kind::bad_gateway);
    call.url = peer.url("/to/metadata");
    auto metadata = send(call);
    ASSERT_FALSE(metadata.has_value());
    EXPECT_NE(metadata.error().detail().find("egress policy"), std::string::npos);
}

TEST_F(net_http_client, the_egress_policy_is_asked_about_the_resolved_address) {
    scripted_peer peer(echo);
    client_settings settings;
    settings.egress.allow_loopback = false;
    open(settings);
    auto by_name = send(request("GET", "http://localhost:" + std::to_string(peer.port()) + "/"));
    ASSERT_FALSE(by_name.has_value());
    EXPECT_NE(by_name.error().detail().find("egress policy"), std::string::npos);
    EXPECT_EQ(peer.connections(), 0);
}

TEST_F(net_http_client, a_host_that_fails_is_left_alone_for_a_while) {
    std::uint16_t port = 0;
    {
        scripted_peer gone(echo);
        port = gone.port();
    }
    client_settings settings;
    settings.breaker_failures = 2;
    settings.breaker_pause = 100ms;
    open(settings);
    const request call("GET", "http://127.0.0.1:" + std::to_string(port) + "/");
    EXPECT_EQ(refusal(call), problem_kind::bad_gateway);
    EXPECT_EQ(refusal(call), problem_kind::bad_gateway);
    EXPECT_EQ(refusal(call), problem_kind::unavailable);
    std::this_thread::sleep_for(120ms);
    EXPECT_EQ(refusal(call), problem_kind::bad_gateway);
    EXPECT_EQ(refusal(call), problem_kind::unavailable);
}

TEST_F(net_http_client, calls_to_one_host_wait_for_their_turn) {
    std::atomic<int> now = 0;
    std::atomic<int> most = 0;
    scripted_peer peer([&](tcp::socket& socket, int) {
        std::string buffer;
        while (!take_request(socket, buffer).empty()) {
            most = std::max(most.load(), ++now);
            std::this_thread::sleep_for(5ms);
            --now;
            say(socket, ok("x"));
        }
    });
    client_settings settings;
    settings.connections_per_host = 2;
    settings.waiting_per_host = 18;
    open(settings);
    int good = 0;
    int refused = 0;
    int late = 0;
    for (int i = 0; i < 21; ++i) {
        request call("GET", peer.url("/"));
        if (i == 19)
            call.timeout = 1ms; // cannot get its turn in time
        asio::co_spawn(context_, client_->send(std::move(call)),
                       [&](const std::exception_ptr&, const result<response>& got) {
                           if (got)
                               ++good;
                           else if (got.error().kind() == problem_kind::gateway_timeout)
                               ++late;
                           else if (got.error().kind() == problem_kind::too_many_requests)
                               ++refused;
                       });
    }
    context_.run();
    EXPECT_EQ(good, 19);
    EXPECT_EQ(late, 1);
    EXPECT_EQ(refused, 1);
    EXPECT_EQ(most, 2);
    EXPECT_EQ(peer.connections(), 2);
}

TEST_F(net_http_client, tls_is_verified) {
    certificate files;
    asio::ssl::context identity(asio::ssl::context::tls_server);
    identity.use_certificate_chain_file(files.file());
    identity.use_private_key_file(files.key(), asio::ssl::context::pem);
    scripted_peer peer([&](tcp::socket& socket, int) {
        asio::ssl::stream<tcp::socket&> stream(socket, identity);
        boost::system::error_code error;
        stream.handshake(asio::ssl::stream_base::server, error);
        if (error)
            return;
        std::string buffer;
        while (!take_request(stream, buffer).empty())
            say(stream, ok("secret"));
    });
    const auto port = std::to_string(peer.port());
    open();
    EXPECT_EQ(refusal(request("GET", "https://localhost:" + port + "/")),
              problem_kind::bad_gateway);
    client_settings trusting;
    trusting.ca_file = files.file();
    open(trusting);
    EXPECT_EQ(send(request("GET", "https://localhost:" + port + "/"))->body, "secret");
    EXPECT_EQ(send(request("GET", "https://localhost:" + port + "/"))->body, "secret");
    EXPECT_EQ(peer.connections(), 2);
    EXPECT_EQ(refusal(request("GET", "https://127.0.0.1:" + port + "/")),
              problem_kind::bad_gateway);
    client_settings careless;
    careless.verify_tls = false;
    open(careless);
    EXPECT_EQ(send(request("GET", "https://127.0.0.1:" + port + "/"))->body, "secret");
    client_settings wrong;
    wrong.ca_file = "/nonexistent.pem";
    EXPECT_FALSE(http_client::create(context_.get_executor(), wrong).has_value());
}
