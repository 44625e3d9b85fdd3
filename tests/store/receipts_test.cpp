#include "meridian/store/receipts.hpp"

#include "broker.hpp"
#include "support/cluster.hpp"
#include "support/loop.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace meridian::store {
namespace {

using test::await_now;
using state = receipts::state;

/// Its answer in a form that has a default, which waiting for it asks for.
asio::awaitable<result<std::optional<receipts::receipt>>>
optional(asio::awaitable<result<receipts::receipt>> beginning) {
    auto begun = co_await std::move(beginning);
    if (!begun)
        co_return begun.error();
    co_return std::optional(std::move(*begun));
}

class receipts_test : public testing::Test {
protected:
    blocking_pool pool{test::shared_database()};
    receipts kept{pool};
    std::string scope = testing::UnitTest::GetInstance()->current_test_info()->name();

    receipts::receipt begin(const std::string& payload = "payload",
                            const std::string& key = "key") {
        return **await_now(optional(kept.begin(scope, key, payload)));
    }
    void age(const std::string& interval) {
        test::run_sql(test::shared_database(),
                      "UPDATE receipt SET started_at = now() - interval '" + interval +
                          "' WHERE scope = '" + scope + "'");
    }
};

TEST_F(receipts_test, are_begun_once_and_then_answered) {
    const auto mine = begin();
    EXPECT_EQ(mine.is, state::begun);
    EXPECT_EQ(begin().is, state::in_progress);
    EXPECT_EQ(begin("another").is, state::other);
    ASSERT_TRUE(await_now(kept.finish(mine.id, "answer")));
    ASSERT_TRUE(await_now(kept.finish(mine.id, "later")));
    const auto again = begin();
    EXPECT_EQ(again.is, state::answered);
    EXPECT_EQ(again.answer, "answer");
    ASSERT_TRUE(await_now(kept.give_up(mine.id)));
    EXPECT_EQ(begin().is, state::answered) << "what is answered stays";
}

TEST_F(receipts_test, that_are_given_up_may_be_begun_again) {
    ASSERT_TRUE(await_now(kept.give_up(begin().id)));
    EXPECT_EQ(begin().is, state::begun);
}

TEST_F(receipts_test, of_a_broker_that_is_gone_may_be_begun_again) {
    (void)begin();
    age("3 minutes");
    EXPECT_EQ(begin("another").is, state::other);
    EXPECT_EQ(begin().is, state::begun);
    EXPECT_EQ(begin().is, state::in_progress);
}

TEST_F(receipts_test, go_after_a_day) {
    ASSERT_TRUE(await_now(kept.finish(begin().id, "answer")));
    age("25 hours");
    EXPECT_EQ(begin("another").is, state::begun);
    age("25 hours");
    EXPECT_GE(await_now(kept.sweep()).value_or(0), 1);
    EXPECT_EQ(begin("third").is, state::begun);
}

TEST_F(receipts_test, are_committed_with_their_change) {
    test::broker one(test::shared_database());
    const auto mine = begin();
    const auto tenant = test::fresh_tenant();
    auto change = test::create(tenant, test::make_vehicle("urn:v:1", 5));
    change.receipt = change_receipt(
        mine.id, [](const ngsild::change& made) { return "made " + made.entity_id; });
    ASSERT_TRUE(one.run(one.lanes->commit(change)));
    EXPECT_EQ(begin().answer, "made urn:v:1");
    const auto other = begin("payload", "other");
    change.receipt->id = other.id;
    EXPECT_FALSE(one.run(one.lanes->commit(change))) << "it is there";
    EXPECT_EQ(begin("payload", "other").is, state::in_progress);
}

} // namespace
} // namespace meridian::store
