#include "meridian/store/contexts.hpp"
#include "meridian/store/subscriptions.hpp"
#include "meridian/store/tenants.hpp"
#include "support/cluster.hpp"
#include "support/loop.hpp"

#include <gtest/gtest.h>

namespace meridian::store {
namespace {

using std::chrono::seconds;
using test::await_now;

timestamp at(const char* text) {
    return parse_date_time(text).value();
}

subscription_row sample(const std::string& uri) {
    subscription_row row;
    row.uri = uri;
    row.body = R"({"type": "Subscription"})";
    row.context = R"("https://example.org/context.jsonld")";
    row.expires_at = at("2040-01-01T00:00:00.000001Z");
    return row;
}

class subscriptions_test : public testing::Test {
protected:
    blocking_pool pool{test::shared_database()};
    subscriptions store{pool};
    tenant_id tenant = 0;

    void SetUp() override {
        const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
        tenants all(pool);
        tenant = await_now(all.find_or_create(name)).value();
    }
    std::int64_t version() { return await_now(store.list(tenant)).value().version; }
};

TEST_F(subscriptions_test, what_is_created_is_found_as_it_was_given) {
    const auto made = await_now(store.create(tenant, sample("urn:s:1")));
    ASSERT_TRUE(made) << made.error().detail();
    const auto found = await_now(store.find(tenant, "urn:s:1"));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->id, made->id);
    EXPECT_EQ(found->body, R"({"type": "Subscription"})");
    EXPECT_EQ(found->context, R"("https://example.org/context.jsonld")");
    EXPECT_EQ(found->expires_at, at("2040-01-01T00:00:00.000001Z"));
    EXPECT_EQ(found->next_run, std::nullopt);
    EXPECT_EQ(found->created_at, made->created_at);
    EXPECT_EQ(found->modified_at, found->created_at);
    EXPECT_GT(found->created_at, at("2024-01-01T00:00:00Z"));
    EXPECT_EQ(version(), 1);
}

TEST_F(subscriptions_test, a_second_one_with_the_same_id_already_exists_and_changes_nothing) {
    ASSERT_TRUE(await_now(store.create(tenant, sample("urn:s:1"))));
    const auto refused = await_now(store.create(tenant, sample("urn:s:1")));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind(), problem_kind::already_exists);
    EXPECT_EQ(version(), 1);
}

TEST_F(subscriptions_test, every_change_counts_the_version_up_and_what_fails_does_not) {
    const auto made = await_now(store.create(tenant, sample("urn:s:1")));
    ASSERT_TRUE(made);
    subscription_row changed = *made;
    changed.body = R"({"isActive": false})";
    changed.is_active = false;
    changed.status = "paused";
    const auto updated = await_now(store.update(tenant, changed));
    ASSERT_TRUE(updated) << updated.error().detail();
    EXPECT_EQ(updated->status, "paused");
    EXPECT_GT(updated->modified_at, updated->created_at);
    EXPECT_EQ(version(), 2);
    // Of two that began with the same row the second is refused.
    EXPECT_EQ(await_now(store.update(tenant, changed)).error().kind(), problem_kind::conflict);
    EXPECT_EQ(version(), 2);
    EXPECT_EQ(await_now(store.update(tenant, sample("urn:s:2"))).error().kind(),
              problem_kind::resource_not_found);
    EXPECT_EQ(await_now(store.remove(tenant, "urn:s:2")).error().kind(),
              problem_kind::resource_not_found);
    EXPECT_EQ(version(), 2);
    EXPECT_EQ(await_now(store.remove(tenant, "urn:s:1")).value_or(0), updated->id);
    EXPECT_EQ(version(), 3);
    EXPECT_FALSE(await_now(store.find(tenant, "urn:s:1")));
}

TEST_F(subscriptions_test, pages_and_counts_are_the_tenants_own) {
    for (const char* uri : {"urn:s:1", "urn:s:2", "urn:s:3"})
        ASSERT_TRUE(await_now(store.create(tenant, sample(uri))));
    const auto page = await_now(store.page(tenant, 1, 1));
    ASSERT_TRUE(page);
    ASSERT_EQ(page->size(), 1U);
    EXPECT_EQ(page->front().uri, "urn:s:2");
    EXPECT_EQ(await_now(store.count(tenant)).value_or(-1), 3);
    EXPECT_EQ(await_now(store.list(tenant))->rows.size(), 3U);
    EXPECT_EQ(await_now(store.count(tenant + 1'000'000)).value_or(-1), 0);
}

TEST_F(subscriptions_test, bookkeeping_adds_up_without_a_new_version) {
    const auto made = await_now(store.create(tenant, sample("urn:s:1")));
    ASSERT_TRUE(made);
    delivery_record good;
    good.subscription = made->id;
    good.sent = 2;
    good.last_notification = good.last_success = at("2026-01-02T00:00:00Z");
    delivery_record late = good;
    late.sent = late.failed = 1;
    late.last_notification = late.last_failure = at("2026-01-01T00:00:00Z");
    late.last_success.reset();
    late.status = "failed";
    delivery_record gone;
    gone.subscription = 2'000'000'000;
    ASSERT_TRUE(await_now(store.record({gone, late, good})));
    const auto found = await_now(store.find(tenant, "urn:s:1"));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->times_sent, 3);
    EXPECT_EQ(found->times_failed, 1);
    EXPECT_EQ(found->last_notification, at("2026-01-02T00:00:00Z"));
    EXPECT_EQ(found->last_success, at("2026-01-02T00:00:00Z"));
    EXPECT_EQ(found->last_failure, at("2026-01-01T00:00:00Z"));
    EXPECT_EQ(found->status, "failed");
    EXPECT_EQ(version(), 1);
}

