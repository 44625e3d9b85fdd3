/// The admin listener: an extension (docs/conformance.md).
#include "api/support.hpp"

#include "meridian/base/uri.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <algorithm>

namespace meridian::api::test {
namespace {

std::uint16_t free_port() {
    boost::asio::io_context loop;
    const boost::asio::ip::tcp::endpoint any{boost::asio::ip::address_v4::loopback(), 0};
    return boost::asio::ip::tcp::acceptor(loop, any).local_endpoint().port();
}

/// A broker with an admin listener, and a tenant in it.
struct administered {
    administered() { EXPECT_EQ(client.post(entities, room()).status, 201U); }

    std::uint16_t port = free_port();
    meridian::test::meridian_process broker{{"--admin-port", std::to_string(port)}};
    std::string tenant = meridian::test::fresh_tenant_name();
    http_client client{broker.port(), {{"NGSILD-Tenant", tenant}}};
    http_client admin{port, {{"NGSILD-Tenant", tenant}}};
};

administered& shared() {
    static administered all;
    return all;
}

/// encode_path_segment leaves what parts a query.
std::string explain(const std::string& url) {
    std::string target = "/explain?url=";
    for (const char one : encode_path_segment(url))
        target += one == '&'   ? "%26"
                  : one == '=' ? "%3D"
                  : one == '+' ? "%2B"
                               : std::string(1, one);
    return target;
}

TEST(admin_listener, explains_a_query_without_carrying_out_anything_else) {
    auto& on = shared();
    const auto url = entities + "?type=Room&q=temperature%3E10&limit=5";
    const auto answer = on.admin.get(explain(url));
    ASSERT_EQ(answer.status, 200U) << answer;
    const auto told = answer.content();
    EXPECT_EQ(told["url"], url);
    EXPECT_EQ(told["tenant"], on.tenant);
    EXPECT_EQ(told["rows"], 1);
    EXPECT_NE(told["sql"].get<std::string>().find("FROM search"), std::string::npos) << told;
    EXPECT_EQ(told["parameters"].size(), 6U) << told;
    EXPECT_NE(std::find(told["indexes"].begin(), told["indexes"].end(), "search_pkey"),
              told["indexes"].end())
        << told;
    EXPECT_EQ(told["tablesReadWhole"], json::array());
    EXPECT_GT(told["executionMilliseconds"], 0);
    EXPECT_GT(told["planningMilliseconds"], 0);
    EXPECT_GT(told["plan"].size(), 1U);
    EXPECT_GT(told["explain"].size(), 4U);
}

TEST(admin_listener, takes_the_url_in_a_body_and_whole) {
    auto& on = shared();
    const auto path = entities + "/urn:ngsi-ld:Room:1";
    const auto answer = on.admin.post("/explain", {{"url", "http://example.org" + path}});
    ASSERT_EQ(answer.status, 200U) << answer;
    EXPECT_EQ(answer.content()["indexes"], list("entity_uri"));
    EXPECT_EQ(answer.content()["plan"], list("retrieve: urn:ngsi-ld:Room:1"));
}

TEST(admin_listener, refuses_what_it_does_not_explain) {
    auto& on = shared();
    const auto refusal = [&](const std::string& url) {
        return kind_of(on.admin.get(explain(url)));
    };
    EXPECT_EQ(refusal("/ngsi-ld/v1/types"), "422 OperationNotSupported");
    EXPECT_EQ(refusal("/nowhere"), "404 ResourceNotFound");
    EXPECT_EQ(refusal(entities + "?type=Room&q=%3D%3D"), "400 BadRequestData");
    EXPECT_EQ(refusal(entities + "?type=Room&nonsense=1"), "400 InvalidRequest");
    EXPECT_EQ(kind_of(on.admin.get("/explain")), "400 BadRequestData");
    EXPECT_EQ(kind_of(on.admin.post("/explain", json::array())), "400 BadRequestData");
    EXPECT_EQ(on.admin.remove("/explain").status, 405U);
    EXPECT_EQ(on.admin.get(entities + "?type=Room").status, 404U) << "the API is elsewhere";
    EXPECT_EQ(on.client.get("/explain").status, 404U) << "not on the API's port";
}

TEST(admin_listener, shows_the_metrics) {
    auto& on = shared();
    const auto answer = on.admin.get("/metrics");
    EXPECT_EQ(answer.status, 200U);
    EXPECT_NE(answer.body.find("meridian_http_connections"), std::string::npos);
    EXPECT_EQ(on.client.get("/metrics").status, 200U) << "where they were";
}

} // namespace
} // namespace meridian::api::test
