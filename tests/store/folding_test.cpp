#include "broker.hpp"

#include "meridian/store/evolutions.hpp"
#include "meridian/store/folding.hpp"
#include "support/cluster.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>
#include <pqxx/pqxx>
#include <thread>

// What folding promises: every read gives the same before, while and after it, whatever the
// instances are; corrections reach folded instances; whoever is killed leaves nothing half done.

namespace meridian::test {
namespace {

using std::chrono::days;
using std::chrono::hours;
using testing::IsEmpty;
using testing::SizeIs;

const std::atomic<bool> never_stop = false;

timestamp now() {
    return std::chrono::time_point_cast<timestamp::duration>(std::chrono::system_clock::now());
}

/// Noon of the 10th of the last month, which has a partition and is closed.
timestamp long_ago() {
    const std::chrono::year_month_day today{std::chrono::floor<days>(now())};
    const auto month = today.year() / today.month() - std::chrono::months{1};
    return timestamp{std::chrono::sys_days{month / 10}} + hours{12};
}

/// Everything that an evolution's rows hold, in their order.
std::vector<std::string> texts(const store::evolution& of) {
    std::vector<std::string> all;
    for (const ngsild::history_row& row : of.rows)
        all.push_back(fmt::format(
            "{} {} {} {} {} {} {} {} {} '{}' {}", row.attribute, row.dataset, to_text(row.ts),
            to_text(row.modified_at), to_text(row.created_at), row.iid, row.flags,
            row.num ? fmt::format("{}", *row.num) : "-", row.txt.size(), row.txt, row.rest.size()));
    return all;
}

class folded_history : public testing::Test {
protected:
    folded_history() : database(create_migrated_database()), one(database), sql(database) {}

    /// An Entity with `count` instances of two Attributes from `from` on, one in `step`: late and
    /// early, with values, texts and other members that are equal, different or missing; of the
    /// default datasetId, which is NULL (and 0 in older rows), or another. Gives its URI.
    std::string measure(int number, timestamp from, std::chrono::microseconds step, int count) {
        const std::string uri = fmt::format("urn:v:{}", number);
        EXPECT_TRUE(one.run(one.lanes->commit(create(1, make_vehicle(uri, 0)))));
        pqxx::work in(sql);
        in.exec_params(R"sql(
            INSERT INTO history (eid, ts, modified_at, created_at, iid, num, attr_id, ds_id, flags,
                                 txt, rest)
            SELECT e.eid, t.at, m.at, CASE WHEN random() < 0.3 THEN $2 ELSE m.at END,
                   nextval('history_iid'), CASE WHEN a = 2 THEN n * 0.1 END, a,
                   CASE WHEN random() < 0.2 THEN 3 WHEN random() < 0.5 THEN 0 END, CASE WHEN a = 2 THEN 67 ELSE 99 END,
                   CASE WHEN a = 3 THEN CASE WHEN n % 3 = 0 THEN 'it''s \ "' ELSE 'ü' END END,
                   CASE WHEN random() < 0.5 THEN '\x010203'::bytea END
            FROM entity e, generate_series(0, $4::int - 1) n, generate_series(2, 3) a,
                 LATERAL (SELECT $2::timestamptz + n * $3::bigint * interval '1 us' AS at) t,
                 LATERAL (SELECT CASE WHEN random() < 0.25 THEN now() ELSE t.at END +
                                 trunc(random() * 5e6) * interval '1 us' AS at) m
            WHERE e.uri = $1 ORDER BY n
            )sql",
                       uri, to_text(from), step.count(), count);
        in.exec_params("INSERT INTO history_attr SELECT eid, 3 FROM entity WHERE uri = $1", uri);
        in.commit();
        return uri;
    }

    std::int64_t fold() {
        const auto folded = store::fold_history(database, now(), days{0}, never_stop);
        EXPECT_TRUE(folded) << (folded ? "" : folded.error().detail());
        return folded.value_or(-1);
    }

    int count(const std::string& what) {
        pqxx::nontransaction in(sql);
        return in.exec1("SELECT count(*) FROM " + what)[0].as<int>();
    }

    store::evolution read(const std::string& uri, const store::temporal_request& request) {
        auto found = one.run(one.history->retrieve(1, uri, request));
        EXPECT_TRUE(found && *found) << uri;
        return found && *found ? std::move(**found) : store::evolution{};
    }