TEST_F(subscriptions_test, a_due_periodic_one_is_given_to_one_broker) {
    subscription_row periodic = sample("urn:s:periodic");
    periodic.next_run = at("2000-01-01T00:00:00Z");
    const auto made = await_now(store.create(tenant, periodic));
    ASSERT_TRUE(made);
    const auto taken = await_now(store.take_due(at("2000-01-01T00:00:01Z"), 10, seconds{60}));
    ASSERT_TRUE(taken) << taken.error().detail();
    ASSERT_EQ(taken->size(), 1U);
    EXPECT_EQ(taken->front().tenant, tenant);
    EXPECT_EQ(taken->front().row.uri, "urn:s:periodic");
    EXPECT_TRUE(await_now(store.take_due(at("2000-01-01T00:00:02Z"), 10, seconds{60}))->empty());
    ASSERT_TRUE(await_now(store.schedule(made->id, std::nullopt)));
    EXPECT_TRUE(await_now(store.take_due(at("2001-01-01T00:00:00Z"), 10, seconds{60}))->empty());
}

TEST_F(subscriptions_test, a_connection_lost_between_two_uses_is_opened_again) {
    ASSERT_TRUE(await_now(store.create(tenant, sample("urn:s:1"))));
    test::run_sql(test::shared_database(),
                  "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity "
                  "WHERE datname = current_database() AND pid <> pg_backend_pid() "
                  "AND application_name = 'meridian'");
    EXPECT_TRUE(await_now(store.find(tenant, "urn:s:1")));
}

TEST(stored_contexts, that_are_cached_are_put_found_and_removed) {
    blocking_pool pool(test::create_migrated_database());
    contexts store(pool);
    stored_context cached;
    cached.url = "https://example.org/c.jsonld";
    cached.body = R"({"@context": {"a": "https://example.org/a"}})";
    cached.expires_at = at("2030-01-01T00:00:00Z");
    cached.etag = "\"1\"";
    ASSERT_TRUE(await_now(store.put(cached)));
    cached.etag = "\"2\"";
    ASSERT_TRUE(await_now(store.put(cached)));
    EXPECT_EQ(await_now(store.version()).value_or(-1), 0);
    const auto used = at("2029-01-01T00:00:00Z");
    std::vector<context_uses> uses;
    uses.emplace_back(cached.url, 3, used);
    ASSERT_TRUE(await_now(store.count_uses(uses)));
    const auto found = await_now(store.find(cached.url));
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->body, cached.body);
    EXPECT_EQ((*found)->etag, "\"2\"");
    EXPECT_EQ((*found)->kind, context_kind::cached);
    EXPECT_EQ((*found)->expires_at, cached.expires_at);
    EXPECT_EQ((*found)->uses, 3);
    EXPECT_EQ((*found)->last_used, used);
    EXPECT_FALSE((*found)->tenant);
    EXPECT_GT((*found)->fetched_at, (*found)->created_at);
    const auto same = await_now(store.find((*found)->local_id));
    ASSERT_TRUE(same && *same);
    EXPECT_EQ((*same)->url, cached.url);
    cached.body = "{}";
    ASSERT_TRUE(await_now(store.put(cached)));
    EXPECT_EQ(await_now(store.version()).value_or(-1), 1) << "another body";
    EXPECT_EQ(await_now(store.remove(cached.url)).value_or(false), true);
    EXPECT_EQ(await_now(store.remove(cached.url)).value_or(true), false);
    EXPECT_EQ(await_now(store.version()).value_or(-1), 2);
    EXPECT_FALSE(*await_now(store.find(cached.url)));
}

TEST(stored_contexts, that_are_hosted_or_implicitly_created_belong_to_a_tenant) {
    const auto database = test::create_migrated_database();
    test::run_sql(database, "INSERT INTO tenant (name) VALUES ('other')");
    blocking_pool pool(database);
    contexts store(pool);
    stored_context cached;
    cached.url = "https://example.org/c.jsonld";
    cached.body = "{}";
    ASSERT_TRUE(await_now(store.put(cached)));
    const auto hosted = await_now(store.host(1, "{}"));
    const auto again = await_now(store.host(1, "{}"));
    ASSERT_TRUE(hosted && again);
    EXPECT_NE(*hosted, *again);
    const auto made = await_now(store.create_implicitly(1, R"({"@context":[]})"));
    const auto others = await_now(store.create_implicitly(2, R"({"@context":[]})"));
    ASSERT_TRUE(made && others);
    EXPECT_EQ(await_now(store.create_implicitly(1, R"({"@context":[]})")).value_or(""), *made);
    EXPECT_NE(*made, *others);
    const auto all = await_now(store.list(1, std::nullopt));
    ASSERT_TRUE(all && all->size() == 4U);
    EXPECT_EQ(all->at(1).local_id, *hosted);
    EXPECT_EQ(all->at(1).url, *hosted);
    EXPECT_EQ(all->at(1).tenant, 1);
    EXPECT_EQ(all->at(1).body, "");
    EXPECT_EQ(all->at(3).kind, context_kind::implicitly_created);
    const auto of_other = await_now(store.list(2, context_kind::implicitly_created));
    ASSERT_TRUE(of_other && of_other->size() == 1U);
    EXPECT_EQ(of_other->front().local_id, *others);
}

TEST(stored_contexts, a_database_that_is_away_is_unavailable) {
    blocking_pool pool("host=/nonexistent user=meridian");
    contexts store(pool);
    const auto refused = await_now(store.find("https://example.org/c.jsonld"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind(), problem_kind::unavailable);
}

} // namespace
} // namespace meridian::store
