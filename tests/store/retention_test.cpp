#include "rollups.hpp"

#include "meridian/store/history_policies.hpp"

#include <future>
#include <gmock/gmock.h>

// What history policies remove (docs/history-policies.md): roll-ups answer in place of instances
// that are gone, and what they do not tell is refused.

namespace meridian::test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::HasSubstr;

const std::string vehicle_1 = "urn:v:1";

store::temporal_request asked(int from, int until, std::optional<duration> period) {
    store::temporal_request made;
    made.interval.from = days_ago(from);
    made.interval.until = days_ago(until);
    made.attributes = {names().find(speed)};
    if (period)
        made.aggregated = every(*period);
    return made;
}

const duration hourly{0, hours{1}};
const duration daily{0, hours{24}};

/// How many periods or instances are answered, or why none.
std::string told(rolled_town& town, const store::temporal_request& request) {
    auto reading = town.on.history->retrieve(rolled_town::tenant, vehicle_1, request);
    const auto found = town.on.run(std::move(reading));
    if (!found)
        return found.error().detail();
    if (!*found)
        return "no such Entity";
    if (!request.aggregated)
        return std::to_string((*found)->rows.size());
    return (*found)->aggregated.empty()
               ? "0"
               : std::to_string((*found)->aggregated.at(0).series.at(0).periods.size());
}

std::string oldest(rolled_town& town) {
    return run_sql(town.database, "SELECT min(ts) AT TIME ZONE 'UTC' FROM history");
}

} // namespace

TEST(history_policies, remove_instances_once_they_are_rolled_up) {
    rolled_town town;
    town.measure(vehicle_1, 20, 1);
    town.set_policy("raw_days, levels, hour_days", "5, 6, 10");
    const auto before = oldest(town);
    town.tend();
    const auto gone = run_sql(town.database, "SELECT raw_from FROM history_extent");
    EXPECT_NE(oldest(town), before);
    EXPECT_EQ(run_sql(town.database, "SELECT count(*) FROM history h JOIN history_extent e USING "
                                     "(eid, attr_id) WHERE h.ts < e.raw_from"),
              "0");
    // By the day for ever, by the hour for ten days, by instances for five.
    EXPECT_EQ(told(town, asked(20, 2, daily)), "18");
    EXPECT_EQ(told(town, asked(8, 2, hourly)), "144");
    EXPECT_EQ(told(town, asked(3, 2, std::nullopt)), "24");
    EXPECT_EQ(told(town, asked(30, 20, daily)), "0") << "nothing is missing where nothing was";
    EXPECT_THAT(told(town, asked(20, 2, hourly)), HasSubstr("its roll-ups do not give"));
    EXPECT_THAT(told(town, asked(8, 2, duration{0, minutes{15}})), HasSubstr("do not give"));
    EXPECT_THAT(told(town, asked(20, 2, std::nullopt)), HasSubstr("were removed by a history"));
    auto distinct = asked(20, 2, daily);
    distinct.aggregated->methods = {ngsild::aggregation_method::distinct_count};
    EXPECT_THAT(told(town, distinct), HasSubstr("were removed by a history policy"));
    // What there is: without bounds, and the last.
    store::temporal_request whole;
    EXPECT_NE(told(town, whole), "0");
    whole.interval.last_n = 5;
    EXPECT_EQ(told(town, whole), "5");
}

TEST(history_policies, find_entities_of_which_nothing_but_rollups_is_left) {
    rolled_town town;
    town.measure(vehicle_1, 20, 15);
    town.set_policy("raw_days, levels", "5, 4");
    town.tend();
    EXPECT_EQ(oldest(town), "");
    store::temporal_selection selection;
    selection.types = {{names().find(vehicle)}};
    selection.count = true;
    const auto page = [&](const store::temporal_request& request) {
        return town.on.run(town.on.history->query(rolled_town::tenant, selection, request));
    };
    const auto by_day = page(asked(20, 10, daily));
    ASSERT_TRUE(by_day) << by_day.error().detail();
    ASSERT_EQ(by_day->evolutions.size(), 1U);
    EXPECT_EQ(by_day->count, 1);
    EXPECT_EQ(by_day->evolutions[0].aggregated.at(0).series.at(0).periods.size(), 6U);
    const auto earlier = page(asked(40, 30, daily));
    ASSERT_TRUE(earlier) << earlier.error().detail();
    EXPECT_TRUE(earlier->evolutions.empty());
    const auto instances = page(asked(20, 10, std::nullopt));
    ASSERT_FALSE(instances);
    EXPECT_EQ(instances.error().kind(), problem_kind::bad_request_data);
    EXPECT_EQ(told(town, asked(2, 1, std::nullopt)), "0") << "it is known";
}

TEST(history_policies, without_rollups_know_nothing_of_what_they_removed) {
    rolled_town town;
    town.measure(vehicle_1, 10, 1);
    town.set_policy("raw_days", "3");
    town.tend();
    EXPECT_THAT(told(town, asked(10, 1, daily)), HasSubstr("were removed"));
    EXPECT_THAT(told(town, asked(40, 30, std::nullopt)), HasSubstr("were removed"));
    EXPECT_EQ(told(town, asked(2, 1, daily)), "1");
    EXPECT_EQ(run_sql(town.database, "SELECT count(*) FROM rollup"), "0");
}

