#include "meridian/store/history_policies.hpp"
#include "rollups.hpp"

// Policies that want more than before (docs/history-policies.md): days that are rolled up get the
// new levels, too, as long as their instances are there.

namespace meridian::test {
namespace {

using std::chrono::hours;
using store::rollup_rule;

namespace level = query::rollup_level;

const std::string vehicle_1 = "urn:v:1";

const rollup_rule hours_for_ever{level::hour, {}};
const rollup_rule days_for_ever{level::day, {}};

class added_levels : public testing::Test {
protected:
    added_levels() : policies(town.pool) { town.measure(vehicle_1, 20, 1); }

    /// PUT of the one policy.
    void replace(std::optional<int> raw_days, std::vector<rollup_rule> rollups) {
        const auto listed = town.on.run(policies.list(rolled_town::tenant));
        ASSERT_TRUE(listed && listed->size() == 1);
        store::policy_terms terms{raw_days, std::move(rollups)};
        auto replacing =
            policies.replace(rolled_town::tenant, listed->front().id, std::move(terms));
        ASSERT_TRUE(town.on.run(std::move(replacing)));
    }

    /// How many days lie in roll-ups of a level, and the sum of all their numbers.
    std::string in(int of) {
        return run_sql(town.database,
                       fmt::format("SELECT count(DISTINCT date_trunc('day', at, 'UTC')) || ' ' || "
                                   "coalesce(sum(total), 0) FROM rollup WHERE level = {}",
                                   of));
    }

    int rolled_days() {
        const int days = std::stoi(run_sql(town.database, "SELECT count(*) FROM rollup_day"));
        EXPECT_GE(days, 19) << "yesterday may not be over for long enough";
        return days;
    }

    std::string days_with_levels(int levels) {
        return run_sql(town.database,
                       fmt::format("SELECT count(*) FROM rollup_day WHERE levels = {}", levels));
    }

