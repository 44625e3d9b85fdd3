#include "support.hpp"

namespace meridian::query {
namespace {

using testing::core;
using testing::iri;
using testing::refusal;

TEST(clause_4_11_parse_temporal, reads_the_examples_and_what_it_prints) {
    const std::pair<temporal_parameters, std::string_view> cases[] = {
        {{"before", "2017-12-13T14:20:00Z", {}, {}, {}},
         "timeproperty=observedAt&timerel=before&timeAt=2017-12-13T14:20:00Z"},
        {{"between", "2017-12-13T14:20:00Z", "2017-12-13T14:40:00Z", "modifiedAt", {}},
         "timeproperty=modifiedAt&timerel=between&timeAt=2017-12-13T14:20:00Z"
         "&endTimeAt=2017-12-13T14:40:00Z"},
        {{"after", "2017-12-13T14:20:00.5Z", {}, "deletedAt", "10"},
         "timeproperty=deletedAt&timerel=after&timeAt=2017-12-13T14:20:00.500Z&lastN=10"},
        {{{}, {}, {}, {}, {}}, "timeproperty=observedAt"},
    };
    for (const auto& [given, text] : cases) {
        const auto read = parse_temporal(given);
        ASSERT_TRUE(read) << read.error().detail();
        EXPECT_EQ(to_text(*read), text);
        EXPECT_EQ(parse_temporal(to_parameters(*read)).value(), *read);
    }
}

TEST(clause_4_11_parse_temporal, refuses_what_does_not_go_together) {
    const std::string at = "2017-12-13T14:20:00Z";
    const std::pair<temporal_parameters, std::string_view> cases[] = {
        {{"during", at, {}, {}, {}}, "timerel: expected before, after or between"},
        {{"before", {}, {}, {}, {}}, "timeAt: is missing"},
        {{{}, at, {}, {}, {}}, "timerel: is missing beside timeAt or endTimeAt"},
        {{"between", at, {}, {}, {}}, "endTimeAt: is missing beside timerel=between"},
        {{"between", at, at, {}, {}}, "endTimeAt: must be after timeAt"},
        {{"before", at, at, {}, {}}, "endTimeAt: goes with timerel=between alone"},
        {{"before", "yesterday", {}, {}, {}},
         "timeAt: expected a DateTime in UTC (4.6.3) such as 2017-12-13T14:20:00Z"},
        {{"before", at, {}, "seenAt", {}},
         "timeproperty: expected observedAt, createdAt, modifiedAt or deletedAt"},
        {{{}, {}, {}, {}, "0"}, "lastN: expected a whole number above zero"},
        {{{}, {}, {}, {}, "-1"}, "lastN: expected a whole number above zero"},
        {{{}, {}, {}, {}, "1.5"}, "lastN: expected a whole number above zero"},
    };
    for (const auto& [given, detail] : cases)
        EXPECT_EQ(refusal(parse_temporal(given)), detail);
}

TEST(clause_4_21_parse_projection, reads_the_examples_and_what_it_prints) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"temperature", "temperature"},
        {"temperature,humidity", "temperature,humidity"},
        {"temperature|humidity", "temperature,humidity"},
        {"observation{temperature,humidity}", "observation{temperature,humidity}"},
        {"id,type,a{b{c}|d},e", "id,type,a{b{c},d},e"},
    };
    for (const auto& [text, canonical] : cases) {
        const auto read = parse_projection(text, "pick", parse_scope{core()});
        ASSERT_TRUE(read) << text << read.error().detail();
        EXPECT_EQ(to_text(*read, &core()), canonical);
        EXPECT_EQ(
            parse_projection(to_text(*read), "pick", parse_scope{core(), name_form::canonical})
                .value(),
            *read);
    }
    const auto read = parse_projection("id,a", "pick", parse_scope{core()});
    EXPECT_EQ(*read, (projection_list{{"id", true, {}}, {iri("a"), false, {}}}));
}

TEST(clause_4_21_parse_projection, refuses_what_the_grammar_does_not_give) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"", "omit is empty"},
        {"a,", "omit: expected a name or a URI at byte 2"},
        {"a{b", "omit: expected } at byte 3"},
        {"a{}", "omit: expected a name or a URI at byte 2"},
        {"id{a}", "omit: only a Relationship leads to other Entities at byte 2"},
        {"a}", "omit: expected , or | or the end at byte 1"},
    };
    for (const auto& [text, detail] : cases)
        EXPECT_EQ(refusal(parse_projection(text, "omit", parse_scope{core()})), detail) << text;
}

