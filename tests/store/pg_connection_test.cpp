#include "meridian/base/await.hpp"
#include "store/pg/connection.hpp"
#include "store/pg/pool.hpp"
#include "support/cluster.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <gtest/gtest.h>

namespace meridian::store::pg {
namespace {

using std::chrono::milliseconds;

connection_options options_for_test() {
    connection_options options;
    options.conninfo = test::shared_database();
    return options;
}

/// Runs `body` on a loop of its own with one connection, until both are through.
template <typename Body>
void with_connection(const connection_options& options, Body body) {
    asio::io_context loop;
    auto connection = connection::open(loop.get_executor(), options);
    std::exception_ptr thrown;
    auto all = [&]() -> asio::awaitable<void> {
        auto up = co_await connection->ready(milliseconds{10'000});
        EXPECT_TRUE(up);
        co_await body(*connection);
    };
    asio::co_spawn(loop, all(), [&](std::exception_ptr error) {
        thrown = error;
        connection->close();
    });
    loop.run();
    if (thrown)
        std::rethrow_exception(thrown);
}

constexpr statement add{"test_add", "SELECT $1 + $2"};
constexpr statement divide{"test_divide", "SELECT 1 / $1"};
constexpr statement wrong_sql{"test_wrong", "SELECT nonsense FROM nowhere"};

TEST(pg_connection, values_of_all_types_go_there_and_come_back) {
    constexpr statement echo{"test_echo", R"sql(
        SELECT $1::bool, $2::int2, $3::int4, $4::int8, $5::float8, $6::text, $7::bytea,
               $8::timestamptz, $9::jsonb, $10::int8, jsonb_path_exists('{"a": 5}', $11::jsonpath))sql"};
    with_connection(options_for_test(), [&](connection& on) -> asio::awaitable<void> {
        const timestamp moment = parse_date_time("1999-12-31T23:59:59.123456Z").value();
        parameters p;
        p.boolean(true)
            .int2(-2)
            .int4(-4)
            .int8(-8'000'000'000)
            .float8(0.1)
            .text("häß")
            .bytea(std::string_view("\0\xff", 2));
        p.timestamptz(moment)
            .jsonb(R"({"a": [1, null]})")
            .int8(std::nullopt)
            .jsonpath("$.a ? (@ == 5)");
        auto answer = co_await on.execute(echo, p);
        EXPECT_TRUE(answer) << answer.error().detail();
        if (!answer)
            co_return;
        const row r = (*answer)[0];
        EXPECT_EQ(r.boolean(0), true);
        EXPECT_EQ(r.int2(1), -2);
        EXPECT_EQ(r.int4(2), -4);
        EXPECT_EQ(r.int8(3), -8'000'000'000);
        EXPECT_EQ(r.float8(4), 0.1);
        EXPECT_EQ(r.text(5), "häß");
        EXPECT_EQ(r.bytea(6), std::string_view("\0\xff", 2));
        EXPECT_EQ(r.timestamptz(7), moment);
        EXPECT_EQ(r.jsonb(8), R"({"a": [1, null]})");
        EXPECT_TRUE(r.is_null(9));
        EXPECT_TRUE(r.boolean(10));
    });
}

TEST(pg_connection, arrays_of_all_types_arrive_with_their_nulls) {
    constexpr statement show{"test_arrays", R"sql(
        SELECT concat_ws(' ', $1::int2[], $2::int4[], $3::int8[], $4::float8[], $5::text[],
               $6::bytea[], $7::timestamptz[], $8::jsonb[], $9::int4[]), $2::int4[], $10::text[])sql"};
    with_connection(options_for_test(), [&](connection& on) -> asio::awaitable<void> {
        using optional_text = std::optional<std::string>;
        parameters p;
        p.int2_array(std::vector<std::int16_t>{1, -1})
            .int4_array(std::vector{7, 8})
            .int8_array(std::vector<std::optional<std::int64_t>>{1, std::nullopt})
            .float8_array(std::vector{0.5})
            .text_array(std::vector<optional_text>{"a,b", std::nullopt, ""})
            .bytea_array(std::vector<std::string>{std::string("\0x", 2)})
            .timestamptz_array(std::vector{timestamp{postgres_epoch}})
            .jsonb_array(std::vector<optional_text>{R"({"k":1})", std::nullopt})
            .int4_array(std::vector<int>{})
            .text_array(std::vector<std::string>{"x", "yy"});
        auto answer = co_await on.execute(show, p);
        EXPECT_TRUE(answer) << answer.error().detail();
        if (!answer)
            co_return;
        const row r = (*answer)[0];
        EXPECT_EQ(r.text(0), "{1,-1} {7,8} {1,NULL} {0.5} {\"a,b\",NULL,\"\"} {\"\\\\x0078\"} "
                             "{\"2000-01-01 00:00:00+00\"} {\"{\\\"k\\\": 1}\",NULL} {}");
        EXPECT_EQ(r.int4_array(1), (std::vector{7, 8}));
        EXPECT_EQ(r.text_array(2), (std::vector<std::string_view>{"x", "yy"}));
    });
}

TEST(pg_connection, an_error_touches_neither_what_was_sent_before_nor_after_it) {
    with_connection(options_for_test(), [](connection& on) -> asio::awaitable<void> {
        using namespace asio::experimental::awaitable_operators;
        parameters zero;
        zero.int4(0);
        parameters sum;
        sum.int4(1).int4(2);
        const parameters none;
        auto [before, refused, unprepared, after] =
            co_await (on.execute(add, sum) && on.execute(divide, zero) &&
                      on.execute(wrong_sql, none) && on.execute(add, sum));
        EXPECT_TRUE(before && (*before)[0].int4(0) == 3);
        EXPECT_TRUE(after && (*after)[0].int4(0) == 3);
        EXPECT_TRUE(!refused && refused.error().kind() == problem_kind::bad_request_data);
        EXPECT_EQ(unprepared ? "" : unprepared.error().detail(),
                  "the database refused a statement (SQLSTATE 42P01)");
        auto again = co_await on.execute(wrong_sql, none);
        EXPECT_EQ(again ? "" : again.error().detail(),
                  "the database refused a statement (SQLSTATE 42P01)");
    });
}

TEST(pg_connection, a_unit_stops_at_its_first_error_and_can_be_rolled_back) {
    test::run_sql(test::shared_database(), "CREATE TABLE unit_test (n int PRIMARY KEY)");
    constexpr statement insert{"test_insert", "INSERT INTO unit_test VALUES ($1)"};
    with_connection(options_for_test(), [&](connection& on) -> asio::awaitable<void> {
        unit first;
        first.add(begin_transaction);
        first.add(insert).int4(1);
        auto begun = co_await on.run(first);
        EXPECT_FALSE(begun.failed);
        EXPECT_EQ(begun.results.size(), 2U);
        unit second;
        second.add(insert).int4(1);
        second.add(insert).int4(2);
        second.add(commit_transaction);
        auto failed = co_await on.run(second);
        EXPECT_TRUE(failed.failed);
        if (!failed.failed)
            co_return;
        EXPECT_EQ(failed.failed->sqlstate, "23505");
        EXPECT_EQ(failed.failed->step, 0U);
        EXPECT_EQ(failed.failed->state, fate::refused);
        EXPECT_FALSE(failed.failed->is_retryable());
        unit third;
        third.add(rollback_transaction);
        EXPECT_FALSE((co_await on.run(third)).failed);
        unit whole;
        whole.add(begin_transaction);
        whole.add(insert).int4(3);
        whole.add(commit_transaction);
        auto done = co_await on.run(whole);
        EXPECT_FALSE(done.failed);
        EXPECT_EQ(done.results.size(), 3U);
        EXPECT_EQ(done.results[1].affected(), 1);
    });
    EXPECT_EQ(test::run_sql(test::shared_database(), "SELECT array_agg(n) FROM unit_test"), "{3}");
}

TEST(pg_connection, a_lost_connection_fails_what_waits_and_comes_back) {
    constexpr statement sleep{"test_sleep", "SELECT 1 FROM pg_sleep($1)"};
    constexpr statement own_pid{"test_pid", "SELECT pg_backend_pid()"};
    auto options = options_for_test();
    with_connection(options, [&](connection& on) -> asio::awaitable<void> {
        using namespace asio::experimental::awaitable_operators;
        const parameters none;
        auto pid = co_await on.execute(own_pid, none);
        const std::string kill_it =
            "SELECT pg_terminate_backend(" + std::to_string((*pid)[0].int4(0)) + ", 5000)";
        parameters long_time;
        long_time.float8(20.0);
        unit behind;
        behind.add(begin_transaction);
        behind.add(commit_transaction);
        asio::steady_timer timer(on.executor(), milliseconds{50});
        auto kill = [&]() -> asio::awaitable<void> {
            co_await timer.async_wait(base::await);
            test::run_sql(test::shared_database(), kill_it);
        };
        asio::co_spawn(on.executor(), kill(), asio::detached);
        auto [slept, waited] = co_await (on.execute(sleep, long_time) && on.run(behind));
        EXPECT_TRUE(!slept && slept.error().kind() == problem_kind::unavailable);
        EXPECT_TRUE(waited.failed && waited.failed->state == fate::unknown);
        auto up = co_await on.ready(milliseconds{5'000});
        EXPECT_TRUE(up);
        parameters sum;
        sum.int4(20).int4(22);
        auto answer = co_await on.execute(add, sum);
        EXPECT_TRUE(answer && (*answer)[0].int4(0) == 42);
    });
}

TEST(pg_connection, a_statement_that_takes_too_long_is_too_complex) {
    constexpr statement sleep{"test_sleep", "SELECT 1 FROM pg_sleep($1)"};
    auto options = options_for_test();
    options.statement_timeout = milliseconds{50};
    with_connection(options, [&](connection& on) -> asio::awaitable<void> {
        parameters long_time;
        long_time.float8(20.0);
        auto answer = co_await on.execute(sleep, long_time);
        EXPECT_TRUE(!answer && answer.error().kind() == problem_kind::too_complex_query);
    });
}

TEST(pg_connection, large_parameters_and_results_pass_while_others_wait) {
    constexpr statement echo{"test_large", "SELECT $1::bytea, repeat('x', 8000000)"};
    with_connection(options_for_test(), [&](connection& on) -> asio::awaitable<void> {
        using namespace asio::experimental::awaitable_operators;
        const std::string bytes(20'000'000, '\1');
        parameters large;
        large.bytea(bytes);
        parameters sum;
        sum.int4(1).int4(2);
        auto [first, second, small] =
            co_await (on.execute(echo, large) && on.execute(echo, large) && on.execute(add, sum));
        EXPECT_TRUE(first && (*first)[0].bytea(0) == bytes);
        EXPECT_TRUE(second && (*second)[0].text(1).size() == 8'000'000U);
        EXPECT_TRUE(small && (*small)[0].int4(0) == 3);
    });
}

TEST(pg_connection, what_waits_beyond_the_depth_is_unavailable_at_once) {
    auto options = options_for_test();
    options.depth = 2;
    with_connection(options, [](connection& on) -> asio::awaitable<void> {
        using namespace asio::experimental::awaitable_operators;
        parameters sum;
        sum.int4(1).int4(2);
        auto [one, two, three] =
            co_await (on.execute(add, sum) && on.execute(add, sum) && on.execute(add, sum));
        EXPECT_TRUE(one && two);
        EXPECT_EQ(three ? "" : three.error().detail(), "too much waits for the database");
    });
}

TEST(pg_connection, a_database_that_is_away_is_unavailable_at_the_deadline) {
    asio::io_context loop;
    connection_options options;
    options.conninfo = "host=/nonexistent user=meridian";
    auto connection = connection::open(loop.get_executor(), options);
    auto body = [&]() -> asio::awaitable<void> {
        auto up = co_await connection->ready(milliseconds{100});
        EXPECT_TRUE(!up && up.error().kind() == problem_kind::unavailable);
        const parameters none;
        auto refused = co_await connection->execute(add, none);
        EXPECT_TRUE(!refused && refused.error().kind() == problem_kind::unavailable);
        connection->close();
    };
    asio::co_spawn(loop, body(), [](std::exception_ptr error) { EXPECT_FALSE(error); });
    loop.run();
}

TEST(pg_pool, spreads_what_waits_over_its_connections) {
    constexpr statement own_pid{"test_pid", "SELECT pg_backend_pid()"};
    asio::io_context loop;
    pool two(loop.get_executor(), options_for_test(), 2);
    auto body = [&]() -> asio::awaitable<void> {
        using namespace asio::experimental::awaitable_operators;
        auto up = co_await two.ready(milliseconds{10'000});
        EXPECT_TRUE(up);
        const parameters none;
        auto first = [&]() -> asio::awaitable<meridian::result<result>> {
            return two.execute(own_pid, none);
        };
        auto second = [&]() -> asio::awaitable<meridian::result<result>> {
            co_return co_await two.execute(own_pid, none);
        };
        auto [a, b] = co_await (second() && second());
        EXPECT_TRUE(a && b && (*a)[0].int4(0) != (*b)[0].int4(0));
        EXPECT_TRUE(co_await first());
        two.close();
    };
    asio::co_spawn(loop, body(), [](std::exception_ptr error) { EXPECT_FALSE(error); });
    loop.run();
}

} // namespace
} // namespace meridian::store::pg
