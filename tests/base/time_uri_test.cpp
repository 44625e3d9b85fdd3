#include "meridian/base/time.hpp"
#include "meridian/base/uri.hpp"

#include <gtest/gtest.h>

using namespace meridian;
using std::chrono::microseconds;

TEST(clause_4_6_3_date_time, valid_texts_go_round_in_the_short_form) {
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"2018-08-07T12:00:00Z", "2018-08-07T12:00:00Z"},
        {"2018-08-07T12:00:00.500Z", "2018-08-07T12:00:00.500Z"},
        {"2018-08-07T12:00:00,5Z", "2018-08-07T12:00:00.500Z"},
        {"2018-08-07T12:00:00.000001Z", "2018-08-07T12:00:00.000001Z"},
        {"2020-02-29T23:59:59.999999Z", "2020-02-29T23:59:59.999999Z"},
        {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
        {"1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.500Z"},
        {"9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"},
    };
    for (const auto& [text, expected] : rows) {
        const auto parsed = parse_date_time(text);
        ASSERT_TRUE(parsed.has_value()) << text;
        EXPECT_EQ(to_text(*parsed), expected);
    }
}

TEST(clause_4_6_3_date_time, all_else_is_refused) {
    for (const std::string_view text : {"",
                                        "2018-08-07",
                                        "2018-08-07T12:00:00",
                                        "2018-08-07T12:00:00+01:00",
                                        "2018-08-07T12:00:00+00:00",
                                        "2018-08-07t12:00:00Z",
                                        "2018-08-07T12:00:00z",
                                        "2018-08-07T12:00Z",
                                        "2018-08-07T24:00:00Z",
                                        "2018-08-07T12:60:00Z",
                                        "2018-08-07T12:00:60Z",
                                        "2018-02-29T12:00:00Z",
                                        "2018-13-01T12:00:00Z",
                                        "2018-00-01T12:00:00Z",
                                        "0000-01-01T00:00:00Z",
                                        "2018-08-07T12:00:00.Z",
                                        "2018-08-07T12:00:00.1234567Z",
                                        "2018-08-07T12:00:00.5Z ",
                                        "12018-08-07T12:00:00Z",
                                        "2018-8-07T12:00:00Z",
                                        "1900-02-29T00:00:00Z"})
        EXPECT_FALSE(parse_date_time(text).has_value()) << text;
}

TEST(clause_4_6_3_date_and_time, are_parsed_alone) {
    EXPECT_EQ(to_text(*parse_date("2000-02-29")), "2000-02-29T00:00:00Z");
    EXPECT_FALSE(parse_date("2000-02-29T").has_value());
    EXPECT_FALSE(parse_date("20000229").has_value());
    EXPECT_EQ(parse_time("01:02:03.5Z"), microseconds(3'723'500'000));
    EXPECT_EQ(parse_time("01:02:03,25Z"), microseconds(3'723'250'000));
    EXPECT_FALSE(parse_time("01:02:03").has_value());
    EXPECT_FALSE(parse_time("24:00:00Z").has_value());
}

TEST(base_duration, parses_iso_8601_and_refuses_the_rest) {
    EXPECT_EQ(parse_duration("P1Y2M"), (duration{14, microseconds(0)}));
    EXPECT_EQ(parse_duration("P1DT12H"), (duration{0, std::chrono::hours(36)}));
    EXPECT_EQ(parse_duration("PT0.5S"), (duration{0, microseconds(500'000)}));
    EXPECT_EQ(parse_duration("P2W"), (duration{0, std::chrono::hours(336)}));
    EXPECT_EQ(parse_duration("P1MT1M"), (duration{1, std::chrono::minutes(1)}));
    EXPECT_EQ(parse_duration("P0D"), (duration{0, microseconds(0)}));
    for (const std::string_view text :
         {"", "P", "PT", "P1", "1D", "P1DT", "PT1D", "P1H", "P1D1Y", "PT0.5H", "P1D ", "-P1D",
          "P1.5D", "P99999999999999999999D", "P999999999999999W", "P9999999999Y", "PT.5S"})
        EXPECT_FALSE(parse_duration(text).has_value()) << text;
}

TEST(base_uri, tells_uris_from_other_text) {
    for (const std::string_view text : {"urn:ngsi-ld:Vehicle:A4567", "http://example.org/a?b=c#d",
                                        "a:b", "urn:käse", "mailto:a@b", "tag+x.y-z:1"})
        EXPECT_TRUE(is_uri(text)) << text;
    for (const std::string_view text : {"", "speed", "a:", ":a", "1a:b", "urn:a b", "urn:a\"b",
                                        "urn:<a>", "urn:{a}", "urn:a\\b", "urn:a|b", "ä:b"})
        EXPECT_FALSE(is_uri(text)) << text;
    EXPECT_TRUE(is_uri("urn:" + std::string(2'044, 'x')));
    EXPECT_FALSE(is_uri("urn:" + std::string(2'045, 'x')));
}

TEST(base_uri, percent_coding_goes_round_and_refuses_what_is_not_utf8) {
    EXPECT_EQ(encode_path_segment("urn:a/b ä~"), "urn:a%2Fb%20%C3%A4~");
    EXPECT_EQ(percent_decode("urn%3Aa%2Fb%20%c3%a4~", plus_is_blank::no), "urn:a/b ä~");
    EXPECT_EQ(percent_decode("a+b", plus_is_blank::no), "a+b");
    EXPECT_EQ(percent_decode("a+b", plus_is_blank::yes), "a b");
    for (const std::string_view text : {"%", "%4", "%4g", "a%", "%00", "%ff", "%c0%af", "%ed%a0%80",
                                        "%f4%90%80%80", "%e2%82", "%c3"})
        EXPECT_FALSE(percent_decode(text, plus_is_blank::no).has_value()) << text;
}

TEST(base_uri, query_strings_keep_order_and_repetition) {
    using pairs = std::vector<std::pair<std::string, std::string>>;
    EXPECT_EQ(parse_query_string("q=a%3D%3D1&id=x&id=y&flag&&e=="),
              (pairs{{"q", "a==1"}, {"id", "x"}, {"id", "y"}, {"flag", ""}, {"e", "="}}));
    EXPECT_EQ(parse_query_string(""), pairs{});
    EXPECT_FALSE(parse_query_string("a=%zz").has_value());
}
