#include "support.hpp"

#include "../support/random_entities.hpp"

namespace meridian::query {
namespace {

using testing::core;
using testing::iri;
using testing::q;
using testing::refusal;

struct printed_case {
    std::string_view text;
    std::string_view canonical; ///< with the names of the core @context and `<IRI>` shortened
    std::string_view why;
};

/// The canonical text; IRIs of the default vocabulary are printed as their short names.
std::string printed(std::string_view text) {
    return to_text(q(text), &core());
}

TEST(clause_4_9_parse_q, reads_every_production) {
    const printed_case cases[] = {
        {"temperature", "temperature", "example 0: existence"},
        {"temperature==20", "temperature==20", "example 1"},
        {"temperature==20.0", "temperature==20", "a whole number is one number"},
        {"temperature==-2.5e-1", "temperature==-0.25", "RFC 8259 number"},
        {"brandName!=\"Mercedes\"", "brandName!=\"Mercedes\"", "example 2"},
        {"isParked==\"urn:ngsi-ld:OffStreetParking:Downtown1\"",
         "isParked==\"urn:ngsi-ld:OffStreetParking:Downtown1\"", "example 3"},
        {"isParked==urn:ngsi-ld:OffStreetParking:Downtown1",
         "isParked==\"urn:ngsi-ld:OffStreetParking:Downtown1\"", "URI without quotes"},
        {"speed>50;brandName!=\"Mercedes\"", "speed>50;brandName!=\"Mercedes\"", "example 4"},
        {"((speed>50|rpm>3000);brandName==\"Mercedes\")",
         "(speed>50|rpm>3000);brandName==\"Mercedes\"", "example 6"},
        {"(temperature>=20;temperature<=25)|capacity<=10",
         "(temperature>=20;temperature<=25)|capacity<=10", "example 7"},
        {"a;b|c", "(a;b)|c", "; binds closer than |"},
        {"a;(b;c)", "a;b;c", "nested conjunctions are one"},
        {"temperature.observedAt>=2017-12-24T12:00:00Z",
         "temperature.observedAt>=2017-12-24T12:00:00Z", "example 8"},
        {"temperature.observedAt>=\"2017-12-24T12:00:00Z\"",
         "temperature.observedAt>=2017-12-24T12:00:00Z", "quoted, but of a system time"},
        {"address[city]==\"Berlin\"", "address[city]==\"Berlin\"", "example 9"},
        {"sensor.rawdata[airquality.particulate]==40", "sensor.rawdata[airquality.particulate]==40",
         "example 10"},
        {"sensor{humidity}==40", "sensor{humidity}==40", "example 13"},
        {"sensor{Device:humidity}==40", "sensor{Device:humidity}==40", "example 14"},
        {"a{T,U:b{V:c.d[e]}}>1", "a{T,U:b{V:c.d[e]}}>1", "nested, several hints"},
        {"color==\"black\", \"red\"", "color==\"black\",\"red\"", "a list, with the blank"},
        {"temperature==10..20", "temperature==10..20", "range"},
        {"t==1.5..2.5", "t==1.5..2.5", "range of broken numbers"},
        {"name==\"a\"..\"b\"", "name==\"a\"..\"b\"", "range of strings"},
        {"d==2020-01-01..2020-02-01", "d==2020-01-01..2020-02-01", "range of Dates"},
        {"d==2020-01-01T00:00:00Z..2020-02-01T00:00:00.5Z",
         "d==2020-01-01T00:00:00Z..2020-02-01T00:00:00.500Z", "range of DateTimes"},
        {"h<12:30:00Z", "h<12:30:00Z", "Time"},
        {"color[en]==\"red\"", "color[en]==\"red\"", "language"},
        {"color[*]!=\"red\"", "color[*]!=\"red\"", "any language"},
        {"open==true", "open==true", "boolean"},
        {"gender==Male", "gender==\"Male\"", "example 12 without expandValues"},
        {"name~=\"^A.*\"", "name~=\"^A.*\"", "quoted pattern"},
        {"name~=(a|b);x", "name~=\"(a|b)\";x", "a pattern keeps what its own brackets hold"},
        {"(name!~=[;|)]x)", "name!~=\"[;|)]x\"", "so do its sets"},
        {"createdAt>2020-01-01T00:00:00Z", "createdAt>2020-01-01T00:00:00Z", "of the Entity"},
        {"a.unitCode==\"CEL\";a.datasetId==\"urn:x:1\"",
         "a.unitCode==\"CEL\";a.datasetId==\"urn:x:1\"", "system members"},
        {"größe>1", "größe>1", "letters of any script"},
    };
    for (const auto& one : cases) {
        std::string expected(one.canonical);
        EXPECT_EQ(printed(one.text), expected) << one.why;
    }
}

TEST(clause_4_9_parse_q, expands_names_and_nothing_in_brackets) {
    const auto read = q("sensor.rawdata[airquality.particulate]==40");
    EXPECT_EQ(read.term.target.path.names,
              (std::vector<std::string>{iri("sensor"), iri("rawdata")}));
    EXPECT_EQ(read.term.target.path.trailing,
              (std::vector<std::string>{"airquality", "particulate"}));
    const auto linked = q("sensor{Device:humidity}");
    EXPECT_EQ(linked.term.target.links, (std::vector<link_step>{{iri("sensor"), {iri("Device")}}}));
}

TEST(clause_4_9_parse_q, expands_values_that_expandValues_names) {
    const auto context = jsonld::build_context(json::parse(R"({"Male":"http://example.org/Male"})"),
                                               [](auto) { return nullptr; });
    ASSERT_TRUE(context);
    const parse_scope scope{*context->built};
    const auto expanded = parse_q({"gender==Male", {"gender"}, {}}, scope);
    ASSERT_TRUE(expanded);
    EXPECT_EQ(std::get<value_list>(expanded->term.operand),
              (value_list{std::string("http://example.org/Male")}));
    const auto raw = parse_q({"gender==Male", {"gender"}, {"gender"}}, scope);
    ASSERT_TRUE(raw);
    EXPECT_EQ(std::get<value_list>(raw->term.operand), (value_list{std::string("Male")}));
}

TEST(clause_4_9_parse_q, refuses_what_the_grammar_does_not_give) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"", "q is empty"},
        {"!temperature", "q: expected a name at byte 0"},
        {"temperature==",
         "q: expected a number, a string in double quotes, true, false, a DateTime, "
         "Date or Time, or a URI at byte 13"},
        {"a;", "q: expected a name at byte 2"},
        {"(a", "q: expected ) at byte 2"},
        {"a)", "q: expected ; or | or the end at byte 1"},
        {"a=1", "q: expected ; or | or the end at byte 1"},
        {"a==\"x", "q: expected a string in double quotes at byte 3"},
        {"a>true", "q: expected a number, a string in double quotes, a DateTime, Date or Time at "
                   "byte 2"},
        {"a>1,2", "q: expected ; or | or the end at byte 3"},
        {"a==1..\"x\"", "q: a range is between two numbers, strings, DateTimes, Dates or Times at "
                        "byte 9"},
        {"a[b", "q: expected ] at byte 3"},
        {"a[]", "q: expected a member name at byte 2"},
        {"a{b", "q: expected } at byte 3"},
        {"a{T,b}", "q: expected a colon behind the types at byte 5"},
        {"a..b", "q: expected a name at byte 2"},
        {"a.observedAt[b]", "q: a system attribute has no members at byte 12"},
        {"<urn:x>==1", "q: expected a name at byte 0"},
        {"a~=(", "q: not a regular expression: missing ): ("},
        {"a==1e999", "q: expected a number, a string in double quotes, true, false, a DateTime, "
                     "Date or Time, or a URI at byte 3"},
        {"a\xff", "q is not UTF-8 or holds U+0000"},
    };
    for (const auto& [text, detail] : cases)
        EXPECT_EQ(refusal(parse_q(text, parse_scope{core()})), detail) << text;
}

