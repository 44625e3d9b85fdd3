/// Answers whose body is made piece by piece (body_source.hpp).
#include "http/support.hpp"
#include "support/gunzip.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>

using namespace meridian::http;
using namespace meridian::http::test;
using namespace std::chrono_literals;
using meridian::problem;
using meridian::problem_kind;
using meridian::result;

namespace {

/// What the sources of a test have been asked for.
struct counts {
    std::atomic<int> alive{0};
    std::atomic<int> asked{0};
};

/// Gives `pieces` times `piece`, then the end, or where there is `fault` that.
class repeated final : public body_source {
public:
    repeated(counts& by, int pieces, std::string piece, std::optional<problem> fault = {})
        : counts_(by), left_(pieces), piece_(std::move(piece)), fault_(std::move(fault)) {
        ++counts_.alive;
    }
    ~repeated() override { --counts_.alive; }

    asio::awaitable<result<void>> next(std::string& into) override {
        ++counts_.asked;
        asio::steady_timer timer(co_await asio::this_coro::executor, 1ms);
        co_await timer.async_wait(asio::use_awaitable);
        if (left_-- > 0)
            into += piece_;
        else if (fault_)
            co_return *fault_;
        co_return result<void>{};
    }

private:
    counts& counts_;
    int left_;
    std::string piece_;
    std::optional<problem> fault_;
};

handler answering(counts& by, int pieces, std::string piece, std::optional<problem> fault = {}) {
    return [&by, pieces, piece, fault](request&) -> asio::awaitable<response> {
        response out(200, "text/csv", "");
        out.source = std::make_unique<repeated>(by, pieces, piece, fault);
        co_return out;
    };
}

constexpr int endless = 1'000'000'000;

bool becomes(const std::atomic<int>& value, int wanted) {
    const auto until = std::chrono::steady_clock::now() + 15s;
    while (value != wanted && std::chrono::steady_clock::now() < until)
        std::this_thread::yield();
    return value == wanted;
}

/// What cannot be packed.
std::string noise(std::size_t bytes) {
    std::string out(bytes, '\0');
    std::uint32_t state = 1;
    for (auto& byte : out)
        byte = static_cast<char>((state = state * 1'664'525U + 1'013'904'223U) >> 24U);
    return out;
}

namespace beast = boost::beast;
using parsed = beast::http::response<beast::http::string_body>;

/// What a client reads that accepts gzip, up to the answer's end or the connection's.
parsed packed_answer(running_server& server, unsigned version = 11) {
    asio::io_context context;
    asio::ip::tcp::socket socket(context);
    socket.connect({asio::ip::address_v4::loopback(), server->port()});
    beast::http::request<beast::http::string_body> asked(beast::http::verb::get, "/", version);
    asked.set(beast::http::field::host, "h");
    asked.set(beast::http::field::accept_encoding, "br, gzip");
    beast::http::write(socket, asked);
    beast::flat_buffer buffer;
    parsed answer;
    beast::http::read(socket, buffer, answer);
    return answer;
}

const std::string get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
const std::string get_packed = "GET / HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n";
const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nVary: Accept-Encoding\r\n";

} // namespace

TEST(http_body_source, pieces_are_chunks_and_the_connection_stays) {
    counts by;
    running_server server(answering(by, 2, "0123456789abcdefXY"));
    raw_client client(server->port());
    client.send(get + "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    const std::string chunks = "12\r\n0123456789abcdefXY\r\n12\r\n0123456789abcdefXY\r\n0\r\n\r\n";
    auto all = raw_client::without_date(raw_client::without_date(client.read_all()));
    EXPECT_EQ(all, head + "Transfer-Encoding: chunked\r\n\r\n" + chunks + head +
                       "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + chunks);
    EXPECT_EQ(by.alive, 0);
}

TEST(http_body_source, an_http_1_0_client_reads_up_to_the_end_of_the_connection) {
    counts by;
    running_server server(answering(by, 3, "ab\n"));
    raw_client client(server->port());
    client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(raw_client::without_date(client.read_all()),
              head + "Connection: close\r\n\r\nab\nab\nab\n");
}

TEST(http_body_source, head_asks_for_nothing) {
    counts by;
    running_server server(answering(by, 3, "ab\n"));
    raw_client client(server->port());
    client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(client.read_one(true), head + "Transfer-Encoding: chunked\r\n\r\n");
    EXPECT_EQ(by.asked, 0);
    EXPECT_TRUE(becomes(by.alive, 0));
}

TEST(http_body_source, who_accepts_gzip_gets_the_same_body_packed) {
    counts by;
    const std::string piece = "urn:ngsi-ld:AirQualityObserved:1,AirQualityObserved,PM10,21.5\r\n";
    std::string whole;
    for (int number = 0; number < 300; ++number)
        whole += piece;
    running_server server(answering(by, 300, piece));
    for (const unsigned version : {11U, 10U}) { // in chunks, and up to the end of the connection
        const auto answer = packed_answer(server, version);
        EXPECT_EQ(answer["Content-Encoding"], "gzip");
        EXPECT_EQ(answer["Vary"], "Accept-Encoding");
        EXPECT_EQ(answer["Transfer-Encoding"], version == 11U ? "chunked" : "");
        EXPECT_LT(answer.body().size(), whole.size() / 2);
        EXPECT_EQ(meridian::test::gunzip(answer.body()), whole);
    }
    EXPECT_TRUE(becomes(by.alive, 0));
}

TEST(http_body_source, a_peer_that_takes_nothing_ends_the_packed_source) {
    counts by;
    settings options;
    options.response_write = 50ms;
    running_server server(answering(by, endless, noise(100'000)), options);
    raw_client client(server->port());
    client.send(get_packed);
    EXPECT_TRUE(becomes(by.alive, 1));
    EXPECT_TRUE(becomes(by.alive, 0));
    EXPECT_LT(by.asked, 1'000); // no more than the sockets' buffers hold
}

TEST(http_body_source, incompressible_pieces_are_packed_whole) {
    counts by;
    const auto piece = noise(50'000); // larger than what one step of zlib writes
    running_server server(answering(by, 2, piece));
    EXPECT_EQ(meridian::test::gunzip(packed_answer(server).body()), piece + piece);
}

TEST(http_body_source, without_pieces_the_gzip_is_empty_and_whole) {
    counts by;
    running_server server(answering(by, 0, ""));
    EXPECT_EQ(meridian::test::gunzip(packed_answer(server).body()), "");
}

TEST(http_body_source, gzip_that_is_switched_off_or_not_accepted_leaves_pieces_as_they_are) {
    counts by;
    settings options;
    options.gzip = false;
    running_server off(answering(by, 2, "ab\n"), options);
    EXPECT_EQ(packed_answer(off).body(), "ab\nab\n");
    running_server server(answering(by, 1, "ab\n"));
    raw_client client(server->port());
    client.send(get + "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(client.read_all().ends_with("3\r\nab\n\r\n0\r\n\r\n"));
}

TEST(http_body_source, a_failure_cuts_the_packed_answer_too) {
    counts by;
    running_server server(answering(by, 1, "ab\n", problem{problem_kind::unavailable, "gone"}));
    raw_client client(server->port());
    client.send(get_packed);
    const auto all = client.read_all();
    EXPECT_NE(all.find("Content-Encoding: gzip"), std::string::npos);
    EXPECT_FALSE(all.ends_with("0\r\n\r\n"));
    EXPECT_TRUE(becomes(by.alive, 0));
}

TEST(http_body_source, a_failure_cuts_the_connection_before_the_last_chunk) {
    counts by;
    running_server server(answering(by, 1, "ab\n", problem{problem_kind::unavailable, "gone"}));
    raw_client client(server->port());
    client.send(get);
    EXPECT_EQ(raw_client::without_date(client.read_all()),
              head + "Transfer-Encoding: chunked\r\n\r\n3\r\nab\n\r\n");
    EXPECT_TRUE(becomes(by.alive, 0));
}

TEST(http_body_source, a_peer_that_takes_nothing_ends_the_source) {
    counts by;
    settings options;
    options.response_write = 50ms;
    running_server server(answering(by, endless, std::string(100'000, 'x')), options);
    raw_client client(server->port());
    client.send(get);
    EXPECT_TRUE(becomes(by.alive, 1));
    EXPECT_TRUE(becomes(by.alive, 0));
    EXPECT_LT(by.asked, 1'000); // no more than the sockets' buffers hold
}

TEST(http_body_source, a_peer_that_goes_ends_the_source) {
    counts by;
    running_server server(answering(by, endless, std::string(100'000, 'x')));
    raw_client client(server->port());
    client.send(get);
    EXPECT_TRUE(becomes(by.alive, 1));
    client.close();
    EXPECT_TRUE(becomes(by.alive, 0));
}

TEST(http_body_source, a_drain_waits_for_the_last_piece_and_for_no_more_than_its_patience) {
    counts by;
    {
        running_server server(answering(by, 50, "ab\n"));
        raw_client client(server->port());
        client.send(get);
        EXPECT_TRUE(becomes(by.alive, 1));
        EXPECT_TRUE(server.drain(10s).get());
        EXPECT_TRUE(client.read_all().ends_with("ab\n\r\n0\r\n\r\n"));
    }
    running_server server(answering(by, endless, "ab\n"));
    raw_client client(server->port());
    client.send(get);
    EXPECT_TRUE(becomes(by.alive, 1));
    EXPECT_FALSE(server.drain(50ms).get());
    EXPECT_TRUE(becomes(by.alive, 0));
}
