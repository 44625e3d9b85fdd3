#include "meridian/base/json.hpp"

#include <gtest/gtest.h>

using meridian::parse_json;
using meridian::problem_kind;

namespace {

std::string refusal(std::string_view text, meridian::json_limits limits = {}) {
    auto parsed = parse_json(text, limits);
    if (parsed)
        return "accepted";
    EXPECT_EQ(parsed.error().kind(), problem_kind::invalid_request);
    return parsed.error().pointer() + " " + parsed.error().detail();
}

} // namespace

TEST(base_json, text_goes_round_with_the_order_of_members_kept) {
    for (const std::string text :
         {R"({"z":1,"a":{"q":[1,-2,3.5,true,false,null,"x"]},"m":[]})", R"([])", R"({})", R"("s")",
          R"(1.0)", R"([[[{"a":[{}]}]]])", R"({"":"ä€😀"})", "12345678901234567890"}) {
        auto parsed = parse_json(text);
        ASSERT_TRUE(parsed.has_value()) << text << parsed.error().detail();
        EXPECT_EQ(meridian::to_text(*parsed), text);
    }
}

TEST(base_json, a_member_named_twice_is_refused_with_its_pointer) {
    EXPECT_EQ(refusal(R"({"a":[0,{"b":1,"c":2,"b":3}]})"),
              "/a/1 the member \"b\" is named twice in one object");
    std::string many = "{";
    for (int i = 0; i < 100; ++i)
        many += "\"n" + std::to_string(i) + "\":0,";
    EXPECT_EQ(refusal(many + "\"n50\":1}"), " the member \"n50\" is named twice in one object");
}

TEST(base_json, depth_and_members_are_limited) {
    EXPECT_TRUE(parse_json("[[[]]]", {.depth = 3, .members = 9}).has_value());
    EXPECT_EQ(refusal("[[[[]]]]", {.depth = 3, .members = 9}), "/0/0 nested deeper than 3 levels");
    EXPECT_EQ(refusal(std::string(1'000'000, '[')), std::string([] {
                  std::string where;
                  for (int i = 0; i < 63; ++i)
                      where += "/0";
                  return where + " nested deeper than 64 levels";
              }()));
    EXPECT_TRUE(parse_json(R"({"a":1,"b":2})", {.depth = 3, .members = 2}).has_value());
    EXPECT_EQ(refusal(R"({"x":{"a":1,"b":2,"c":3}})", {.depth = 3, .members = 2}),
              "/x an object has more than 2 members");
}

TEST(base_json, nul_is_refused_wherever_it_stands) {
    EXPECT_EQ(refusal(R"({"a/b":["x","y\u0000"]})"), "/a~1b/1 a string holds U+0000");
    EXPECT_EQ(refusal(R"({"a":"\u0000"})"), "/a a string holds U+0000");
    EXPECT_EQ(refusal(R"({"a\u0000":1})"), " a member's name holds U+0000");
    EXPECT_EQ(refusal(std::string_view("{}\0{}", 5)), " not JSON at byte 3: a NUL byte");
}

TEST(base_json, what_is_not_json_is_refused_and_the_detail_is_utf8) {
    for (const std::string text : {"",
                                   " ",
                                   "{",
                                   "[1,]",
                                   "{\"a\":1,}",
                                   "{a:1}",
                                   "nul",
                                   "01",
                                   "1e999",
                                   "-",
                                   "'x'",
                                   "[1] 2",
                                   "\"\xff\"",
                                   "\"\xc0\xaf\"",
                                   "\"\xed\xa0\x80\"",
                                   "\"\\ud800\"",
                                   "// c\n1",
                                   "\"a\nb\"",
                                   "NaN",
                                   "+1",
                                   ".5",
                                   "\xff"}) {
        auto parsed = parse_json(text);
        ASSERT_FALSE(parsed.has_value()) << text;
        EXPECT_EQ(parsed.error().kind(), problem_kind::invalid_request);
        EXPECT_NO_THROW((void)nlohmann::json(parsed.error().detail()).dump()) << text;
    }
    EXPECT_EQ(
        refusal("[1,]"),
        " not JSON at byte 4: syntax error while parsing value - unexpected ']'; expected '[', "
        "'{', or a literal");
}

TEST(base_json, strings_are_appended_as_the_library_writes_them) {
    std::string all;
    for (int c = 1; c < 128; ++c)
        all += static_cast<char>(c);
    all += "äß😀";
    std::string out = "x";
    meridian::append_json_string(out, all);
    auto back = parse_json(std::string_view(out).substr(1));
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(back->get<std::string>(), all);
    EXPECT_EQ(out.find('\x1f'), std::string::npos);
}
