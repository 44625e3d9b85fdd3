/// Clauses 4.3.6, 5.5.2: a request that more Registrations match than this broker distributes to.
#include "api/support.hpp"
#include "support/receiver.hpp"

namespace meridian::api::test {
namespace {

using meridian::test::meridian_process;
using meridian::test::received;
using meridian::test::receiver;
using meridian::test::reply;

meridian_process& narrow_broker() {
    static meridian_process broker({"--max-forwards", "3", "--forward-concurrency", "1"});
    return broker;
}

std::string id_of(int number) {
    return "urn:x:csr:" + std::to_string(number);
}

void enrol(const http_client& client, const receiver& at, int first, int last) {
    for (int number = first; number <= last; ++number) {
        const auto answer =
            client.post("/ngsi-ld/v1/csourceRegistrations",
                        {{"id", id_of(number)},
                         {"type", "ContextSourceRegistration"},
                         {"endpoint", at.url("/" + std::to_string(number))},
                         {"operations", list("retrieveEntity", "queryEntity", "retrieveEntityTypes",
                                             "updateEntity")},
                         {"information", list(json{{"entities", list(json{{"type", "Room"}})}})}});
        ASSERT_EQ(answer.status, 201U) << answer;
    }
}

TEST(clause_5_5_2_error_types, a_request_for_more_context_sources_than_may_be_asked_is_403) {
    const auto client = fresh_tenant(narrow_broker());
    receiver source([](const received& asked) {
        return asked.method == "GET" ? reply{200, "[]"} : reply{204, ""};
    });
    enrol(client, source, 1, 3);
    const auto path = entities + "/urn:x:1";
    const auto ask_all = [&] {
        return std::vector<http_answer>{
            client.get(path), client.get(entities + "?type=Room"), client.get("/ngsi-ld/v1/types"),
            client.patch(path + "/attrs", {{"p", {{"type", "Property"}, {"value", 1}}}})};
    };
    for (const auto& answer : ask_all())
        EXPECT_NE(answer.status, 403U) << answer;
    EXPECT_EQ(source.requests().size(), 12U); // one after the other: forward-concurrency 1
    enrol(client, source, 4, 4);
    for (const auto& answer : ask_all())
        EXPECT_EQ(show(answer),
                  refused(403, "TooComplexQuery",
                          "4 Context Source Registrations match, and a request is distributed to 3 "
                          "at most: name a type, or ask with local=true"));
    EXPECT_EQ(source.requests().size(), 12U);
    EXPECT_EQ(client.get(entities + "?type=Room&local=true").status, 200U);
    EXPECT_EQ(client.get(entities + "?type=Car").status, 200U);
}

} // namespace
} // namespace meridian::api::test
