#include "rollups.hpp"

#include <future>
#include <random>

// Roll-ups of the temporal evolution (docs/history-policies.md): whatever is rolled up, marked or
// changed, an aggregation says what the instances alone say.

namespace meridian::test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

/// Series, corrections and questions that are drawn.
class drawn {
public:
    explicit drawn(unsigned seed) : seed_(seed), random_(seed) {}

    int upto(int most) { return std::uniform_int_distribution<int>{0, most}(random_); }
    bool one_in(int many) { return upto(many - 1) == 0; }

    /// Within the last ten days, and the morning of this one; on edges of minutes, hours and days
    /// more often than chance would have it.
    timestamp moment() {
        const timestamp day = days_ago(upto(10));
        const auto micros = std::chrono::microseconds{upto(86'399) * 1'000'000LL + upto(999'999)};
        if (one_in(8))
            return day;
        if (one_in(8))
            return day + std::chrono::floor<hours>(micros);
        return one_in(8) ? day + std::chrono::floor<minutes>(micros) : day + micros;
    }

    /// Numbers, and on some days what no roll-up holds.
    json value(timestamp at) {
        const bool is_mixed = query::day_of(at) == days_ago(3) || query::day_of(at) == days_ago(8);
        if (is_mixed && one_in(30))
            return one_in(2) ? json("text") : json(true);
        if (is_mixed && one_in(30))
            return 1e120;
        return one_in(3) ? json(upto(100) - 50) : json(upto(100'000) / 997.0 - 40);
    }

    store::temporal_request question() {
        const hours day{24};
        const duration periods[] = {{0, minutes{1}},
                                    {0, minutes{15}},
                                    {0, hours{1}},
                                    {0, hours{6}},
                                    {0, day},
                                    {0, 3 * day},
                                    {1, {}},
                                    {1, hours{1}},
                                    {},
                                    {0, std::chrono::seconds{90}}};
        store::temporal_request made;
        made.aggregated = every(periods[upto(std::size(periods) - 1)]);
        timestamp from = days_ago(1 + upto(10));
        if (one_in(3))
            from += hours{upto(23)};
        if (one_in(4))
            from += minutes{upto(59)};
        made.interval.from = from;
        if (made.aggregated->is_whole() || !one_in(5))
            made.interval.until = one_in(2) ? days_ago(upto(9)) : moment();
        if (one_in(4))
            made.datasets = {one_in(2) ? 0 : names().find(place)};
        return made;
    }

    [[nodiscard]] unsigned seed() const noexcept { return seed_; }

private:
    unsigned seed_;
    std::mt19937 random_;
};

/// The keys of the instances that there are.
std::vector<ngsild::instance_key> keys_of(rolled_town& town, const std::string& id) {
    store::temporal_request whole;
    whole.instance_limit = 1'000'000;
    const auto found = town.on.run(town.on.history->retrieve(rolled_town::tenant, id, whole));
    std::vector<ngsild::instance_key> keys;
    for (const ngsild::history_row& row : (*found)->rows)
        if (row.attribute == names().find(speed))
            keys.push_back(ngsild::key_of(row));
    return keys;
}

ngsild::attribute_instance drawn_instance(drawn& by) {
    const timestamp at = by.moment();
    auto made = rolled_town::observed(by.value(at), at);
    if (by.one_in(4))
        made.dataset_id = place;
    if (by.one_in(15))
        made.observed_at.reset();
    return made;
}

/// Other levels, for ever or for some days.
void change_policy(rolled_town& town, drawn& by) {
    const auto days = [&by] { return by.one_in(2) ? "NULL" : std::to_string(1 + by.upto(11)); };
    run_sql(town.database, fmt::format("UPDATE history_policy SET levels = {}, minute_days = {}, "
                                       "hour_days = {}, day_days = {}, passed_to = NULL",
                                       1 + by.upto(6), days(), days(), days()));
}

/// 5.6.14 or 5.6.15 of any instance.
void correct(rolled_town& town, store::evolutions& evolutions, const std::string& id, drawn& by) {
    const auto keys = keys_of(town, id);
    const auto key = keys.at(static_cast<std::size_t>(by.upto(static_cast<int>(keys.size()) - 1)));
    const auto attribute = names().find(speed);
    if (by.one_in(2)) {
        ASSERT_TRUE(
            town.on.run(evolutions.remove_instance(rolled_town::tenant, id, attribute, key)));
        return;
    }
    const auto anew = [instance = drawn_instance(by), attribute](
                          timestamp created_at, timestamp modified_at, timestamp first) mutable {
        instance.created_at = created_at;
        instance.modified_at = modified_at;
        return ngsild::to_history_row(attribute, instance, ngsild::history_origin::temporal_api,
                                      names(), first);
    };
    auto replacing = evolutions.replace_instance(rolled_town::tenant, id, attribute, key, anew, 0);
    ASSERT_TRUE(town.on.run(std::move(replacing)));
}

} // namespace

TEST(store_rollups, say_what_the_instances_say_whatever_happens) {
    const unsigned first = std::random_device{}();
    for (unsigned round = 0; round < 3; ++round) {
        drawn by(first + round);
        rolled_town town;
        store::evolutions evolutions(town.pool);
        const std::string id = "urn:v:1";
        const std::string other = "urn:v:2";
        for (const std::string& each : {id, other})
            for (int batch = 0; batch < 10; ++batch) {
                std::vector<ngsild::attribute_instance> instances;
                for (int count = 0; count < 60; ++count)
                    instances.push_back(drawn_instance(by));
                town.record(each, std::move(instances));
            }
        const char* levels[] = {"7", "2", "5"};
        town.set_policy("levels", levels[round]);
        pqxx::connection connection(town.database);
        store::instance_pairs pairs;
        pairs.eids = {town.eid_of(id), town.eid_of(other)};
        pairs.attributes = {names().find(speed), names().find(speed)};
        for (int step = 0; step < 30; ++step) {
            const int kind = by.upto(7);
            if (kind == 0)
                town.tend_anew();
            else if (kind == 6)
                town.fold();
            else if (kind == 1)
                town.tend();
            else if (kind == 7)
                change_policy(town, by);
            else if (kind < 4)
                town.record(by.one_in(2) ? id : other, {drawn_instance(by)});
            else
                correct(town, evolutions, id, by);
            for (int asked = 0; asked < 6; ++asked) {
                const auto request = by.question();
                ASSERT_EQ(difference(connection, pairs, request), "")
                    << "seed " << by.seed() << " step " << step;
            }
        }
        run_sql(town.database, "UPDATE history_policy SET levels = levels | 4, day_days = NULL");
        town.tend_anew();
        EXPECT_GE(std::stoi(run_sql(town.database, "SELECT count(DISTINCT day) FROM rollup_day "
                                                   "WHERE levels & 4 <> 0")),
                  7);
        EXPECT_EQ(run_sql(town.database, "SELECT count(*) FROM rollup_dirty WHERE day < now() - "
                                         "interval '3 days'"),
                  "0");
    }
}

TEST(store_rollups, are_right_while_late_instances_come_and_days_are_rolled_up) {
    rolled_town town;
    const std::string id = "urn:v:1";
    for (int day = 2; day < 6; ++day)
        for (int hour = 0; hour < 24; ++hour)
            town.record(id, {rolled_town::observed(hour, days_ago(day) + hours{hour})});
    town.set_policy("levels", "6");
    std::atomic<bool> over{false};
    const auto write = [&](unsigned seed) {
        drawn by(seed);
        int written = 0;
        while (!over) {
            const timestamp at = days_ago(2 + by.upto(3)) + minutes{by.upto(1'439)};
            auto recording = rolled_town::recording(id, {rolled_town::observed(by.upto(100), at)});
            written += town.on.run(town.on.lanes->commit(std::move(recording))) ? 1 : 0;
        }
        return written;
    };
    const auto roll = [&] {
        int rounds = 0;
        for (; !over; ++rounds) {
            town.tend_anew();
            // The hours go and come.
            run_sql(town.database, "UPDATE history_policy SET levels = 10 - levels");
        }
        return rounds;
    };
    auto first = std::async(std::launch::async, write, 1);
    auto second = std::async(std::launch::async, write, 2);
    auto rolling = std::async(std::launch::async, roll);
    const auto ends = [&over](int*) { over = true; };
    int unused = 0;
    const std::unique_ptr<int, decltype(ends)> end(&unused, ends);
    pqxx::connection connection(town.database);
    const store::instance_pairs pairs{{town.eid_of(id)}, {names().find(speed)}};
    store::temporal_request request;
    request.interval.from = days_ago(6);
    request.interval.until = days_ago(1);
    int asked = 0;
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{4};
    while (std::chrono::steady_clock::now() < until && !HasFailure()) {
        request.aggregated = every({0, asked++ % 2 == 0 ? hours{1} : hours{24}});
        EXPECT_EQ(difference(connection, pairs, request), "");
    }
    over = true;
    EXPECT_GT(first.get() + second.get(), 10);
    EXPECT_GT(rolling.get(), 1);
    EXPECT_GT(asked, 10);
    town.tend_anew();
    EXPECT_EQ(run_sql(town.database, "SELECT count(*) FROM rollup_dirty"), "0");
    EXPECT_EQ(run_sql(town.database, "SELECT count(*) FROM rollup_day"), "4");
}

TEST(store_rollups, wait_for_writers_that_do_not_know_of_the_policy) {
    rolled_town town;
    const std::string id = "urn:v:1";
    town.record(id, {rolled_town::observed(1, days_ago(5))});
    // A writer whose look for policies came before there was one: it leaves no mark.
    pqxx::connection writing(town.database);
    auto open = std::make_unique<pqxx::work>(writing);
    open->exec(fmt::format("INSERT INTO history SELECT eid, ts + interval '1 hour', modified_at, "
                           "created_at, nextval('history_iid'), 2, attr_id, ds_id, flags FROM "
                           "history WHERE eid = {}",
                           town.eid_of(id)));
    town.set_policy("levels", "4");
    auto rolling = std::async(std::launch::async, [&] { return town.tend(); });
    const auto is_at_work = [&] {
        return run_sql(town.database,
                       "SELECT count(*) FROM pg_stat_activity WHERE datname = "
                       "current_database() AND application_name = "
                       "'meridian maintenance' AND query LIKE '%virtualxid%'") != "0";
    };
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (!is_at_work() && std::chrono::steady_clock::now() < until)
        std::this_thread::yield();
    EXPECT_EQ(run_sql(town.database, "SELECT state FROM history_policy"), "new");
    open->commit();
    open.reset();
    EXPECT_GT(rolling.get(), 0);
    EXPECT_EQ(run_sql(town.database, "SELECT n FROM rollup"), "2");
}

TEST(store_rollups, of_a_year_are_read_in_place_of_its_instances) {
    rolled_town town;
    const std::string id = "urn:v:1";
    town.record(id, {rolled_town::observed(1, days_ago(40))});
    run_sql(town.database,
            fmt::format(
                "INSERT INTO history (eid, ts, modified_at, created_at, iid, num, attr_id, "
                "flags) SELECT {}, t, t, t, nextval('history_iid'), extract(minute FROM t), "
                "{}, 35 FROM generate_series('{}'::timestamptz, '{}'::timestamptz, interval "
                "'10 minutes') t",
                town.eid_of(id), names().find(speed), to_text(days_ago(40)), to_text(days_ago(0))));
    town.set_policy("levels", "6");
    EXPECT_GT(town.tend(), 0);
    EXPECT_EQ(town.tend(), 0);
    EXPECT_EQ(run_sql(town.database, "SELECT count(*) FROM rollup_day WHERE levels = 6"), "40");
    // Instances that go behind everybody's back are not missed.
    run_sql(town.database, "DELETE FROM history WHERE ts < now() - interval '5 days'");
    store::temporal_request request;
    request.attributes = {names().find(speed)};
    request.interval.from = days_ago(30);
    request.interval.until = days_ago(20);
    request.aggregated = every({0, hours{24}});
    const auto found = town.on.run(town.on.history->retrieve(rolled_town::tenant, id, request));
    ASSERT_TRUE(found && *found) << found.error().detail();
    const auto& series = (*found)->aggregated.at(0).series;
    ASSERT_EQ(series.at(0).periods.size(), 10U);
    EXPECT_EQ(series.at(0).periods.at(0).value, "144");
    EXPECT_EQ(series.at(1).periods.at(0).value, "3600");
    EXPECT_EQ(series.at(2).periods.at(0).value, "25");
    EXPECT_EQ(series.at(0).periods.at(9).start, days_ago(21));
}

} // namespace meridian::test
