/// Clause 6.3.5: @contexts by Link header, in the body, and from other hosts.
#include "api/support.hpp"

#include "support/receiver.hpp"

#include <atomic>
#include <thread>

namespace meridian::api::test {
namespace {

using meridian::test::meridian_process;
using meridian::test::received;
using meridian::test::receiver;
using meridian::test::reply;

const json vocabulary{{"@context", {{"Room", "urn:v:Room"}, {"temperature", "urn:v:temperature"}}}};
const json plain_room{{"id", "urn:x:1"}, {"type", "Room"}, {"temperature", 20}};
const json expanded{{"id", "urn:x:1"}, {"type", "urn:v:Room"}, {"urn:v:temperature", 20}};
const std::string simplified = entities + "/urn:x:1?options=keyValues";

std::string link_to(const std::string& url) {
    return "<" + url +
           ">; rel=\"http://www.w3.org/ns/json-ld#context\"; type=\"application/ld+json\"";
}

json with_context(json entity, const json& context) {
    entity["@context"] = context;
    return entity;
}

const header_lines ld_json{{"Content-Type", "application/ld+json"}};

TEST(clause_6_3_5_context, of_the_body_expands_and_that_of_the_link_compacts) {
    receiver host([](const received&) { return reply{200, vocabulary.dump()}; });
    const auto client = fresh_tenant();
    const auto inline_context = with_context(plain_room, vocabulary["@context"]);
    EXPECT_EQ(client.post(entities, inline_context, ld_json).status, 201U);
    EXPECT_EQ(show(client.get(simplified)), ok(expanded));
    const auto link = link_to(host.url("/c"));
    EXPECT_EQ(show(client.get(simplified, {{"Link", link}})),
              shown(200, plain_room, {{"Content-Type", "application/json"}, {"Link", link}}));
    EXPECT_EQ(
        show(client.get(simplified, {{"Link", link}, {"Accept", "application/ld+json"}})),
        ok_ld(with_context(
            plain_room, list(host.url("/c"),
                             "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld"))));
}

TEST(clause_6_3_5_context, of_a_link_expands_a_json_payload_and_is_fetched_once) {
    receiver host([](const received&) { return reply{200, vocabulary.dump()}; });
    const auto client = fresh_tenant();
    const header_lines link{{"Link", link_to(host.url("/c"))}};
    EXPECT_EQ(client.post(entities, plain_room, link).status, 201U);
    EXPECT_EQ(client.get(entities + "?type=Room", link).content().size(), 1U);
    EXPECT_EQ(show(client.get(simplified)), ok(expanded));
    EXPECT_EQ(host.requests().size(), 1U);
}

TEST(clause_6_3_5_context, by_url_in_the_body_is_fetched) {
    receiver host([](const received&) { return reply{200, vocabulary.dump()}; });
    const auto client = fresh_tenant();
    EXPECT_EQ(client.post(entities, with_context(plain_room, host.url("/c")), ld_json).status,
              201U);
    EXPECT_EQ(show(client.get(simplified)), ok(expanded));
}

TEST(clause_6_3_5_context, a_core_context_of_any_version_needs_no_network) {
    const auto client = fresh_tenant();
    for (const auto* version :
         {"", "-v1.3", "-v1.4", "-v1.5", "-v1.6", "-v1.7", "-v1.8", "-v1.9"}) {
        const auto url = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context" +
                         std::string(version) + ".jsonld";
        EXPECT_EQ(client.get(entities + "?type=Room", {{"Link", link_to(url)}}).status, 200U)
            << url;
    }
}

TEST(clause_6_3_5_context, mixed_ways_to_give_it_are_400) {
    const auto client = fresh_tenant();
    const header_lines both{{"Content-Type", "application/ld+json"},
                            {"Link", link_to("http://127.0.0.1:9/c")}};
    EXPECT_EQ(kind_of(client.post(entities, with_context(plain_room, json::object()), both)),
              "400 BadRequestData");
    EXPECT_EQ(kind_of(client.post(entities, with_context(plain_room, json::object()))),
              "400 BadRequestData");
    EXPECT_EQ(kind_of(client.post(entities, plain_room, ld_json)), "400 BadRequestData");
    EXPECT_EQ(client.get(entities + "/urn:x:1").status, 404U);
}

/// A broker with small limits for remote @contexts.
meridian_process& strict_broker() {
    static meridian_process broker(
        {"--max-context=20kB", "--context-timeout=500ms", "--context-max-age=1s"});
    return broker;
}

std::string url_within(const std::string& target, const received& of) {
    return "http://" + of.headers.at("host") + target;
}

/// Answers that make an @context unusable, by path.
reply spoilt(const received& asked) {
    if (asked.target == "/missing")
        return {404, "", "text/plain", ""};
    if (asked.target == "/text")
        return {200, "hello", "text/html", ""};
    if (asked.target == "/array")
        return {200, "[1]", "application/ld+json", ""};
    if (asked.target == "/large")
        return {200, R"({"@context":{"a":")" + std::string(30'000, 'x') + "\"}}",
                "application/ld+json", ""};
    if (asked.target == "/loop")
        return {302, "", "text/plain", "Location: /loop\r\n"};
    if (asked.target == "/slow")
        std::this_thread::sleep_for(std::chrono::milliseconds{1'500});
    if (asked.target == "/self")
        return {200, json{{"@context", url_within("/self", asked)}}.dump(), "application/ld+json",
                ""};
    if (asked.target == "/cycle")
        return {200, R"({"@context":{"a":"b:c","b":"a:c"}})", "application/ld+json", ""};
    return {200, R"({"@context":{}})", "application/ld+json", ""};
}

struct spoilt_row {
    std::string path;
    std::string kind;
};

TEST(clause_5_5_7_context, one_that_cannot_be_had_or_used_is_refused_and_nothing_is_made) {
    receiver host(spoilt);
    const auto client = fresh_tenant(strict_broker());
    const std::vector<spoilt_row> rows{
        {"/missing", "504 LdContextNotAvailable"}, {"/text", "504 LdContextNotAvailable"},
        {"/array", "504 LdContextNotAvailable"},   {"/large", "504 LdContextNotAvailable"},
        {"/loop", "504 LdContextNotAvailable"},    {"/slow", "504 LdContextNotAvailable"},
        {"/self", "400 BadRequestData"},           {"/cycle", "400 BadRequestData"},
    };
    for (const auto& row : rows) {
        const auto url = host.url(row.path);
        const auto answer = client.post(entities, with_context(plain_room, url), ld_json);
        EXPECT_EQ(kind_of(answer), row.kind) << row.path << '\n' << answer;
        const auto linked = client.get(entities + "?type=Room", {{"Link", link_to(url)}});
        EXPECT_EQ(kind_of(linked), row.kind) << row.path << '\n' << linked;
    }
    receiver gone;
    gone.close();
    EXPECT_EQ(kind_of(client.get(entities + "?type=Room", {{"Link", link_to(gone.url())}})),
              "504 LdContextNotAvailable");
    EXPECT_EQ(client.get(entities + "/urn:x:1").status, 404U);
}

TEST(clause_5_5_7_context, a_stale_one_is_used_while_its_host_is_down_even_after_a_restart) {
    receiver host([](const received&) { return reply{200, vocabulary.dump()}; });
    const auto url = host.url("/c");
    meridian_process broker({"--context-max-age=1s"});
    const auto use = [&] {
        return http_client(broker.port())
            .get(entities + "?type=Room", {{"Link", link_to(url)}})
            .status;
    };
    EXPECT_EQ(use(), 200U);
    host.close();
    std::this_thread::sleep_for(std::chrono::milliseconds{1'100}); // until it is stale
    EXPECT_EQ(use(), 200U);
    EXPECT_EQ(broker.stop(), 0);
    broker.start();
    EXPECT_EQ(use(), 200U);
}

} // namespace
} // namespace meridian::api::test