    rolled_town town;
    store::history_policies policies;
};

/// So many days of the measured ones.
std::string whole_days(int count) {
    return fmt::format("{} {}", count, count * 276);
}

} // namespace

TEST_F(added_levels, are_made_of_days_that_are_rolled_up) {
    town.set_policy("levels", "4");
    town.tend();
    const int days = std::stoi(days_with_levels(4));
    ASSERT_GE(days, 19);
    replace({}, {hours_for_ever, days_for_ever});
    EXPECT_GT(town.tend(), 0);
    EXPECT_EQ(in(level::hour), whole_days(days));
    EXPECT_EQ(in(level::day), whole_days(days));
    EXPECT_EQ(days_with_levels(6), std::to_string(days));
    EXPECT_EQ(town.tend_anew(), 0) << "nothing is lacking";
}

TEST_F(added_levels, are_made_of_days_whose_instances_are_kept) {
    town.set_policy("raw_days, levels", "5, 4");
    town.tend();
    const auto by_day = in(level::day);
    const int kept = std::stoi(run_sql(
        town.database, "SELECT count(*) FROM rollup_day d JOIN history_extent e USING (eid, "
                       "attr_id) WHERE d.day >= e.raw_from"));
    replace(5, {hours_for_ever, days_for_ever});
    town.tend();
    EXPECT_EQ(in(level::hour), whole_days(kept));
    EXPECT_EQ(in(level::day), by_day);
    EXPECT_EQ(town.tend_anew(), 0);
}

TEST_F(added_levels, come_before_instances_are_removed) {
    town.set_policy("levels", "4");
    town.tend();
    const int days = std::stoi(days_with_levels(4));
    replace(5, {hours_for_ever, days_for_ever});
    town.tend();
    EXPECT_EQ(in(level::hour), whole_days(days));
    EXPECT_LE(std::stoi(run_sql(town.database, "SELECT count(*) FROM history")), 7 * 24);
}

TEST_F(added_levels, reach_back_beyond_the_days_that_were_rolled_up) {
    town.set_policy("levels, hour_days", "2, 8");
    town.tend();
    const auto hourly = in(level::hour);
    replace({}, {{level::hour, 8}, days_for_ever});
    town.tend();
    EXPECT_EQ(in(level::hour), hourly);
    EXPECT_EQ(in(level::day), whole_days(rolled_days()));
    pqxx::connection connection(town.database);
    store::temporal_request request;
    request.interval.from = days_ago(25);
    request.interval.until = days_ago(1);
    for (const int length : {1, 24, 72}) {
        request.aggregated = every({0, hours{length}});
        EXPECT_EQ(
            difference(connection, {{town.eid_of(vehicle_1)}, {names().find(speed)}}, request), "");
    }
}

TEST_F(added_levels, are_as_long_as_a_level_is_kept_longer) {
    town.set_policy("levels, hour_days", "6, 5");
    town.tend();
    const int before = std::stoi(in(level::hour));
    replace({}, {{level::hour, 12}, days_for_ever});
    town.tend();
    EXPECT_EQ(in(level::hour), whole_days(before + 7));
    EXPECT_EQ(in(level::day), whole_days(rolled_days()));
}

TEST_F(added_levels, of_a_second_policy_are_made_too) {
    town.set_policy("levels", "4");
    town.tend();
    run_sql(town.database,
            fmt::format("INSERT INTO history_type (eid, tenant_id, type_id) VALUES ({}, 7, {})",
                        town.eid_of(vehicle_1), names().find(place)));
    auto creating = policies.create(rolled_town::tenant, place, speed, {{}, {hours_for_ever}});
    ASSERT_TRUE(town.on.run(std::move(creating)));
    town.tend();
    EXPECT_EQ(in(level::hour), whole_days(rolled_days()));
    EXPECT_EQ(in(level::day), whole_days(rolled_days()));
}

TEST_F(added_levels, wait_for_the_next_round_where_the_policy_changed_during_one) {
    town.set_policy("levels", "4");
    town.tend();
    // The trigger changes the policy when the round, which did not know of it, is nearly over.
    run_sql(town.database, R"sql(
        CREATE FUNCTION change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          UPDATE history_policy SET levels = 6; RETURN NULL; END $$;
        CREATE TRIGGER change AFTER INSERT ON rollup_day EXECUTE FUNCTION change();
        UPDATE history_extent SET rolled_to = rolled_to - interval '24 hours')sql");
    town.tend_anew();
    run_sql(town.database, "DROP TRIGGER change ON rollup_day");
    EXPECT_EQ(run_sql(town.database, "SELECT count(*) FROM history_policy WHERE passed_to IS NULL"),
              "1");
    town.tend();
    EXPECT_EQ(in(level::hour), whole_days(rolled_days()));
}

TEST_F(added_levels, are_not_tried_again_where_there_are_none) {
    town.record(vehicle_1, {rolled_town::observed("text", days_ago(10))});
    town.set_policy("levels", "4");
    town.tend();
    replace({}, {hours_for_ever, days_for_ever});
    town.tend();
    EXPECT_EQ(in(level::hour), whole_days(rolled_days() - 1));
    EXPECT_EQ(town.tend_anew(), 0);
    // Where a level was all that there was, the other takes its place.
    replace({}, {hours_for_ever});
    town.tend();
    replace({}, {days_for_ever});
    town.tend();
    town.tend_anew();
    EXPECT_EQ(in(level::day), whole_days(rolled_days() - 1));
    EXPECT_EQ(in(level::hour), "0 0");
}

TEST_F(added_levels, leave_alone_what_has_no_instances_any_more) {
    town.set_policy("levels", "4");
    town.tend();
    const auto before = in(level::day);
    run_sql(town.database,
            fmt::format("DELETE FROM history WHERE ts < '{}'", to_text(days_ago(10))));
    replace({}, {hours_for_ever, days_for_ever});
    town.tend();
    EXPECT_EQ(in(level::day), before);
    EXPECT_EQ(in(level::hour), whole_days(rolled_days() - 10));
    EXPECT_EQ(town.tend_anew(), 0);
}

} // namespace meridian::test
