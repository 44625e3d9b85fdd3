#include "app/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace meridian;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

using texts = std::vector<std::string>;

std::string refusal(const texts& given) {
    const auto read = app::read_command_line(given, {});
    return read ? "" : read.error().detail();
}

} // namespace

TEST(command_line, a_command_is_read_with_its_options_and_operands) {
    const texts given{"explain", "--port", "1030", "/ngsi-ld/v1/entities?type=Device"};
    const auto read = app::read_command_line(given, {{"MERIDIAN_HOST", "::1"}});
    ASSERT_TRUE(read.has_value()) << read.error().detail();
    EXPECT_EQ(read->name, "explain");
    EXPECT_EQ(read->settings.port, 1030);
    EXPECT_EQ(read->settings.host, "::1");
    EXPECT_THAT(read->operands, ElementsAre("/ngsi-ld/v1/entities?type=Device"));
}

TEST(command_line, wrong_usage_is_one_line) {
    const std::pair<texts, std::string> rows[] = {
        {{}, "a command is missing; see meridian --help"},
        {{"serv"}, "unknown command serv, did you mean serve?; see meridian --help"},
        {{"frobnicate"}, "unknown command frobnicate; see meridian --help"},
        {{"serve", "now"}, "meridian serve: now is one argument too many"},
        {{"explain"}, "meridian explain: URL is missing"},
        {{"version", "--port", "1"}, "meridian version takes no options"},
        {{"serve", "--prot", "1"}, "command line: unknown option --prot; did you mean --port?"},
    };
    for (const auto& [given, expected] : rows)
        EXPECT_EQ(refusal(given), expected);
}

TEST(command_line, help_is_given_whatever_else_is_wrong) {
    EXPECT_THAT(app::read_command_line(texts{"--help"}, {})->text, HasSubstr("migrate"));
    for (const app::command& each : app::commands()) {
        const texts given{std::string(each.name), "--nonsense", "--help"};
        const auto read = app::read_command_line(given, {{"MERIDIAN_NONSENSE", "1"}});
        ASSERT_TRUE(read.has_value()) << each.name;
        EXPECT_EQ(read->name, "");
        EXPECT_THAT(read->text, HasSubstr(std::string(each.summary)));
    }
}

TEST(command_line, version_may_be_spelt_as_an_option) {
    EXPECT_EQ(app::read_command_line(texts{"--version"}, {})->name, "version");
}