TEST(history_policies, late_instances_from_before_what_is_kept_change_nothing) {
    rolled_town town;
    town.measure(vehicle_1, 20, 1);
    town.set_policy("raw_days, levels", "5, 4");
    town.tend();
    const auto totals = [&] {
        auto reading =
            town.on.history->retrieve(rolled_town::tenant, vehicle_1, asked(20, 2, daily));
        const auto found = town.on.run(std::move(reading));
        std::string all;
        for (const auto& period : (*found)->aggregated.at(0).series.at(1).periods)
            all += period.value + ' ';
        return all;
    };
    const auto before = totals();
    town.record(vehicle_1, {rolled_town::observed(1'000, days_ago(15) + hours{1})});
    EXPECT_EQ(totals(), before);
    town.tend_anew();
    EXPECT_EQ(totals(), before);
    EXPECT_EQ(run_sql(town.database, "SELECT count(*) FROM history WHERE num = 1000"), "0");
    EXPECT_EQ(run_sql(town.database, "SELECT count(*) FROM rollup_dirty"), "0");
    // Within what is kept it counts, at once and afterwards.
    town.record(vehicle_1, {rolled_town::observed(1'000, days_ago(3) + hours{1})});
    const auto after = totals();
    EXPECT_NE(after, before);
    town.tend();
    EXPECT_EQ(totals(), after);
}

TEST(history_policies, nothing_is_removed_before_its_late_instances_are_rolled_up) {
    rolled_town town;
    town.measure(vehicle_1, 10, 1);
    town.set_policy("levels", "4");
    town.tend();
    town.record(vehicle_1, {rolled_town::observed(100, days_ago(8) + hours{1})});
    run_sql(town.database, "UPDATE history_policy SET raw_days = 5, passed_to = NULL");
    town.tend();
    auto reading = town.on.history->retrieve(rolled_town::tenant, vehicle_1, asked(8, 7, daily));
    const auto found = town.on.run(std::move(reading));
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->aggregated.at(0).series.at(0).periods.at(0).value, "25");
}

TEST(history_policies, removed_levels_and_policies_take_their_rollups_along) {
    rolled_town town;
    town.measure(vehicle_1, 20, 1);
    town.set_policy("levels", "6");
    town.tend();
    store::history_policies policies(town.pool);
    const auto listed = town.on.run(policies.list(rolled_town::tenant));
    ASSERT_TRUE(listed && listed->size() == 1);
    const int id = listed->front().id;
    store::policy_terms only_days;
    only_days.rollups = {{query::rollup_level::day, 7}};
    ASSERT_TRUE(town.on.run(policies.replace(rolled_town::tenant, id, only_days)));
    town.tend();
    EXPECT_EQ(run_sql(town.database, "SELECT string_agg(DISTINCT level::text, ',') FROM rollup"),
              "4");
    EXPECT_LE(std::stoi(run_sql(town.database, "SELECT count(*) FROM rollup")), 7);
    EXPECT_EQ(told(town, asked(20, 2, daily)), "18") << "instances are there";
    EXPECT_EQ(told(town, asked(20, 2, hourly)), "432");
    ASSERT_TRUE(town.on.run(policies.remove(rolled_town::tenant, id)));
    EXPECT_TRUE(town.on.run(policies.list(rolled_town::tenant))->empty());
    town.tend();
    for (const char* table : {"rollup", "rollup_day", "rollup_dirty", "history_policy"})
        EXPECT_EQ(run_sql(town.database, std::string("SELECT count(*) FROM ") + table), "0")
            << table;
    EXPECT_EQ(told(town, asked(20, 2, daily)), "18");
}

TEST(history_policies, corrections_of_whole_evolutions_leave_no_rollups) {
    rolled_town town;
    town.measure(vehicle_1, 20, 1);
    auto other = rolled_town::observed(5, days_ago(12));
    other.dataset_id = place;
    town.record(vehicle_1, {other});
    town.set_policy("raw_days, levels", "5, 4");
    town.tend();
    store::evolutions evolutions(town.pool);
    const auto attribute = names().find(speed);
    EXPECT_EQ(told(town, asked(13, 11, daily)), "2");
    // The instance of the datasetId went with the others of its day: there is none to be deleted.
    auto removing = evolutions.remove_attribute(rolled_town::tenant, vehicle_1, attribute, 0);
    ASSERT_TRUE(town.on.run(std::move(removing)));
    EXPECT_EQ(told(town, asked(13, 11, daily)), "1");
    EXPECT_EQ(run_sql(town.database, "SELECT count(*) FROM rollup"), "1");
    auto deleting = evolutions.remove(rolled_town::tenant, vehicle_1);
    ASSERT_TRUE(town.on.run(std::move(deleting)));
    for (const char* table : {"rollup", "rollup_day", "rollup_dirty", "history_extent", "history"})
        EXPECT_EQ(run_sql(town.database, std::string("SELECT count(*) FROM ") + table), "0")
            << table;
}

TEST(history_policies, a_job_that_is_killed_goes_on_where_it_was) {
    rolled_town town;
    town.measure(vehicle_1, 30, 1);
    town.set_policy("raw_days, levels", "5, 6");
    // Cut off again and again, each time when a little more is done.
    for (int goal = 1; goal < 29; goal += 3) {
        run_sql(town.database, "UPDATE history_policy SET passed_to = NULL");
        std::atomic<bool> over{false};
        auto killing = std::async(std::launch::async, [&] {
            while (!over &&
                   std::stoi(run_sql(town.database, "SELECT count(*) FROM rollup_day")) < goal)
                std::this_thread::yield();
            run_sql(town.database, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
                                   "application_name = 'meridian maintenance' AND datname = "
                                   "current_database()");
        });
        const std::atomic<bool> stop{false};
        (void)town.upkeep.tend(stop); // may fail: it was killed
        over = true;
        killing.get();
        EXPECT_EQ(told(town, asked(30, 2, daily)), "28");
    }
    town.tend_anew();
    EXPECT_EQ(told(town, asked(30, 2, hourly)), std::to_string(28 * 24));
}

} // namespace meridian::test
