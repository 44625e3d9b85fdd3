/// What carries the API, seen from outside: TLS (clause 6.2: "shall support HTTPS"), CORS, gzip.
#include "api/support.hpp"

#include "support/certificate.hpp"
#include "support/gunzip.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

namespace meridian::api::test {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using meridian::test::certificate;
using meridian::test::gunzip;
using meridian::test::meridian_process;

/// A client of one version of TLS that trusts `by` alone. Gives the version agreed and the status
/// and body of GET `target`, or what went wrong.
std::string get_over_tls(std::uint16_t port, const certificate& by, int version,
                         const std::string& target) {
    asio::io_context context;
    asio::ssl::context trust(asio::ssl::context::tls_client);
    trust.load_verify_file(by.file());
    trust.set_verify_mode(asio::ssl::verify_peer);
    // Without this OpenSSL would not even offer what is older than 1.2.
    SSL_CTX_set_security_level(trust.native_handle(), 0);
    SSL_CTX_set_min_proto_version(trust.native_handle(), version);
    SSL_CTX_set_max_proto_version(trust.native_handle(), version);
    asio::ssl::stream<asio::ip::tcp::socket> stream(context, trust);
    stream.set_verify_callback(asio::ssl::host_name_verification("localhost"));
    stream.next_layer().connect({asio::ip::address_v4::loopback(), port});
    boost::system::error_code error;
    stream.handshake(asio::ssl::stream_base::client, error);
    if (error)
        return error.message();
    beast::http::request<beast::http::string_body> asked(beast::http::verb::get, target, 11);
    asked.set(beast::http::field::host, "localhost");
    beast::http::write(stream, asked);
    beast::flat_buffer buffer;
    beast::http::response<beast::http::string_body> answer;
    beast::http::read(stream, buffer, answer);
    return std::string(SSL_get_version(stream.native_handle())) + ' ' +
           std::to_string(answer.result_int()) + ' ' + answer.body();
}

TEST(clause_6_2_tls, versions_1_2_and_1_3_are_spoken_and_1_1_is_refused) {
    const certificate files;
    meridian_process broker({"--tls-cert=" + files.file(), "--tls-key=" + files.key()});
    const auto get = [&](int version) {
        return get_over_tls(broker.port(), files, version, "/ngsi-ld/v1/entities?local=true");
    };
    EXPECT_EQ(get(TLS1_2_VERSION), "TLSv1.2 200 []");
    EXPECT_EQ(get(TLS1_3_VERSION), "TLSv1.3 200 []");
    EXPECT_NE(get(TLS1_1_VERSION).find("alert protocol version"), std::string::npos)
        << get(TLS1_1_VERSION);
    // Plain HTTP on that port is no TLS: there is no answer, and the broker goes on.
    EXPECT_EQ(http_client(broker.port()).get("/q/health").status, 0U);
    EXPECT_EQ(get(TLS1_3_VERSION), "TLSv1.3 200 []");
}

TEST(cors_option, names_the_origins_that_are_allowed) {
    meridian_process broker({"--cors-origins=https://app.example,https://b.example"});
    const http_client client(broker.port());
    const auto preflight = client.send("OPTIONS", entities, "",
                                       {{"Origin", "https://b.example"},
                                        {"Access-Control-Request-Method", "POST"},
                                        {"Access-Control-Request-Headers", "ngsild-tenant"}});
    EXPECT_EQ(preflight.status, 204U) << preflight;
    EXPECT_EQ(preflight.header("Access-Control-Allow-Origin"), "https://b.example");
    EXPECT_EQ(preflight.header("Access-Control-Allow-Headers"), "ngsild-tenant");
    EXPECT_NE(preflight.header("Access-Control-Allow-Methods").find("PATCH"), std::string::npos);
    const auto answer = client.get("/ngsi-ld/v1/types", {{"Origin", "https://app.example"}});
    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.header("Access-Control-Allow-Origin"), "https://app.example");
    EXPECT_EQ(answer.header("Vary"), "Origin");
    const auto stranger = client.get("/ngsi-ld/v1/types", {{"Origin", "https://evil.example"}});
    EXPECT_EQ(stranger.status, 200U);
    EXPECT_EQ(stranger.header("Access-Control-Allow-Origin"), "");
}

TEST(cors_option, without_it_no_origin_is_allowed) {
    const auto answer = http_client(shared_broker().port())
                            .get("/ngsi-ld/v1/types", {{"Origin", "https://app.example"}});
    EXPECT_EQ(answer.header("Access-Control-Allow-Origin"), "");
}

TEST(gzip_on_request, an_answer_is_compressed_for_who_accepts_it_and_only_then) {
    const auto client = fresh_tenant();
    auto many = json::array();
    for (int i = 0; i < 50; ++i)
        many.push_back(room("urn:ngsi-ld:Room:" + std::to_string(i)));
    ASSERT_EQ(client.post(batch + "/create", many).status, 201U);
    const auto path = entities + "?type=Room&limit=50";
    const auto plain = client.get(path);
    EXPECT_EQ(plain.header("Content-Encoding"), "");
    EXPECT_EQ(plain.content().size(), 50U);
    const auto packed = client.get(path, {{"Accept-Encoding", "br, gzip"}});
    EXPECT_EQ(packed.header("Content-Encoding"), "gzip");
    EXPECT_EQ(packed.header("Vary"), "Accept-Encoding");
    EXPECT_LT(packed.body.size(), plain.body.size() / 4);
    EXPECT_EQ(gunzip(packed.body), plain.body);
    EXPECT_EQ(client.get(path, {{"Accept-Encoding", "gzip;q=0"}}).body, plain.body);
    // Small answers are not worth it.
    EXPECT_EQ(client.get(entities + "?type=None", {{"Accept-Encoding", "gzip"}}).body, "[]");
}

TEST(gzip_on_request, an_answer_that_is_written_in_pieces_is_compressed_too) {
    const auto client = fresh_tenant();
    auto instances = json::array();
    for (int i = 0; i < 2'000; ++i)
        instances.push_back({{"type", "Property"}, {"value", i}});
    const json station{{"id", "urn:x:station"}, {"type", "Station"}, {"a", instances}};
    ASSERT_EQ(client.post(temporal, station).status, 201U);
    const auto path = temporal + "/urn:x:station";
    const auto plain = client.get(path, {{"Accept", "text/csv"}});
    EXPECT_EQ(plain.header("Transfer-Encoding"), "chunked");
    EXPECT_EQ(plain.header("Vary"), "Accept-Encoding");
    EXPECT_EQ(plain.header("Content-Encoding"), "");
    const auto packed = client.get(path, {{"Accept", "text/csv"}, {"Accept-Encoding", "gzip, br"}});
    EXPECT_EQ(packed.header("Transfer-Encoding"), "chunked");
    EXPECT_EQ(packed.header("Content-Encoding"), "gzip");
    EXPECT_EQ(packed.header("Content-Type"), plain.header("Content-Type"));
    EXPECT_LT(packed.body.size(), plain.body.size() / 2);
    EXPECT_EQ(gunzip(packed.body), plain.body);
}

} // namespace
} // namespace meridian::api::test
