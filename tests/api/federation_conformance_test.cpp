/// Clause 4.3.6.6: a Context Source is sent what the version that it is registered with knows.
#include "api/support.hpp"
#include "support/receiver.hpp"

namespace meridian::api::test {
namespace {

using meridian::test::received;
using meridian::test::receiver;
using meridian::test::reply;

TEST(clause_4_3_6_6_ngsild_conformance, a_forwarded_payload_is_of_the_registered_version) {
    const auto client = fresh_tenant();
    receiver peer([](const received& asked) {
        return reply{asked.method == "POST" ? 201U : 204U, "", "application/json"};
    });
    const auto registered = client.post(
        "/ngsi-ld/v1/csourceRegistrations",
        {{"type", "ContextSourceRegistration"},
         {"mode", "redirect"},
         {"endpoint", peer.url("")},
         {"operations", list("redirectionOps")},
         {"contextSourceInfo", list(json{{"key", "ngsildConformance"}, {"value", "1.3"}})},
         {"information", list(json{{"entities", list(json{{"type", "Room"}})}})}});
    ASSERT_EQ(registered.status, 201U) << registered;

    const json name{{"type", "LanguageProperty"}, {"languageMap", {{"en", "hall"}}}};
    const auto made = client.post(
        entities, {{"id", "urn:x:1"}, {"type", "Room"}, {"scope", "/house"}, {"name", name}});
    EXPECT_EQ(made.status, 201U) << made;
    const auto changed = client.patch(entities + "/urn:x:1/attrs/name?type=Room", name);
    EXPECT_EQ(changed.status, 204U) << changed;

    const json as_property{{"type", "Property"}, {"value", {{"en", "hall"}}}};
    const auto requests = peer.requests();
    ASSERT_EQ(requests.size(), 2U);
    EXPECT_EQ(shown(0, requests[0].content()),
              shown(0, {{"id", "urn:x:1"}, {"type", "Room"}, {"name", as_property}}));
    EXPECT_EQ(shown(0, requests[1].content()), shown(0, as_property));
}

} // namespace
} // namespace meridian::api::test
