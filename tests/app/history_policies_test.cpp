#include "app/history_policies.hpp"

#include "meridian/query/rollup.hpp"

#include <gtest/gtest.h>

namespace meridian::app {

TEST(app_history_policies, say_what_is_kept_of_an_attribute) {
    namespace level = query::rollup_level;
    const std::string core = "https://uri.etsi.org/ngsi-ld/default-context/";
    const auto read = read_history_policies(
        {"Station/temperature=raw:30;PT1H:365;P1D", "urn:x:T/urn:x:a=tenant:town;PT1M",
         "https://example.org/T?v=1/https://example.org/a=raw:1"},
        {{"a.toml:1", "", "Station", "wind", 90, {{"PT1H", 1830}, {"P1D", {}}}},
         {"a.toml:9", "town", "urn:x:T", "urn:x:b", {}, {{"PT1M", 1}}}});
    ASSERT_TRUE(read) << read.error().detail();
    const std::vector<store::wanted_policy> expected{
        {"", core + "Station", core + "temperature", {30, {{level::hour, 365}, {level::day, {}}}}},
        {"town", "urn:x:T", "urn:x:a", {{}, {{level::minute, {}}}}},
        {"", "https://example.org/T?v=1", "https://example.org/a", {1, {}}},
        {"", core + "Station", core + "wind", {90, {{level::hour, 1830}, {level::day, {}}}}},
        {"town", "urn:x:T", "urn:x:b", {{}, {{level::minute, 1}}}}};
    EXPECT_EQ(*read, expected);
}

TEST(app_history_policies, are_refused_by_name) {
    for (const char* bad :
         {"Station/temperature", "Station=raw:1", "S/t=", "S/t=raw", "S/t=raw:x", "S/t=raw:0",
          "S/t=PT2H", "S/t=PT1H;PT1H:3", "S/t=raw:1;;PT1H", "S/t=P1D:99999999999"}) {
        const auto read = read_history_policies({bad}, {});
        ASSERT_FALSE(read) << bad;
        EXPECT_EQ(read.error().kind(), problem_kind::invalid_request);
        EXPECT_NE(read.error().detail().find(bad), std::string::npos) << read.error().detail();
    }
}

TEST(app_history_policies, of_a_file_are_refused_by_table_and_member) {
    const std::string place = "a.toml:7";
    const std::string days = " of history-policy: days are between 1 and 36500";
    const std::pair<history_policy_table, std::string> rows[] = {
        {{place, "", "", "t", 1, {}}, "type of history-policy must be a name"},
        {{place, "", "S", "", 1, {}}, "attribute of history-policy must be a name"},
        {{place, "", "S", "t", 0, {}}, "raw-days" + days},
        {{place, "", "S", "t", 4'294'967'297, {}}, "raw-days" + days},
        {{place, "", "S", "t", {}, {{"P1D", -1}}}, "days of P1D in roll-ups" + days},
        {{place, "", "S", "t", {}, {{"", {}}}},
         "period of roll-ups of history-policy is PT1M, PT1H or P1D, not ''"},
        {{place, "", "S", "t", {}, {{"P1W", 5}}},
         "period of roll-ups of history-policy is PT1M, PT1H or P1D, not 'P1W'"},
        {{place, "", "S", "t", {}, {{"P1D", {}}, {"P1D", 3}}},
         "history-policy is refused: rollUps name a period twice"},
        {{place, "", "S", "t", {}, {}},
         "history-policy is refused: a history policy has rawDays, rollUps or both"},
    };
    for (const auto& [table, expected] : rows) {
        const auto read = read_history_policies({}, {table});
        ASSERT_FALSE(read) << expected;
        EXPECT_EQ(read.error().kind(), problem_kind::invalid_request);
        EXPECT_EQ(read.error().detail(), place + ": " + expected);
    }
}

TEST(app_history_policies, are_refused_where_two_are_of_the_same_attribute) {
    const auto read =
        read_history_policies({"S/t=raw:1", "S/u=raw:1"}, {{"a.toml:1", "", "S", "t", 2, {}}});
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().detail(), "history-policies: there are two for "
                                     "'https://uri.etsi.org/ngsi-ld/default-context/t' of "
                                     "'https://uri.etsi.org/ngsi-ld/default-context/S'");
    EXPECT_TRUE(read_history_policies({"S/t=raw:1"}, {{"a.toml:1", "town", "S", "t", 2, {}}}));
}

} // namespace meridian::app
