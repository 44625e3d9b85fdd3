#include "meridian/store/dictionary.hpp"
#include "meridian/store/name_lookup.hpp"
#include "meridian/store/tenants.hpp"
#include "support/cluster.hpp"
#include "support/loop.hpp"

#include <gtest/gtest.h>
#include <thread>

namespace meridian::store {
namespace {

using test::await_now;

class dictionary_test : public testing::Test {
protected:
    blocking_pool pool{test::shared_database()};
    tenants all_tenants{pool};
    tenant_id tenant = 0;

    void SetUp() override {
        const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
        tenant = await_now(all_tenants.find_or_create(name)).value();
    }
    /// A name that no other test uses.
    std::string name(const std::string& suffix) {
        return "https://example.org/" + std::to_string(tenant) + "/" + suffix;
    }
    std::string used() {
        return test::run_sql(test::shared_database(),
                             "SELECT new_names FROM tenant WHERE id = " + std::to_string(tenant));
    }
};

TEST_F(dictionary_test, a_resolved_name_has_one_number_for_good_and_for_every_broker) {
    dictionary first(pool);
    EXPECT_EQ(first.find(name("a")), 0);
    ASSERT_TRUE(await_now(first.resolve(tenant, {name("a"), name("b"), name("a")})));
    const auto id = first.find(name("a"));
    EXPECT_GT(id, 0);
    EXPECT_EQ(first.iri(id), name("a"));
    EXPECT_NE(first.find(name("b")), id);
    EXPECT_EQ(used(), "2");

    dictionary second(pool);
    ASSERT_TRUE(await_now(second.resolve(tenant, {name("a")})));
    EXPECT_EQ(second.find(name("a")), id);
    EXPECT_EQ(used(), "2");
    dictionary third(pool);
    ASSERT_TRUE(third.load());
    EXPECT_EQ(third.find(name("a")), id);
    EXPECT_EQ(third.iri(id), name("a"));
}

TEST_F(dictionary_test, a_query_s_names_are_looked_up_until_all_are_known) {
    dictionary writer(pool);
    ASSERT_TRUE(await_now(writer.resolve(tenant, {name("type"), name("attribute")})));
    dictionary reader(pool);
    // As a plan does: without the type nobody asks for the attribute.
    const auto planning = [this](const ngsild::names& names) -> result<bool> {
        return names.find(name("type")) != 0 && names.find(name("attribute")) != 0;
    };
    EXPECT_TRUE(*await_now(with_names_of_query(reader, planning)));
}

TEST_F(dictionary_test, a_look_up_asks_the_database_and_never_inserts) {
    dictionary writer(pool);
    ASSERT_TRUE(await_now(writer.resolve(tenant, {name("quoted\"\\{},NULL")})));
    const std::string before = test::run_sql(test::shared_database(), "SELECT count(*) FROM iri");
    dictionary reader(pool);
    ASSERT_TRUE(await_now(reader.look_up({name("quoted\"\\{},NULL"), name("absent")})));
    EXPECT_GT(reader.find(name("quoted\"\\{},NULL")), 0);
    EXPECT_EQ(reader.find(name("absent")), 0);
    EXPECT_EQ(test::run_sql(test::shared_database(), "SELECT count(*) FROM iri"), before);
}

TEST_F(dictionary_test, numbers_that_another_broker_gave_are_looked_up) {
    dictionary writer(pool);
    ASSERT_TRUE(await_now(writer.resolve(tenant, {name("x")})));
    const auto id = writer.find(name("x"));
    dictionary reader(pool);
    EXPECT_EQ(reader.iri(id), "");
    ASSERT_TRUE(await_now(reader.look_up_ids({id, 0, -1, 2'000'000'000})));
    EXPECT_EQ(reader.iri(id), name("x"));
    EXPECT_EQ(reader.iri(0), "");
    EXPECT_EQ(reader.iri(-1), "");
    EXPECT_EQ(reader.iri(2'000'000'000), "");
}

TEST_F(dictionary_test, names_beyond_the_tenants_limit_are_403_and_not_inserted) {
    dictionary_limits limits;
    limits.new_names_of_a_tenant = 2;
    dictionary names(pool, limits);
    ASSERT_TRUE(await_now(names.resolve(tenant, {name("a"), name("b")})));
    const auto refused = await_now(names.resolve(tenant, {name("c")}));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind(), problem_kind::too_complex_query);
    EXPECT_EQ(used(), "2");
    EXPECT_EQ(names.find(name("c")), 0);
    EXPECT_TRUE(await_now(names.resolve(tenant, {name("a")})));
}

TEST_F(dictionary_test, a_name_that_is_too_long_is_bad_request_data) {
    dictionary names(pool);
    const auto refused = await_now(names.resolve(tenant, {name(std::string(2'048, 'x'))}));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind(), problem_kind::bad_request_data);
    EXPECT_EQ(used(), "0");
    EXPECT_TRUE(await_now(names.resolve(tenant, {name("").append(2'048 - name("").size(), 'y')})));
}

TEST_F(dictionary_test, readers_see_every_name_while_others_are_added) {
    dictionary names(pool);
    ASSERT_TRUE(await_now(names.resolve(tenant, {name("first")})));
    std::atomic<bool> stop{false};
    std::atomic<bool> consistent{true};
    std::thread reader([&] {
        while (!stop) {
            const auto id = names.find(name("first"));
            if (id == 0 || names.iri(id) != name("first"))
                consistent = false;
        }
    });
    std::vector<std::string> many;
    for (int i = 0; i < 5'000; ++i)
        many.push_back(name("n" + std::to_string(i)));
    EXPECT_TRUE(await_now(names.resolve(tenant, many)));
    stop = true;
    reader.join();
    EXPECT_TRUE(consistent);
    EXPECT_EQ(names.size(), 5'001U);
    for (const std::string& one : many)
        ASSERT_EQ(names.iri(names.find(one)), one);
}

TEST(clause_5_5_10_tenants, are_created_only_where_asked_and_absence_is_not_kept) {
    blocking_pool pool(test::shared_database());
    tenants first(pool);
    const auto absent = await_now(first.find("city"));
    ASSERT_FALSE(absent);
    EXPECT_EQ(absent.error().kind(), problem_kind::nonexistent_tenant);
    EXPECT_EQ(first.known("city"), std::nullopt);
    tenants second(pool);
    const auto made = await_now(second.find_or_create("city"));
    ASSERT_TRUE(made) << made.error().detail();
    EXPECT_EQ(await_now(first.find("city")).value_or(0), *made);
    EXPECT_EQ(await_now(first.find_or_create("city")).value_or(0), *made);
    EXPECT_EQ(first.known("city"), *made);
    EXPECT_GT(await_now(first.find("")).value_or(0), 0);
}

TEST(clause_5_5_10_tenants, beyond_the_limit_and_with_bad_names_are_refused) {
    const std::string database = test::create_migrated_database();
    blocking_pool pool(database);
    tenants limited(pool, 1);
    ASSERT_TRUE(await_now(limited.find_or_create("one")));
    const auto second = await_now(limited.find_or_create("two"));
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind(), problem_kind::too_complex_query);
    EXPECT_EQ(await_now(limited.find_or_create("a\nb")).error().kind(),
              problem_kind::bad_request_data);
    EXPECT_EQ(await_now(limited.find(std::string(257, 'x'))).error().kind(),
              problem_kind::nonexistent_tenant);
    EXPECT_EQ(test::run_sql(database, "SELECT count(*) FROM tenant"), "2");
}

} // namespace
} // namespace meridian::store
