#include "rollups.hpp"

#include <gmock/gmock.h>

// History that is dropped by the month (docs/history.md) waits for what policies roll up of it.

namespace meridian::test {
namespace {

using std::chrono::days;
using std::chrono::hours;

const std::string vehicle_1 = "urn:v:1";

/// The first of the month, so many months before this one.
timestamp month_before(int months) {
    const std::chrono::year_month_day today{std::chrono::floor<days>(days_ago(0))};
    return std::chrono::sys_days{(today.year() / today.month() - std::chrono::months{months}) / 1};
}

std::string month_text(int months) {
    return to_text(month_before(months)).substr(0, 7);
}

/// How many days before today.
int days_since(timestamp moment) {
    return static_cast<int>((days_ago(0) - moment) / days{1});
}

/// A month that is over, of which some days are measured.
const int first_day = days_since(month_before(2) + days{9});
const int last_day = first_day - 3;

std::string horizon(rolled_town& town) {
    return run_sql(town.database,
                   "SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM') FROM history_horizon");
}

/// What the days that are measured sum up to.
std::string totals(rolled_town& town) {
    store::temporal_request asked;
    asked.interval.from = days_ago(first_day);
    asked.interval.until = days_ago(last_day - 1);
    asked.attributes = {names().find(speed)};
    asked.aggregated = every({0, hours{24}});
    const auto found =
        town.on.run(town.on.history->retrieve(rolled_town::tenant, vehicle_1, asked));
    if (!found || !*found || (*found)->aggregated.empty())
        return "nothing";
    std::string all;
    for (const auto& period : (*found)->aggregated.at(0).series.at(1).periods)
        all += period.value + ' ';
    return all;
}

/// An instance without observedAt that was written long ago.
void insert_unobserved(rolled_town& town, int day) {
    run_sql(town.database,
            fmt::format("INSERT INTO history (eid, ts, modified_at, created_at, iid, num, attr_id, "
                        "flags) VALUES ({}, '{}', '{}', '{}', nextval('history_iid'), 3, {}, 34)",
                        town.eid_of(vehicle_1), to_text(days_ago(day)), to_text(days_ago(day)),
                        to_text(days_ago(day)), names().find(speed)));
}

} // namespace

TEST(dropped_months, wait_for_their_rollups) {
    for (const bool is_folded : {false, true}) {
        rolled_town town;
        town.measure(vehicle_1, first_day, last_day);
        town.set_policy("levels", "4");
        if (is_folded)
            town.fold();
        town.drop_months();
        EXPECT_EQ(horizon(town), month_text(2)) << "what lies before is gone";
        EXPECT_EQ(totals(town), "276 276 276 276 ");
        town.tend();
        town.drop_months();
        EXPECT_EQ(horizon(town), month_text(0));
        EXPECT_EQ(run_sql(town.database, "SELECT count(*) FROM history"), "0");
        EXPECT_EQ(run_sql(town.database, "SELECT count(*) FROM history_folded"), "0");
        EXPECT_EQ(totals(town), "276 276 276 276 ");
    }
}

TEST(dropped_months, wait_for_late_instances_to_be_rolled_up) {
    rolled_town town;
    town.measure(vehicle_1, first_day, last_day);
    town.set_policy("levels", "4");
    town.tend();
    town.record(vehicle_1, {rolled_town::observed(1'000, days_ago(last_day) + hours{1})});
    town.drop_months();
    EXPECT_EQ(horizon(town), month_text(2));
    town.tend();
    town.drop_months();
    EXPECT_EQ(horizon(town), month_text(0));
    EXPECT_EQ(totals(town), "276 276 276 1276 ");
    // What comes now comes too late, and keeps nobody waiting.
    town.record(vehicle_1, {rolled_town::observed(1'000, days_ago(last_day) + hours{2})});
    town.drop_months();
    town.tend();
    EXPECT_EQ(totals(town), "276 276 276 1276 ");
    EXPECT_EQ(run_sql(town.database, "SELECT count(*) FROM history"), "0");
}

TEST(dropped_months, wait_for_levels_that_a_policy_was_given) {
    rolled_town town;
    town.measure(vehicle_1, first_day, last_day);
    town.set_policy("levels", "4");
    town.tend();
    run_sql(town.database, "UPDATE history_policy SET levels = 6, passed_to = NULL");
    town.drop_months();
    EXPECT_EQ(horizon(town), month_text(2));
    town.tend();
    EXPECT_EQ(run_sql(town.database, "SELECT count(*) FROM rollup WHERE level = 2"), "96");
    town.drop_months();
    EXPECT_EQ(horizon(town), month_text(0));
}

TEST(dropped_months, leave_the_rollups_of_what_is_measured_no_more) {
    rolled_town town;
    town.measure(vehicle_1, first_day, last_day);
    town.set_policy("levels", "4");
    town.tend();
    // As after a stop of all brokers shortly after the last instance.
    run_sql(town.database, fmt::format("UPDATE history_extent SET rolled_to = '{}'",
                                       to_text(days_ago(last_day - 1))));
    town.drop_months();
    EXPECT_EQ(horizon(town), month_text(0));
    town.tend_anew();
    EXPECT_EQ(totals(town), "276 276 276 276 ");
}

TEST(dropped_months, leave_deleted_entities_of_which_rollups_are_kept) {
    rolled_town town;
    town.measure(vehicle_1, first_day, last_day);
    town.set_policy("levels", "4");
    town.tend();
    run_sql(town.database,
            fmt::format("UPDATE entity SET deleted_at = '{}'", to_text(month_before(1))));
    town.drop_months();
    EXPECT_EQ(horizon(town), month_text(0));
    EXPECT_EQ(totals(town), "276 276 276 276 ");
    run_sql(town.database, "UPDATE history_policy SET day_days = 3, passed_to = NULL");
    town.tend();
    town.drop_months();
    for (const char* table : {"entity", "history_type", "rollup", "rollup_day", "history_extent"})
        EXPECT_EQ(run_sql(town.database, std::string("SELECT count(*) FROM ") + table), "0")
            << table;
}

TEST(dropped_months, do_not_wait_for_what_no_rollup_holds) {
    rolled_town town;
    town.measure(vehicle_1, first_day, last_day);
    town.record(vehicle_1, {rolled_town::observed("text", days_ago(last_day)),
                            rolled_town::observed(1e120, days_ago(first_day))});
    insert_unobserved(town, first_day);
    town.set_policy("levels", "4");
    town.tend();
    town.drop_months();
    EXPECT_EQ(horizon(town), month_text(0));
}

TEST(dropped_months, do_not_wait_for_instances_without_observed_at) {
    rolled_town town;
    auto now = rolled_town::observed(1, time_now());
    now.observed_at.reset();
    town.record(vehicle_1, {now});
    insert_unobserved(town, first_day);
    town.set_policy("levels", "4");
    town.drop_months();
    EXPECT_EQ(horizon(town), month_text(0));
}

TEST(dropped_months, do_not_wait_for_what_is_older_than_rollups_are_kept) {
    rolled_town town;
    town.measure(vehicle_1, first_day, last_day);
    town.set_policy("levels, day_days, hour_days", fmt::format("6, {}, 3", last_day - 1));
    town.drop_months();
    EXPECT_EQ(horizon(town), month_text(0));
}

TEST(dropped_months, do_not_wait_for_policies_that_roll_nothing_up_or_are_dropped) {
    for (const char* terms : {"0, 'ready'", "4, 'dropping'"}) {
        rolled_town town;
        town.measure(vehicle_1, first_day, last_day);
        town.set_policy("levels, state", terms);
        town.drop_months();
        EXPECT_EQ(horizon(town), month_text(0)) << terms;
    }
}

} // namespace meridian::test
