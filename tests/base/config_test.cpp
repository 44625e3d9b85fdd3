#include "meridian/base/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace meridian;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

/// An empty working directory for the time of a test, so that no meridian.toml is in the way.
class configuration : public testing::Test {
protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "meridian-config-XXXXXX";
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder_ = name;
        before_ = std::filesystem::current_path();
        std::filesystem::current_path(folder_);
    }
    void TearDown() override {
        std::filesystem::current_path(before_);
        std::filesystem::remove_all(folder_);
    }
    static void write(const std::string& name, const std::string& text) {
        std::ofstream(name) << text;
    }
    /// The problem's text, or "" for none.
    static std::string refusal(const std::vector<std::string>& texts,
                               const environment& variables = {}) {
        const auto split = split_arguments(texts);
        if (!split)
            return split.error().detail();
        const auto loaded = load_config(split->flags, variables);
        return loaded ? "" : loaded.error().detail();
    }

private:
    std::filesystem::path folder_;
    std::filesystem::path before_;
};

std::string read_file(const std::string& path) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

} // namespace

TEST_F(configuration, flags_and_operands_are_told_apart) {
    const std::vector<std::string> texts{
        "--port", "1027", "a.json", "--gzip", "--db=postgresql://h/d", "-", "--", "--b.json"};
    const auto split = split_arguments(texts);
    ASSERT_TRUE(split.has_value()) << split.error().detail();
    EXPECT_EQ(*split, (arguments{{{"port", "1027"}, {"gzip", "true"}, {"db", "postgresql://h/d"}},
                                 {"a.json", "-", "--b.json"}}));
}

TEST_F(configuration, flags_outrank_environment_environment_the_file_and_the_file_defaults) {
    write("meridian.toml",
          "port = 1\nwrite-lanes = 3\nlog-level = \"warn\"\n"
          "idle-timeout = \"5 min\"\nmax-body = \"2 MiB\"\n"
          "cors-origins = [\"https://a.example\", \"https://b.example\"]\naccess-log = 0.5\n");
    const std::vector<flag> flags{{"port", "3"}};
    const auto loaded = load_config(flags, {{"MERIDIAN_PORT", "2"}, {"MERIDIAN_WRITE_LANES", "4"}});
    ASSERT_TRUE(loaded.has_value()) << loaded.error().detail();
    EXPECT_EQ(loaded->port, 3);
    EXPECT_EQ(loaded->write_lanes, 4u);
    EXPECT_EQ(loaded->log_level, spdlog::level::warn);
    EXPECT_EQ(loaded->idle_timeout, 5min);
    EXPECT_EQ(loaded->max_body.value, 2u << 20);
    EXPECT_EQ(loaded->access_log, 0.5);
    EXPECT_THAT(loaded->cors_origins, ElementsAre("https://a.example", "https://b.example"));
    EXPECT_EQ(loaded->max_page, config{}.max_page);
}

TEST_F(configuration, the_file_is_named_by_flag_else_by_environment) {
    write("a.toml", "port = 5\n");
    write("b.toml", "port = 6\n");
    const std::vector<flag> flags{{"config", "a.toml"}};
    EXPECT_EQ(load_config(flags, {{"MERIDIAN_CONFIG", "b.toml"}})->port, 5);
    EXPECT_EQ(load_config({}, {{"MERIDIAN_CONFIG", "b.toml"}})->port, 6);
    EXPECT_THAT(refusal({"--config", "c.toml"}), HasSubstr("c.toml"));
}

TEST_F(configuration, unknown_names_are_refused_in_each_source_with_the_nearest_one) {
    EXPECT_EQ(refusal({"--prot", "1"}),
              "command line: unknown option --prot; did you mean --port?");
    EXPECT_EQ(refusal({"--utterly-different-thing"}),
              "command line: unknown option --utterly-different-thing");
    EXPECT_EQ(refusal({"-p", "1"}), "command line: unknown option -p");
    EXPECT_EQ(refusal({}, {{"MERIDIAN_DATADIR", "x"}}),
              "environment: unknown variable MERIDIAN_DATADIR; did you mean MERIDIAN_DATA_DIR?");
    write("meridian.toml", "\ntreads = 2\n");
    EXPECT_EQ(refusal({}), "meridian.toml:2: unknown option treads; did you mean threads?");
}

