#include "meridian/query/rollup.hpp"

#include <gtest/gtest.h>

namespace meridian::query {
namespace {

using ngsild::aggregation_method;
using std::chrono::minutes;

constexpr std::int16_t m = rollup_level::minute;
constexpr std::int16_t h = rollup_level::hour;
constexpr std::int16_t d = rollup_level::day;

temporal_query between(const char* from, const char* until) {
    temporal_query made;
    if (*from != '\0')
        made.from = parse_date_time(from);
    if (*until != '\0')
        made.until = parse_date_time(until);
    return made;
}

aggregation every(duration period) {
    return {{aggregation_method::avg, aggregation_method::stddev}, period};
}

} // namespace

TEST(clause_4_5_19_rollups, serve_where_no_period_begins_or_ends_within_one) {
    struct row {
        const char* from;
        const char* until;
        duration period;
        usable_rollups expected;
    };
    const duration hour{0, minutes{60}};
    const duration day{0, minutes{1'440}};
    const row rows[] = {
        {"2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", day, {m | h | d, m | h | d}},
        {"2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", hour, {m | h, m | h}},
        {"2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", {0, minutes{15}}, {m, m}},
        {"2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", {0, std::chrono::seconds{90}}, {}},
        {"2026-01-01T00:00:00Z", "2026-02-01T06:00:00Z", day, {m | h | d, m | h}},
        {"2026-01-01T00:00:00Z", "2026-02-01T06:07:00Z", day, {m | h | d, m}},
        {"2026-01-01T00:00:00Z", "2026-02-01T06:07:08Z", day, {m | h | d, 0}},
        {"2026-01-01T06:00:00Z", "2026-02-01T00:00:00Z", day, {m | h, m | h}},
        {"2026-01-01T00:00:00.5Z", "2026-02-01T00:00:00Z", day, {}},
        {"2026-01-01T00:00:00Z", "", day, {m | h | d, m | h | d}},
        {"1969-01-01T00:00:00Z", "1969-02-01T00:00:00Z", day, {m | h | d, m | h | d}},
        // The whole range, by its bounds; months, by what is beyond them.
        {"2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", {}, {m | h | d, m | h | d}},
        {"2026-01-01T00:00:00Z", "", {}, {}},
        {"", "2026-02-01T00:00:00Z", day, {}},
        {"2026-01-31T00:00:00Z", "2026-12-01T00:00:00Z", {1, {}}, {m | h | d, m | h | d}},
        {"2026-01-31T00:00:00Z", "2026-12-01T00:00:00Z", {1, minutes{60}}, {m | h, m | h}},
        {"2026-01-31T00:30:00Z", "2026-12-01T00:00:00Z", {12, {}}, {m, m}},
    };
    for (const row& one : rows)
        EXPECT_EQ(rollups_for(between(one.from, one.until), every(one.period)), one.expected)
            << one.from << " " << one.until << " " << one.period.months << " "
            << one.period.rest.count();
}

TEST(clause_4_5_19_rollups, serve_no_other_question) {
    const auto interval = between("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z");
    auto asked = every({0, minutes{60}});
    asked.methods.push_back(aggregation_method::distinct_count);
    EXPECT_EQ(rollups_for(interval, asked), usable_rollups{});
    asked = every({0, minutes{60}});
    for (const auto property :
         {time_property::created_at, time_property::modified_at, time_property::deleted_at}) {
        auto by = interval;
        by.property = property;
        EXPECT_EQ(rollups_for(by, asked), usable_rollups{});
    }
    auto last = interval;
    last.last_n = 10;
    EXPECT_EQ(rollups_for(last, asked), usable_rollups{});
}

} // namespace meridian::query
