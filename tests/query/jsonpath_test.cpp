#include "support.hpp"

#include "../support/closed_path.hpp"
#include "../support/fake_names.hpp"
#include "../support/random_entities.hpp"
#include "meridian/query/jsonpath.hpp"
#include "meridian/query/search_values.hpp"

namespace meridian::query {
namespace {

using test::is_closed;
using testing::iri;
using testing::q;
using testing::with;

/// 11: a, 12: b; nothing else is known.
class filters : public ::testing::Test {
protected:
    filters() {
        names_.add(iri("a"));
        names_.add(iri("b"));
    }
    jsonpath_bounds rendered(std::string_view text) const {
        return render_jsonpath(q(text), names_);
    }
    support::fake_names names_{11};
};
using design_store_search_kv = filters;

TEST_F(design_store_search_kv, exact_filters_are_one_text) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"a", R"(exists($."11.p"))"},
        {"unknown==1", "(1 == 0)"},
        {"a|unknown==1", R"(exists($."11.p"))"},
        {"createdAt>2020-01-01T00:00:00Z", R"(exists($."e.c" ? ((@ > 1577836800))))"},
        {"a.observedAt==2020-01-01T00:00:00.5Z",
         R"((exists($."11.o" ? ((@ == 1577836800.5))) || )"
         R"(exists($."11.i"[*] ? (exists(@."o" ? ((@ == 1577836800.5)))))))"},
    };
    for (const auto& [text, expected] : cases) {
        EXPECT_EQ(rendered(text).possible, expected) << text;
        EXPECT_TRUE(rendered(text).exact()) << text;
    }
}

TEST_F(design_store_search_kv, what_the_row_cannot_tell_is_only_possible) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"a.modifiedAt>2020-01-01T00:00:00Z",
         R"((exists($."11.p") || exists($."11.i"[*] ? (exists(@."p")))))"},
        {"a{b}==1", R"(exists($."11.p"))"},
    };
    for (const auto& [text, expected] : cases) {
        EXPECT_EQ(rendered(text).possible, expected) << text;
        EXPECT_EQ(rendered(text).certain, "(1 == 0)") << text;
    }
    const auto equal = rendered("a==1");
    EXPECT_EQ(equal.certain.find("\"11.x\""), std::string::npos);
    EXPECT_NE(equal.possible.find("exists($.\"11.x\")"), std::string::npos);
}

TEST_F(design_store_search_kv, a_range_is_one_filter) {
    EXPECT_NE(rendered("a==10..20").certain.find(R"($."11" ? (((@ >= 10) && (@ <= 20))))"),
              std::string::npos);
}

TEST_F(design_store_search_kv, no_text_of_a_user_leaves_its_string) {
    const auto rendered_value = rendered(R"(a=="\" || $.x == \"1\\")");
    EXPECT_TRUE(is_closed(rendered_value.possible)) << rendered_value.possible;
    EXPECT_NE(rendered_value.possible.find(R"("\" || $.x == \"1\\")"), std::string::npos);
    support::random_entities random(3);
    for (const auto& name : support::random_entities::attribute_names())
        names_.add(name);
    for (int i = 0; i < 2'000; ++i) {
        const auto bounds = render_jsonpath(random.filter(), names_);
        ASSERT_TRUE(is_closed(bounds.certain)) << bounds.certain;
        ASSERT_TRUE(is_closed(bounds.possible)) << bounds.possible;
    }
}

struct values_case {
    std::string_view attributes;
    std::string_view expected;
    std::string_view why;
};

TEST_F(design_store_search_kv, holds_what_filters_ask_for) {
    const values_case cases[] = {
        {"'a':{'type':'Property','value':20.0}", R"({"11.p":1,"11":20})", "number"},
        {"'a':{'type':'Property','value':0.1,'observedAt':'2020-01-01T00:00:00.5Z'}",
         R"({"11.p":1,"11":0.1,"11.o":1577836800.5})", "observedAt"},
        {"'a':{'type':'Property','value':['x',[1],{'y':1},2]}", R"({"11.p":1,"11":["x",2]})",
         "arrays keep scalars"},
        {"'a':{'type':'Property','value':{'x':{'y':[]}}}", R"({"11.p":1,"11":{"x":{"y":[]}}})",
         "compound"},
        {"'a':{'type':'Property','value':'2020-01-01T00:00:00Z'}",
         R"({"11.p":1,"11":"2020-01-01T00:00:00Z","11.t":1577836800})", "DateTime"},
        {"'a':{'type':'Property','value':['2020-01-01','12:00:00Z']}",
         R"({"11.p":1,"11":["2020-01-01","12:00:00Z"],"11.d":[1577836800],"11.h":[43200]})",
         "Date and Time in an array"},
        {"'a':{'type':'Relationship','object':'urn:x:1'}", R"({"11.p":2,"11.r":"urn:x:1"})",
         "Relationship"},
        {"'a':{'type':'VocabProperty','vocab':'x'}",
         R"({"11.p":5,"11.v":"https://uri.etsi.org/ngsi-ld/default-context/x"})", "vocabulary"},
        {"'a':{'type':'LanguageProperty','languageMap':{'en':'x','DE':['y','z']}}",
         R"({"11.p":4,"11.l":{"en":["x"],"de":["y","z"]},"11":["x","y","z"]})", "languages"},
        {"'a':{'type':'GeoProperty','value':{'type':'Point','coordinates':[8,40]}}",
         R"({"11.p":3,"11.x":true})", "geometry"},
        {"'a':{'type':'Property','value':1,'b':{'type':'Property','value':2}}",
         R"({"11.p":1,"11":1,"11.12.p":1,"11.12":2})", "Attribute of an Attribute"},
        {"'a':[{'type':'Property','value':1},{'type':'Property','value':2,'datasetId':'urn:d:1',"
         "'b':{'type':'Relationship','object':'urn:x:1'}}]",
         R"({"11.p":1,"11.i":[{"p":1,"v":1},{"p":1,"v":2,"12.p":2,"12.r":"urn:x:1"}]})",
         "several instances"},
    };
    for (const auto& one : cases) {
        const auto subject = with(one.attributes);
        EXPECT_EQ(make_search_values(subject, names_), one.expected) << one.why;
        EXPECT_EQ(make_search_values(subject.attributes.front(), names_), one.expected) << one.why;
    }
}

TEST_F(design_store_search_kv, marks_long_values) {
    const auto subject = with("'a':{'type':'Property','value':'" + std::string(2'000, 'x') + "'}");
    EXPECT_EQ(make_search_values(subject, names_), R"({"11.p":1,"11.x":true})");
    EXPECT_EQ(search_keys(subject.attributes.front(), names_),
              (std::vector<std::string>{"11.p", "11.x"}));
}

TEST_F(design_store_search_kv, holds_the_times_of_the_entity) {
    auto subject = with("'b':{'type':'Property','value':true}");
    subject.created_at = *parse_date_time("2020-01-01T00:00:00Z");
    subject.modified_at = *parse_date_time("2020-01-01T00:00:00.000001Z");
    EXPECT_EQ(make_search_values(subject, names_),
              R"({"e.c":1577836800,"e.m":1577836800.000001,"12.p":1,"12":true})");
}

} // namespace
} // namespace meridian::query