TEST_F(configuration, values_of_the_wrong_form_or_range_are_refused) {
    const std::pair<std::vector<std::string>, std::string> rows[] = {
        {{"--port", "http"}, "command line: --port \"http\" is not a port number"},
        {{"--port", "70000"}, "command line: --port \"70000\" is outside 0 to 65535"},
        {{"--port", "-1"}, "command line: --port \"-1\" is not a port number"},
        {{"--port"}, "command line: --port needs a value"},
        {{"--gzip=perhaps"},
         "command line: --gzip \"perhaps\" is not a yes/no value (true, false)"},
        {{"--idle-timeout", "5"},
         "command line: --idle-timeout \"5\" is not a duration (such as 500 ms, 20 s, 5 min, 24 h, "
         "7 d)"},
        {{"--idle-timeout", "1ms"},
         "command line: --idle-timeout \"1ms\" is outside 100 ms to 1 d"},
        {{"--max-body", "99999999999999999999 GB"},
         "command line: --max-body \"99999999999999999999 GB\" is not a size (such as 500 kB, 10 "
         "MB, 1 GiB)"},
        {{"--access-log", "1.5"}, "command line: --access-log \"1.5\" is outside 0 to 1"},
        {{"--log-level", "loud"},
         "command line: --log-level \"loud\" is not a level (trace, debug, info, warn, error, "
         "off)"},
        {{"--tls-cert", "a.pem"}, "tls-cert and tls-key are only of use together"},
        {{"--drain-notice", "30 s"}, "drain-notice must not be longer than drain-timeout"},
        {{"--audit-subject-header", "X Subject"},
         "audit-subject-header must be the name of a header"},
        {{"--temporal-range-unit", "seconds"}, "temporal-range-unit must be DateTime or date-time"},
        {{"--db", "mysql://x"}, "db must be a URL that begins with postgresql://"},
    };
    for (const auto& [texts, expected] : rows)
        EXPECT_EQ(refusal(texts), expected);
}

TEST_F(configuration, a_file_that_is_not_flat_toml_is_refused_with_its_line) {
    write("meridian.toml", "port = 1\nport 2\n");
    EXPECT_THAT(refusal({}), HasSubstr("meridian.toml:2: "));
    write("meridian.toml", "port = 1026\n[db]\nx = 1\n");
    EXPECT_EQ(refusal({}), "meridian.toml:2: db is not a text");
}

TEST_F(configuration, a_file_has_a_table_for_each_history_policy) {
    write("meridian.toml", "port = 5\nhistory-policies = [\"S/t=raw:1\"]\n\n"
                           "[[history-policy]]\ntenant = \"town\"\ntype = \"Station\"\n"
                           "attribute = \"temperature\"\nraw-days = 90\n"
                           "roll-ups = [{period = \"PT1H\", days = 1830}, {period = \"P1D\"}]\n\n"
                           "[[history-policy]]\ntype = \"a,b\"\nattribute = \"c;d\"\n");
    const auto loaded = load_config({}, {});
    ASSERT_TRUE(loaded.has_value()) << loaded.error().detail();
    EXPECT_THAT(loaded->history_policies, ElementsAre("S/t=raw:1"));
    const history_policy_table first{
        "meridian.toml:4", "town", "Station",
        "temperature",     90,     {{"PT1H", 1830}, {"P1D", std::nullopt}}};
    const history_policy_table second{"meridian.toml:11", "", "a,b", "c;d", std::nullopt, {}};
    EXPECT_THAT(loaded->history_policy_tables, ElementsAre(first, second));
}

