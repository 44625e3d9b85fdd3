#include "meridian/store/migrate.hpp"
#include "meridian/store/partitions.hpp"
#include "support/cluster.hpp"

#include <gtest/gtest.h>

namespace meridian::store {
namespace {

timestamp now() {
    return std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now());
}

const char* const list_partitions = R"sql(
    SELECT string_agg(relname, ' ' ORDER BY relname)
    FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = 'history'::regclass
)sql";

TEST(schema_migration, a_second_run_changes_nothing) {
    const std::string database = test::create_database();
    const auto first = migrate(database);
    ASSERT_TRUE(first) << first.error().detail();
    EXPECT_EQ(*first, newest_schema_version());
    const std::string applied =
        test::run_sql(database, "SELECT max(applied_at) FROM schema_version");
    EXPECT_EQ(migrate(database).value_or(0), newest_schema_version());
    EXPECT_EQ(test::run_sql(database, "SELECT max(applied_at) FROM schema_version"), applied);
    EXPECT_EQ(test::run_sql(database, "SELECT count(*) FROM tenant WHERE name = ''"), "1");
}

TEST(schema_migration, a_newer_schema_is_refused) {
    const std::string database = test::create_migrated_database();
    test::run_sql(database, "INSERT INTO schema_version (version) VALUES (9999)");
    const auto refused = migrate(database);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind(), problem_kind::unavailable);
    EXPECT_NE(refused.error().detail().find("schema 9999"), std::string::npos);
}

TEST(history_partitions, coming_months_are_cut_out_of_the_last_outer_partition_with_their_rows) {
    const std::string database = test::create_migrated_database();
    test::run_sql(database, R"sql(
        INSERT INTO history (eid, ts, modified_at, created_at, iid, attr_id)
        SELECT 1, t, t, t, nextval('history_iid'), 1
        FROM generate_series(now() - interval '2 years', now() + interval '2 years',
                             interval '10 days') t
    )sql");
    const std::string rows = test::run_sql(database, "SELECT count(*) FROM history");
    const timestamp later = now() + std::chrono::days{100};
    const auto made = ensure_partitions(database, later);
    ASSERT_TRUE(made) << made.error().detail();
    EXPECT_GE(*made, 3);
    EXPECT_EQ(test::run_sql(database, "SELECT count(*) FROM history"), rows);
    EXPECT_EQ(test::run_sql(database, R"sql(
        SELECT count(*) FROM history
        WHERE ts BETWEEN now() AND now() + interval '100 days'
          AND tableoid::regclass::text <> 'history_' || to_char(ts AT TIME ZONE 'UTC', 'YYYYMM')
    )sql"),
              "0");
    EXPECT_EQ(test::run_sql(database, R"sql(
        SELECT tableoid::regclass FROM history ORDER BY ts DESC LIMIT 1
    )sql"),
              "history_future");
    EXPECT_EQ(ensure_partitions(database, later).value_or(-1), 0);
}

TEST(history_partitions, after_a_migration_the_last_the_present_and_two_coming_months_exist) {
    const std::string database = test::create_migrated_database();
    const std::string expected = test::run_sql(database, R"sql(
        SELECT string_agg('history_' || to_char(m, 'YYYYMM'), ' ' ORDER BY m)
               || ' history_future history_past'
        FROM generate_series(date_trunc('month', now() AT TIME ZONE 'UTC') - interval '1 month',
                             date_trunc('month', now() AT TIME ZONE 'UTC') + interval '2 months',
                             interval '1 month') m
    )sql");
    EXPECT_EQ(test::run_sql(database, list_partitions), expected);
}

} // namespace
} // namespace meridian::store
