#include "meridian/net/circuit_breaker.hpp"
#include "meridian/net/egress.hpp"
#include "meridian/net/url.hpp"

#include <gtest/gtest.h>

using namespace meridian::net;
using namespace std::chrono_literals;

namespace {

url at(bool tls, std::string host, std::uint16_t port, std::string target) {
    url out;
    out.tls = tls;
    out.host = std::move(host);
    out.port = port;
    out.target = std::move(target);
    return out;
}

bool allowed(const char* address, egress_policy policy = {}) {
    return policy.allows(boost::asio::ip::make_address(address));
}

} // namespace

TEST(net_url, parses_what_can_be_called) {
    EXPECT_EQ(*parse_url("http://Example.ORG"), at(false, "example.org", 80, "/"));
    EXPECT_EQ(*parse_url("HTTPS://a-b.c_d:8443/x/y?z=1#f"), at(true, "a-b.c_d", 8443, "/x/y?z=1"));
    EXPECT_EQ(*parse_url("http://[::1]:9/"), at(false, "::1", 9, "/"));
    EXPECT_EQ(*parse_url("https://h?q=1"), at(true, "h", 443, "/?q=1"));
    EXPECT_EQ(*parse_url("http://h/ä"), at(false, "h", 80, "/%C3%A4"));
    EXPECT_EQ(parse_url("http://[::1]:9/")->authority(), "[::1]:9");
    EXPECT_EQ(parse_url("https://h/")->authority(), "h");
}

TEST(net_url, refuses_the_rest) {
    for (const std::string_view text :
         {"", "h", "ftp://h/", "file:///etc/passwd", "http://", "http:///x", "http://h:0/",
          "http://h:65536/", "http://h:x/", "http://user:pw@h/", "http://h/a b", "http://h/a\r\nb",
          "http://[::1/", "http://[zz]/", "http://[fe80::1%1]/", "http://[fe80::1%\r\nX: y]/",
          "http://h\x01/", "http://exämple/", "http://h:80x/"}) {
        const auto parsed = parse_url(text);
        ASSERT_FALSE(parsed.has_value()) << text;
        EXPECT_EQ(parsed.error().kind(), meridian::problem_kind::bad_request_data);
    }
    EXPECT_FALSE(parse_url(std::string_view("http://[::\0001]/", 14)).has_value());
}

TEST(net_url, references_are_resolved_against_their_base) {
    const auto base = *parse_url("http://h:81/a/b?q=1");
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"/x", "/x"},      {"x?y=2", "/a/x?y=2"}, {"../x", "/x"},
        {"./x", "/a/x"},   {"?z", "/a/b?z"},      {"", "/a/b"},
        {"../../..", "/"}, {"/x#f", "/x"},        {"/c/./d/../e?f=../g", "/c/e?f=../g"},
    };
    for (const auto& [reference, target] : rows)
        EXPECT_EQ(*resolve(base, reference), at(false, "h", 81, std::string(target))) << reference;
    EXPECT_EQ(*resolve(base, "https://other/y"), at(true, "other", 443, "/y"));
    EXPECT_EQ(*resolve(base, "//other/y"), at(false, "other", 80, "/y"));
    EXPECT_FALSE(resolve(base, "file:///etc/passwd").has_value());
    EXPECT_FALSE(resolve(base, "gopher:x").has_value());
}

TEST(clause_7_2_mqtt, endpoint_uris_are_taken_apart) {
    const auto whole = parse_mqtt_url("mqtts://us%40er:p%3Aw@Broker:1234/a/b%20c");
    ASSERT_TRUE(whole.has_value());
    EXPECT_EQ(whole->tls, true);
    EXPECT_EQ(whole->user, "us@er");
    EXPECT_EQ(whole->password, "p:w");
    EXPECT_EQ(whole->host, "broker");
    EXPECT_EQ(whole->port, 1234);
    EXPECT_EQ(whole->topic, "a/b c");
    EXPECT_EQ(parse_mqtt_url("mqtt://h/t")->port, 1883);
    EXPECT_EQ(parse_mqtt_url("mqtts://h/t")->port, 8883);
    EXPECT_EQ(parse_mqtt_url("mqtt://u@h/t")->user, "u");
    for (const std::string_view text :
         {"mqtt://h", "mqtt://h/", "mqtt:///t", "http://h/t", "mqtt://h/a/+/b", "mqtt://h/%23",
          "mqtt://h:0/t", "mqtt://h/%00", "mqtt://h/%zz"})
        EXPECT_FALSE(parse_mqtt_url(text).has_value()) << text;
}

TEST(net_egress, private_and_loopback_are_allowed_unless_switched_off) {
    egress_policy strict;
    strict.allow_private = false;
    strict.allow_loopback = false;
    for (const char* each :
         {"10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "127.0.0.1",
          "127.9.9.9", "::1", "fc00::1", "fd12::1", "::ffff:10.0.0.1", "64:ff9b::a00:1"}) {
        EXPECT_TRUE(allowed(each)) << each;
        EXPECT_FALSE(allowed(each, strict)) << each;
    }
    for (const char* each : {"8.8.8.8", "172.32.0.1", "2001:db8::1", "100.128.0.1"})
        EXPECT_TRUE(allowed(each, strict)) << each;
}

TEST(net_egress, link_local_metadata_and_odd_addresses_never_are) {
    for (const char* each :
         {"169.254.169.254", "169.254.0.1", "fe80::1", "febf::1", "::ffff:169.254.169.254",
          "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "fd00:ec2::254", "100.100.100.200",
          "192.0.0.192", "168.63.129.16", "0.0.0.0", "0.1.2.3", "::", "224.0.0.1",
          "255.255.255.255", "ff02::1", "::169.254.169.254"})
        EXPECT_FALSE(allowed(each)) << each;
}

TEST(net_circuit_breaker, opens_after_failures_in_a_row_and_lets_one_probe_through) {
    circuit_breaker breaker(3, 10s);
    circuit_breaker::time_point now{};
    for (int i = 0; i < 2; ++i) {
        EXPECT_TRUE(breaker.admit(now));
        breaker.failed(now);
    }
    EXPECT_TRUE(breaker.admit(now));
    breaker.succeeded(); // in a row: it begins anew
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(breaker.admit(now));
        breaker.failed(now);
    }
    EXPECT_FALSE(breaker.admit(now));
    EXPECT_FALSE(breaker.admit(now + 9s));
    now += 10s;
    EXPECT_TRUE(breaker.admit(now));
    EXPECT_FALSE(breaker.admit(now)); // one probe at a time
    breaker.failed(now);
    EXPECT_FALSE(breaker.admit(now + 9s));
    EXPECT_TRUE(breaker.admit(now + 10s));
    breaker.abandoned();
    EXPECT_TRUE(breaker.admit(now + 10s));
    breaker.succeeded();
    EXPECT_TRUE(breaker.closed());
    EXPECT_TRUE(breaker.admit(now + 10s));
}