TEST_F(configuration, a_history_policy_of_the_wrong_form_is_refused_by_its_member) {
    const std::pair<std::string, std::string> rows[] = {
        {"roll-ups = [{period = \"P1D\"}]\ntype = 5",
         "meridian.toml:3: type of history-policy is not a text"},
        {"tenant = []", "meridian.toml:2: tenant of history-policy is not a text"},
        {"raw-days = \"90\"", "meridian.toml:2: raw-days of history-policy is not a whole number"},
        {"raw-days = 1.5", "meridian.toml:2: raw-days of history-policy is not a whole number"},
        {"rawdays = 90", "meridian.toml:2: unknown member rawdays of history-policy; did you mean "
                         "raw-days?"},
        {"colour = \"red\"", "meridian.toml:2: unknown member colour of history-policy"},
        {"roll-ups = \"P1D\"",
         "meridian.toml:2: roll-ups of history-policy is not an array of tables"},
        {"roll-ups = [\"P1D\"]",
         "meridian.toml:2: roll-ups of history-policy is not an array of tables"},
        {"roll-ups = [\n{days = 5, period = 3}]",
         "meridian.toml:3: period of roll-ups of history-policy is not a text"},
        {"roll-ups = [{days = true}]",
         "meridian.toml:2: days of roll-ups of history-policy is not a whole number"},
        {"roll-ups = [{periods = \"P1D\"}]",
         "meridian.toml:2: unknown member periods of roll-ups of history-policy; did you mean "
         "period?"},
    };
    for (const auto& [members, expected] : rows) {
        write("meridian.toml", "[[history-policy]]\n" + members + "\n");
        EXPECT_EQ(refusal({}), expected);
    }
    for (const char* other : {"[history-policy]\ntype = \"a\"\n", "history-policy = [5]\n",
                              "history-policy = \"a/b=raw:1\"\n"}) {
        write("meridian.toml", other);
        EXPECT_EQ(refusal({}), "meridian.toml:1: history-policy is not an array of tables: each "
                               "begins with [[history-policy]]");
    }
    write("meridian.toml", "history-policy = []\n");
    EXPECT_EQ(refusal({}), "");
}

TEST_F(configuration, every_default_is_within_its_own_range_and_reads_as_it_prints) {
    const std::string page = render_markdown();
    std::istringstream lines(page.substr(page.find("\n## ")));
    std::size_t rows = 0;
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("| `"))
            continue;
        ++rows;
        const auto name = line.substr(3, line.find('`', 3) - 3);
        std::string value;
        // The third cell begins with the value in backquotes, where there is one.
        const auto cell = line.find(" | ", line.find(" | ") + 3) + 3;
        if (line[cell] == '`')
            value = line.substr(cell + 1, line.find('`', cell + 1) - cell - 1);
        EXPECT_EQ(refusal({"--" + name + "=" + value}), "") << line;
    }
    EXPECT_GT(rows, 50u);
}

TEST_F(configuration, help_of_serve_shows_all_and_that_of_others_what_they_heed) {
    EXPECT_THAT(render_help("serve"), HasSubstr("--port <port number>"));
    EXPECT_THAT(render_help("migrate"), testing::Not(HasSubstr("--port")));
    EXPECT_THAT(render_help("migrate"), HasSubstr("--data-dir <text>"));
    std::istringstream lines(render_help("serve"));
    for (std::string line; std::getline(lines, line);)
        EXPECT_LE(line.size(), 100u) << line;
}

/// Rewritten by `meridian config-doc > docs/configuration.md`, or by this test when
/// REWRITE_EXPECTED is set.
TEST_F(configuration, the_page_in_docs_is_what_the_table_gives) {
    const std::string path = MERIDIAN_SOURCE_DIR "/docs/configuration.md";
    if (std::getenv("REWRITE_EXPECTED") != nullptr)
        std::ofstream(path) << render_markdown();
    EXPECT_EQ(read_file(path), render_markdown());
}
