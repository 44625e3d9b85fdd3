#include "app/history_policies.hpp"

#include "meridian/query/rollup.hpp"

#include <gtest/gtest.h>

namespace meridian::app {

TEST(app_history_policies, say_what_is_kept_of_an_attribute) {
    namespace level = query::rollup_level;
    const std::string core = "https://uri.etsi.org/ngsi-ld/default-context/";
    const auto read = read_history_policies(
        {"Station/temperature=raw:30;PT1H:365;P1D", "urn:x:T/urn:x:a=tenant:town;PT1M",
         "https://example.org/T?v=1/https://example.org/a=raw:1"});
    ASSERT_TRUE(read) << read.error().detail();
    const std::vector<store::wanted_policy> expected{
        {"", core + "Station", core + "temperature", {30, {{level::hour, 365}, {level::day, {}}}}},
        {"town", "urn:x:T", "urn:x:a", {{}, {{level::minute, {}}}}},
        {"", "https://example.org/T?v=1", "https://example.org/a", {1, {}}}};
    EXPECT_EQ(*read, expected);
}

TEST(app_history_policies, are_refused_by_name) {
    for (const char* bad :
         {"Station/temperature", "Station=raw:1", "S/t=", "S/t=raw", "S/t=raw:x", "S/t=raw:0",
          "S/t=PT2H", "S/t=PT1H;PT1H:3", "S/t=raw:1;;PT1H", "S/t=P1D:99999999999"}) {
        const auto read = read_history_policies({bad});
        ASSERT_FALSE(read) << bad;
        EXPECT_EQ(read.error().kind(), problem_kind::invalid_request);
        EXPECT_NE(read.error().detail().find(bad), std::string::npos) << read.error().detail();
    }
}

} // namespace meridian::app