TEST(clause_4_9_parse_q, keeps_its_limits) {
    std::string terms = "a";
    for (int i = 0; i < 99; ++i)
        terms += ";a";
    EXPECT_EQ(refusal(parse_q(terms, parse_scope{core()})), "accepted");
    EXPECT_EQ(refusal(parse_q(terms + ";a", parse_scope{core()})), "q: too many terms at byte 200");
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '(') + 'a' + std::string(depth, ')');
    };
    EXPECT_EQ(refusal(parse_q(nested(16), parse_scope{core()})), "accepted");
    EXPECT_EQ(refusal(parse_q(nested(17), parse_scope{core()})),
              "q: parentheses are nested too deep at byte 17");
    EXPECT_EQ(refusal(parse_q("a~=" + std::string(513, 'x'), parse_scope{core()})),
              "q: the pattern is longer than 512 bytes");
}

TEST(clause_4_9_parse_q, reads_what_it_prints) {
    support::random_entities random(1);
    for (int i = 0; i < 3'000; ++i) {
        const auto wanted = random.filter();
        for (const auto* context : {static_cast<const jsonld::context*>(nullptr), &core()}) {
            const auto text = to_text(wanted, context);
            const auto read = parse_q(text, parse_scope{core(), name_form::canonical});
            ASSERT_TRUE(read) << text << read.error().detail();
            ASSERT_EQ(*read, wanted) << text;
        }
    }
}

} // namespace
} // namespace meridian::query