TEST(clause_6_4_3_2_parse_names, expands_a_list) {
    EXPECT_EQ(parse_names("a,https://example.org/b", "attrs", parse_scope{core()}).value(),
              (std::vector<std::string>{iri("a"), "https://example.org/b"}));
    EXPECT_EQ(refusal(parse_names("a,,b", "attrs", parse_scope{core()})),
              "attrs: expected a name or a URI at byte 2");
}

TEST(clause_4_23_parse_order, reads_the_examples_and_what_it_prints) {
    const std::pair<order_parameters, std::string_view> cases[] = {
        {{"name", {}, {}, {}}, "orderBy=name"},
        {{"name,age", {}, {}, {}}, "orderBy=name,age"},
        {{"name;asc,age;desc", {}, {}, {}}, "orderBy=name,age;desc"},
        {{"address[city]", {}, {}, {}}, "orderBy=address[city]"},
        {{"name.observedAt", {}, {}, {}}, "orderBy=name.observedAt"},
        {{"type,id;desc,scope", {}, {}, {}}, "orderBy=type,id;desc,scope"},
        {{"createdAt;desc,name", {}, {}, {}}, "orderBy=createdAt;desc,name"},
        {{"name", "und-u-ks-identic", {}, {}}, "orderBy=name&collation=und-u-ks-identic"},
        {{"location;dist-asc", {}, "[8,40]", {}},
         "orderBy=location;dist-asc&orderGeometry=Point&orderFrom=[8,40]"},
        {{"location;dist-desc", {}, "[[8,40],[9,42],[9,45],[8,40]]", "LineString"},
         "orderBy=location;dist-desc&orderGeometry=LineString"
         "&orderFrom=[[8,40],[9,42],[9,45],[8,40]]"},
    };
    for (const auto& [given, text] : cases) {
        const auto read = parse_order(given, parse_scope{core()});
        ASSERT_TRUE(read) << text << read.error().detail();
        EXPECT_EQ(to_text(*read, &core()), text);
        const auto again =
            parse_order(to_parameters(*read), parse_scope{core(), name_form::canonical});
        ASSERT_TRUE(again) << again.error().detail();
        EXPECT_EQ(*again, *read);
    }
}

TEST(clause_4_23_parse_order, refuses_what_the_grammar_does_not_give) {
    const std::pair<order_parameters, std::string_view> cases[] = {
        {{"name;up", {}, {}, {}}, "orderBy: expected asc, desc, dist-asc or dist-desc at byte 5"},
        {{"name,", {}, {}, {}}, "orderBy: expected a name at byte 5"},
        {{"location;dist-asc", {}, {}, {}},
         "orderFrom: goes with dist-asc or dist-desc in orderBy, and they with it"},
        {{"name", "a b", {}, {}}, "collation: 'a b' is no collation of ICU (RFC 6067)"},
        {{"name", "zz", {}, {}}, "collation: 'zz' is no collation of ICU (RFC 6067)"},
        {{"name", "de-u-ks-strange", {}, {}},
         "collation: 'de-u-ks-strange' is no collation of ICU (RFC 6067)"},
        {{"name", {}, {}, "Point"}, "orderGeometry: goes with orderFrom"},
    };
    for (const auto& [given, detail] : cases)
        EXPECT_EQ(refusal(parse_order(given, parse_scope{core()})), detail);
}

TEST(clause_5_2_8_id_pattern, is_a_posix_expression_without_anchors) {
    const auto made = pattern::create("Vehicle:[0-9]+$", "idPattern");
    ASSERT_TRUE(made);
    EXPECT_TRUE(made->matches("urn:ngsi-ld:Vehicle:12"));
    EXPECT_FALSE(made->matches("urn:ngsi-ld:Vehicle:12a"));
    EXPECT_EQ(refusal(pattern::create("[", "idPattern")),
              "idPattern: not a regular expression: missing ]: [");
}

} // namespace
} // namespace meridian::query