    std::string database;
    broker one;
    pqxx::connection sql;
};

/// Intervals and limits that cut days, and that do not.
std::vector<store::temporal_request> requests(timestamp from) {
    std::vector<store::temporal_request> all;
    for (const int limit : {3, 40, 100'000})
        for (const std::optional<int> last_n : {std::optional<int>{}, {1}, {30}, {5'000}})
            for (const auto& since : {std::optional<timestamp>{}, {from + hours{7}}, {from}})
                for (const auto& until :
                     {std::optional<timestamp>{}, {from + hours{50}}, {from + hours{13}}}) {
                    store::temporal_request request;
                    request.instance_limit = limit;
                    request.interval.last_n = last_n;
                    request.interval.from = since;
                    request.interval.until = until;
                    all.push_back(request);
                }
    for (const auto property :
         {query::time_property::modified_at, query::time_property::created_at})
        for (const std::optional<int> last_n : {std::optional<int>{}, {7}}) {
            store::temporal_request request;
            request.interval.from = from;
            request.interval.until = now() - hours{1};
            request.interval.property = property;
            request.interval.last_n = last_n;
            all.push_back(request);
        }
    all.back().datasets = {3};
    all.push_back(all.back());
    all.back().datasets = {0};
    return all;
}

} // namespace

TEST_F(folded_history, reads_are_the_same_before_and_after) {
    using std::chrono::microseconds;
    using std::chrono::minutes;
    const std::vector<std::string> uris = {measure(1, long_ago(), minutes{10}, 600),
                                           measure(2, long_ago(), microseconds{7'000'001}, 300),
                                           measure(3, long_ago(), hours{30}, 20),
                                           measure(4, now() - hours{20}, minutes{5}, 100)};
    std::vector<std::vector<std::string>> before;
    for (const auto& uri : uris)
        for (const auto& request : requests(long_ago()))
            before.push_back(texts(read(uri, request)));
    const int rows = count("history");

    const auto folded = fold();

    EXPECT_GT(folded, 1'800);
    EXPECT_EQ(count("history"), rows - folded);
    EXPECT_GT(count("history_folded"), 10);
    std::size_t at = 0;
    for (const auto& uri : uris)
        for (const auto& request : requests(long_ago())) {
            EXPECT_EQ(texts(read(uri, request)), before.at(at)) << uri << " request " << at;
            ++at;
        }
    EXPECT_EQ(fold(), 0) << "everything that is closed was folded";
}

TEST_F(folded_history, late_instances_are_folded_with_the_others_of_their_day) {
    const std::string uri = measure(1, long_ago(), std::chrono::minutes{10}, 300);
    EXPECT_EQ(fold(), 600);
    const int series = count("history_folded");
    {
        pqxx::work in(sql);
        in.exec_params(
            "INSERT INTO history SELECT e.eid, $2, $3, $3, nextval('history_iid'), 7, 2, "
            "0, 67 FROM entity e WHERE uri = $1",
            uri, to_text(long_ago() + std::chrono::minutes{1}), to_text(now()));
        in.commit();
    }
    store::temporal_request request;
    const auto before = texts(read(uri, request));
    EXPECT_EQ(fold(), 1);
    EXPECT_EQ(texts(read(uri, request)), before);
    EXPECT_EQ(count("history_folded"), series);
    EXPECT_EQ(count("history_past"), 0);
}

TEST_F(folded_history, an_open_partition_of_a_closed_month_goes) {
    measure(1, long_ago(), hours{1}, 10);
    EXPECT_EQ(fold(), 20);
    pqxx::nontransaction in(sql);
    // What arrives now for any moment has a partition.
    for (const char* moment : {"0001-01-01Z", "1969-12-31Z", "2026-01-01Z", "9999-12-30Z"})
        in.exec_params("INSERT INTO history VALUES (1, $1, $1, $1, 1, 1, 2)", moment);
    in.exec_params("INSERT INTO history VALUES (1, $1, $1, $1, 1, 1, 2)", to_text(long_ago()));
}

TEST_F(folded_history, corrections_reach_folded_instances) {
    const std::string uri = measure(1, long_ago(), std::chrono::minutes{10}, 300);
    store::temporal_request request;
    request.attributes = {2};
    const auto before = read(uri, request);
    const auto key = ngsild::key_of(before.rows.at(10));
    EXPECT_EQ(fold(), 600);
    store::blocking_pool pool(database);
    store::evolutions corrections(pool);

    const auto gone = one.run(corrections.remove_instance(1, uri, 2, key));
    ASSERT_TRUE(gone) << gone.error().detail();
    auto expected = texts(before);
    expected.erase(expected.begin() + 10);
    EXPECT_EQ(texts(read(uri, request)), expected);
    EXPECT_FALSE(one.run(corrections.remove_instance(1, uri, 2, key)));

    const auto all_gone = one.run(corrections.remove_attribute(1, uri, 2, std::nullopt));
    ASSERT_TRUE(all_gone) << all_gone.error().detail();
    EXPECT_THAT(read(uri, request).rows, IsEmpty());
    request.attributes = {3};
    EXPECT_THAT(read(uri, request).rows, SizeIs(300));
    fold();
    EXPECT_THAT(read(uri, request).rows, SizeIs(300));
    ASSERT_TRUE(one.run(corrections.remove(1, uri)));
    EXPECT_FALSE(*one.run(one.history->retrieve(1, uri, request)));
}

TEST_F(folded_history, readers_see_all_instances_while_it_is_at_work) {
    std::vector<std::string> uris;
    for (int number = 1; number <= 4; ++number)
        uris.push_back(measure(number, long_ago(), std::chrono::minutes{3}, 800));
    store::temporal_request all;
    all.instance_limit = 100'000;
    store::temporal_request last;
    last.interval.last_n = 900;
    std::atomic<bool> is_done = false;
    std::thread folding([&] {
        fold();
        is_done = true;
    });
    int looked = 0;
    do {
        for (const auto& uri : uris) {
            EXPECT_THAT(read(uri, all).rows, SizeIs(1'601));
            EXPECT_THAT(read(uri, last).rows, SizeIs(1'601));
        }
        ++looked;
    } while (!is_done);
    folding.join();
    EXPECT_GT(looked, 0);
}

TEST_F(folded_history, whoever_is_killed_leaves_nothing_half_done) {
    std::vector<std::string> uris;
    for (int number = 1; number <= 6; ++number)
        uris.push_back(measure(number, long_ago(), std::chrono::minutes{2}, 2'500));
    store::temporal_request all;
    all.instance_limit = 100'000;
    std::atomic<bool> is_done = false;
    std::thread folding([&] {
        while (!store::fold_history(database, now(), days{0}, never_stop)) {
        }
        is_done = true;
    });
    int killed = 0;
    pqxx::connection killing(database);
    while (!is_done && killed < 5)
        killed += static_cast<int>(pqxx::nontransaction(killing)
                                       .exec("SELECT pg_terminate_backend(pid) FROM pg_locks "
                                             "WHERE locktype = 'advisory' AND objid = 1835364991")
                                       .size());
    folding.join();
    EXPECT_GT(killed, 0);
    for (const auto& uri : uris)
        EXPECT_THAT(read(uri, all).rows, SizeIs(5'001));
    EXPECT_EQ(fold(), 0);
    EXPECT_EQ(count("history"), 6) << "what the Entities are now";
}

TEST_F(folded_history, a_month_whose_dropping_was_cut_short_goes_at_the_next_time) {
    measure(1, long_ago(), hours{1}, 10);
    EXPECT_EQ(fold(), 20);
    pqxx::nontransaction in(sql);
    const auto month =
        in.exec1("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = "
                 "'history_folded'::regclass")[0]
            .as<std::string>();
    in.exec("ALTER TABLE history_folded DETACH PARTITION " + month);
    EXPECT_EQ(fold(), 0);
    EXPECT_TRUE(in.exec_params1("SELECT to_regclass($1) IS NULL", month)[0].as<bool>());
}

TEST_F(folded_history, a_month_before_the_horizon_is_dropped) {
    const std::string old = measure(1, long_ago(), hours{1}, 10);
    const std::string older = measure(2, long_ago() - days{62}, hours{1}, 10);
    EXPECT_EQ(fold(), 20);
    const timestamp horizon = long_ago() - days{9} - hours{12};
    const auto dropped = store::drop_history(database, long_ago(), never_stop);
    ASSERT_TRUE(dropped) << dropped.error().detail();
    store::temporal_request request;
    EXPECT_THAT(read(old, request).rows, SizeIs(21));
    EXPECT_THAT(read(older, request).rows, SizeIs(1)) << "what it is now was written today";
    store::history_edges edges;
    ASSERT_TRUE(store::read_history_edges(database, edges));
    EXPECT_EQ(edges.horizon(), horizon);
    EXPECT_GT(edges.fold_until(), horizon);

    const auto rest = store::drop_history(database, now(), never_stop);
    ASSERT_TRUE(rest) << rest.error().detail();
    EXPECT_EQ(*rest, 1);
    EXPECT_THAT(read(old, request).rows, SizeIs(1));
    EXPECT_EQ(count("history_folded"), 0);
}

TEST_F(folded_history, what_begins_before_the_horizon_is_refused) {
    const std::string uri = measure(1, long_ago(), hours{1}, 10);
    auto edges = std::make_shared<store::history_edges>();
    edges->set_horizon(long_ago());
    store::history reading(one.reader, edges);
    store::temporal_request request;
    request.interval.from = long_ago() - hours{1};
    const auto refused = one.run(reading.retrieve(1, uri, request));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind(), problem_kind::bad_request_data);
    EXPECT_EQ(refused.error().detail(),
              "timeAt is before " + to_text(long_ago()) + ", where the history begins");
    request.interval.from.reset();
    request.interval.until = now();
    EXPECT_TRUE(one.run(reading.retrieve(1, uri, request)));
}

} // namespace meridian::test
