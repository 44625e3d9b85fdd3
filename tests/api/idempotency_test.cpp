/// Idempotency-Key on POST: an extension.
#include "api/support.hpp"

#include <future>

namespace meridian::api::test {
namespace {

const header_lines key{{"Idempotency-Key", "\"7b2f\""}};

TEST(idempotency_key, the_same_request_gets_the_same_answer) {
    const auto client = fresh_tenant();
    const auto first = client.post(entities, room(), key);
    EXPECT_EQ(first.status, 201U) << first;
    const auto again = client.post(entities, room(), key);
    EXPECT_EQ(show(again), show(first));
    EXPECT_EQ(again.header("ETag"), first.header("ETag"));
    EXPECT_EQ(kind_of(client.post(entities, room())), "409 AlreadyExists") << "without the key";
    EXPECT_EQ(client.remove(entities + "/urn:ngsi-ld:Room:1").status, 204U);
    EXPECT_EQ(show(client.post(entities, room(), key)), show(first));
    EXPECT_EQ(client.get(entities + "/urn:ngsi-ld:Room:1").status, 404U) << "not carried out again";
}

TEST(idempotency_key, with_another_payload_is_422) {
    const auto client = fresh_tenant();
    EXPECT_EQ(client.post(entities, room(), key).status, 201U);
    EXPECT_EQ(kind_of(client.post(entities, room("urn:ngsi-ld:Room:2"), key)),
              "422 OperationNotSupported");
    EXPECT_EQ(client.get(entities + "/urn:ngsi-ld:Room:2").status, 404U);
}

TEST(idempotency_key, is_of_a_tenant_and_a_resource) {
    const auto client = fresh_tenant();
    const auto other = fresh_tenant();
    EXPECT_EQ(client.post(entities, room(), key).status, 201U);
    EXPECT_EQ(other.post(entities, room(), key).status, 201U);
    EXPECT_EQ(client.post(batch + "/upsert", list(room("urn:x:2")), key).status, 201U);
    EXPECT_EQ(client.post(entities + "/urn:x:2/attrs", {{"a", 1}}, key).status, 204U);
    EXPECT_EQ(client.post(entities + "/urn:x:2/attrs", {{"a", 1}}, key).status, 204U);
}

TEST(idempotency_key, holds_for_batches_subscriptions_and_refusals) {
    const auto client = fresh_tenant();
    const auto made = client.post(batch + "/create", list(room("urn:x:1"), room("urn:x:2")), key);
    EXPECT_EQ(made.status, 201U);
    EXPECT_EQ(show(client.post(batch + "/create", list(room("urn:x:1"), room("urn:x:2")), key)),
              show(made));
    const json wanted{{"type", "Subscription"},
                      {"entities", list(json{{"type", "Room"}})},
                      {"notification", {{"endpoint", {{"uri", "http://127.0.0.1:9/n"}}}}}};
    const auto first = client.post(subscriptions, wanted, key);
    EXPECT_EQ(first.status, 201U);
    EXPECT_EQ(client.post(subscriptions, wanted, key).header("Location"), first.header("Location"));
    EXPECT_EQ(client.get(subscriptions).content().size(), 1U);
    const auto refusal = client.post(entities, json{{"id", "no"}}, key);
    EXPECT_EQ(refusal.status, 400U);
    EXPECT_EQ(show(client.post(entities, json{{"id", "no"}}, key)), show(refusal));
    EXPECT_EQ(client.post(entities, room(), {{"Idempotency-Key", std::string(256, 'k')}}).status,
              400U);
}

TEST(idempotency_key, requests_at_the_same_time_are_carried_out_once) {
    const auto client = fresh_tenant();
    const json wanted{{"type", "Subscription"},
                      {"entities", list(json{{"type", "Room"}})},
                      {"notification", {{"endpoint", {{"uri", "http://127.0.0.1:9/n"}}}}}};
    std::vector<std::future<std::string>> answers;
    for (int i = 0; i < 8; ++i)
        answers.push_back(std::async(std::launch::async, [&] {
            return client.post(subscriptions, wanted, key).header("Location");
        }));
    const auto first = answers.front().get();
    EXPECT_NE(first, "");
    for (std::size_t i = 1; i < answers.size(); ++i)
        EXPECT_EQ(answers[i].get(), first);
    EXPECT_EQ(client.get(subscriptions).content().size(), 1U);
}

} // namespace
} // namespace meridian::api::test
