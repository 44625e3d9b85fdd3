#include "support.hpp"

#include <map>

namespace meridian::query {
namespace {

using testing::core;
using testing::entity;
using testing::q;
using testing::with;

/// A query on Entities that each have one Attribute, written as its value member.
struct q_case {
    std::string_view query;
    std::string_view attributes; ///< members of the Entity, single quotes for double ones
    bool expected;
    std::string_view why;
};

void expect_all(const std::vector<q_case>& cases) {
    for (const auto& one : cases)
        EXPECT_EQ(matches(q(one.query), with(one.attributes)), one.expected)
            << one.query << " on " << one.attributes << ": " << one.why;
}

TEST(clause_4_9_existence, needs_the_target_element_whatever_its_value) {
    expect_all({
        {"temperature", "'temperature':{'type':'Property','value':20}", true, "example 0"},
        {"temperature", "'humidity':{'type':'Property','value':20}", false, "absent"},
        {"isMonitoredBy", "'isMonitoredBy':{'type':'Relationship','object':'urn:x:1'}", true,
         "example 5"},
        {"a.b", "'a':{'type':'Property','value':1,'b':{'type':'Property','value':1}}", true, "sub"},
        {"a.b", "'a':{'type':'Property','value':1},'b':{'type':'Property','value':1}", false,
         "b is not of a"},
        {"a[b]", "'a':{'type':'Property','value':{'b':false}}", true, "member"},
        {"a[b]", "'a':{'type':'Property','value':{'c':false}}", false, "no defined value"},
        {"a[b]", "'a':{'type':'Property','value':[{'b':1}]}", false, "an array has no member b"},
        {"a.observedAt", "'a':{'type':'Property','value':1,'observedAt':'2020-01-01T00:00:00Z'}",
         true, "time"},
        {"a.observedAt", "'a':{'type':'Property','value':1}", false, "no time"},
        {"location",
         "'location':{'type':'GeoProperty','value':{'type':'Point','coordinates':[8,40]}}", true,
         "GeoProperty"},
    });
}

TEST(clause_4_9_equal, compares_values_of_one_type) {
    expect_all({
        {"t==20", "'t':{'type':'Property','value':20}", true, "example 1"},
        {"t==20", "'t':{'type':'Property','value':20.0}", true, "equivalent"},
        {"t==20", "'t':{'type':'Property','value':'20'}", false, "a string is no number"},
        {"t==\"20\"", "'t':{'type':'Property','value':20}", false, "a number is no string"},
        {"t==true", "'t':{'type':'Property','value':true}", true, "boolean"},
        {"t==1", "'t':{'type':'Property','value':true}", false, "true is not 1"},
        {"color==\"red\"", "'color':{'type':'Property','value':'red'}", true, "identical"},
        {"color==\"red\"", "'color':{'type':'Property','value':'Red'}", false, "case matters"},
        {"color==\"red\"", "'color':{'type':'Property','value':['blue','red','green']}", true,
         "included"},
        {"color==\"black\",\"red\"", "'color':{'type':'Property','value':'red'}", true, "list"},
        {"color==\"black\",\"red\"", "'color':{'type':'Property','value':['red','blue']}", true,
         "list and array"},
        {"t==10..20", "'t':{'type':'Property','value':15}", true, "range"},
        {"t==10..20", "'t':{'type':'Property','value':10}", true, "both included"},
        {"t==10..20", "'t':{'type':'Property','value':20.5}", false, "outside"},
        {"t==10..20", "'t':{'type':'Property','value':[5,50]}", false, "no member lies within"},
    });
}

TEST(clause_4_9_equal, compares_times_as_times) {
    expect_all({
        {"d==2020-01-01T12:00:00Z", "'d':{'type':'Property','value':'2020-01-01T12:00:00.000Z'}",
         true, "equivalent"},
        {"d==\"2020-01-01T12:00:00Z\"",
         "'d':{'type':'Property','value':'2020-01-01T12:00:00.000Z'}", false, "strings differ"},
        {"d>2020-01-01T12:00:00Z",
         "'d':{'type':'Property','value':{'@type':'DateTime','@value':'2020-01-01T12:00:01Z'}}",
         true, "typed value"},
        {"d<2020-01-02", "'d':{'type':'Property','value':'2020-01-01'}", true, "Date"},
        {"d<2020-01-02", "'d':{'type':'Property','value':'2020-01-01T12:00:00Z'}", false,
         "a DateTime is no Date"},
        {"d>=12:00:00Z", "'d':{'type':'Property','value':'12:00:00Z'}", true, "Time"},
        {"t.observedAt>=2017-12-24T12:00:00Z",
         "'t':{'type':'Property','value':1,'observedAt':'2017-12-24T12:00:00Z'}", true,
         "example 8"},
        {"t.observedAt>2017-12-24T12:00:00Z",
         "'t':{'type':'Property','value':1,'observedAt':'2017-12-24T12:00:00Z'}", false, "strict"},
        {"t.unitCode==\"CEL\"", "'t':{'type':'Property','value':1,'unitCode':'CEL'}", true, "unit"},
    });
}

TEST(clause_4_9_unequal, needs_the_target_element) {
    expect_all({
        {"color!=\"red\"", "'color':{'type':'Property','value':'black'}", true, "other"},
        {"color!=\"red\"", "'shape':{'type':'Property','value':'black'}", false, "absent"},
        {"color!=\"red\"", "'color':{'type':'Property','value':['blue','black']}", true,
         "not included"},
        {"color!=\"red\"", "'color':{'type':'Property','value':['blue','red']}", false, "included"},
        {"color!=\"red\"", "'color':{'type':'Property','value':5}", true, "types differ: unequal"},
        {"color!=\"black\",\"red\"", "'color':{'type':'Property','value':'blue'}", true, "list"},
        {"color!=\"black\",\"red\"", "'color':{'type':'Property','value':['blue','red']}", false,
         "one of the list"},
        {"t!=10..20", "'t':{'type':'Property','value':9}", true, "outside"},
        {"t!=10..20", "'t':{'type':'Property','value':10}", false, "both included"},
    });
}

TEST(clause_4_9_order, matches_one_value_of_the_same_type) {
    expect_all({
        {"speed>50", "'speed':{'type':'Property','value':50.5}", true, "greater"},
        {"speed>50", "'speed':{'type':'Property','value':50}", false, "strictly"},
        {"speed>=50", "'speed':{'type':'Property','value':50}", true, "or equal"},
        {"speed<50", "'speed':{'type':'Property','value':'5'}", false, "types differ"},
        {"speed<50", "'speed':{'type':'Property','value':[5]}", false, "an array is no number"},
        {"name<\"b\"", "'name':{'type':'Property','value':'a'}", true, "strings"},
        {"name>\"b\"", "'name':{'type':'Property','value':'ü'}", true, "by code point"},
        {"n>9007199254740992", "'n':{'type':'Property','value':9007199254740993}", true, "exact"},
        {"r>\"a\"", "'r':{'type':'Relationship','object':'urn:x:1'}", false, "Relationship"},
    });
}

TEST(clause_4_9_pattern, matches_strings_alone) {
    expect_all({
        {"name~=\"^A\"", "'name':{'type':'Property','value':'Anna'}", true, "in the language"},
        {"name~=\"nn\"", "'name':{'type':'Property','value':'Anna'}", true, "unanchored"},
        {"name~=\"1\"", "'name':{'type':'Property','value':1}", false, "no string"},
        {"name!~=\"^B\"", "'name':{'type':'Property','value':'Anna'}", true, "not in the language"},
        {"name!~=\"^A\"", "'name':{'type':'Property','value':'Anna'}", false, "in the language"},
        {"name!~=\"1\"", "'name':{'type':'Property','value':1}", false, "no string"},
        {"name!~=\"x\"", "'other':{'type':'Property','value':'Anna'}", false, "absent"},
        {"r~=\"urn\"", "'r':{'type':'Relationship','object':'urn:x:1'}", false, "Relationship"},
    });
}

TEST(clause_4_9_language, looks_at_one_language_or_all) {
    constexpr std::string_view one =
        "'color':{'type':'LanguageProperty','languageMap':{'fr':'rouge','en':'red','de':'rot'}}";
    constexpr std::string_view other =
        "'color':{'type':'LanguageProperty','languageMap':{'fr':'red','en':'black'}}";
    constexpr std::string_view lists = "'color':{'type':'LanguageProperty','languageMap':{'fr':['"
                                       "chat','rouge'],'en':['red','cat']}}";
    expect_all({
        {"color[en]==\"red\"", one, true, "the language's value"},
        {"color[en]==\"red\"", other, false, "another language's"},
        {"color[EN]==\"red\"", one, true, "tags know no case"},
        {"color[en]==\"red\"", lists, true, "one of the language's"},
        {"color[fr]==\"red\"", lists, false, "not one of the language's"},
        {"color[*]==\"red\"", one, true, "any"},
        {"color==\"red\"", other, true, "no language given: any"},
        {"color[en]!=\"red\"", other, true, "unequal"},
        {"color[en]!=\"red\"", one, false, "equal"},
        {"color[es]!=\"red\"", one, false, "no such language: not there"},
        {"color[*]!=\"red\"", one, false, "one is equal"},
        {"color[*]!=\"green\"", lists, true, "none is equal"},
        {"color~=\"^ro\"", one, true, "pattern on any"},
    });
}

TEST(clause_4_9_uris, compare_with_objects_and_vocabulary) {
    expect_all({
        {"r==\"urn:x:1\"", "'r':{'type':'Relationship','object':'urn:x:1'}", true, "example 3"},
        {"r==urn:x:1", "'r':{'type':'Relationship','object':['urn:x:2','urn:x:1']}", true, "array"},
        {"r!=urn:x:1", "'r':{'type':'Relationship','object':['urn:x:2','urn:x:1']}", false,
         "array"},
        {"r!=urn:x:1", "'r':{'type':'Relationship','object':'urn:x:2'}", true, "other"},
        {"r==urn:x:1,urn:x:2", "'r':{'type':'Relationship','object':'urn:x:2'}", true, "list"},
        {"r==urn:x:1", "'r':{'type':'ListRelationship','objectList':['urn:x:1']}", true, "list"},
        {"v==https://uri.etsi.org/ngsi-ld/default-context/red",
         "'v':{'type':'VocabProperty','vocab':'red'}", true, "expanded"},
        {"v==\"red\"", "'v':{'type':'VocabProperty','vocab':'red'}", false, "not expanded"},
        {"l==2", "'l':{'type':'ListProperty','valueList':[1,2]}", true, "ListProperty"},
        {"j[value]==\"Overstay\"", "'j':{'type':'JsonProperty','json':{'value':'Overstay'}}", true,
         "example 11"},
    });
}

TEST(clause_4_9_instances, any_of_them_suffices) {
    constexpr std::string_view two = "'speed':[{'type':'Property','value':50},"
                                     "{'type':'Property','value':60,'datasetId':'urn:d:1','source':"
                                     "{'type':'Property','value':1}}]";
    expect_all({
        {"speed==50", two, true, "one"},
        {"speed==60", two, true, "the other"},
        {"speed!=50", two, true, "the other is not 50"},
        {"speed!=50..60", two, false, "both are within"},
        {"speed.source==1", two, true, "of any"},
        {"speed.datasetId==\"urn:d:1\"", two, true, "addressed"},
    });
}

TEST(clause_4_9_association, follows_examples_6_7_9_and_10) {
    const auto car =
        "'speed':{'type':'Property','value':40},'rpm':{'type':'Property','value':3500},"
        "'brandName':{'type':'Property','value':'Mercedes'}";
    expect_all({
        {"((speed>50|rpm>3000);brandName==\"Mercedes\")", car, true, "example 6"},
        {"((speed>50|rpm>4000);brandName==\"Mercedes\")", car, false, "example 6"},
        {"speed>50|rpm>3000;brandName==\"Audi\"", car, false, "; first"},
        {"(temperature>=20;temperature<=25)|capacity<=10",
         "'capacity':{'type':'Property','value':10}", true, "example 7"},
        {"address[city]==\"Berlin\"",
         "'address':{'type':'Property','value':{'city':'Berlin','street':'Ulrich Strasse'}}", true,
         "example 9"},
        {"sensor.rawdata[airquality.particulate]==40",
         "'sensor':{'type':'Property','value':40,'rawdata':{'type':'Property','value':"
         "{'airquality':{'particulate':40,'PM20':85}}}}",
         true, "example 10"},
    });
}

TEST(clause_4_9_linked_entities, follow_examples_13_and_14) {
    const auto station = entity("{'id':'urn:ngsi-ld:WeatherStation:123','type':'WeatherStation',"
                                "'sensor':{'type':'Relationship','objectType':'Device',"
                                "'object':'urn:ngsi-ld:Device:345'}}");
    const auto device = entity("{'id':'urn:ngsi-ld:Device:345','type':'Device',"
                               "'humidity':{'type':'Property','value':40}}");
    const entity_lookup known = [&](std::string_view uri) {
        return uri == device.id ? &device : nullptr;
    };
    const std::pair<std::string_view, bool> cases[] = {
        {"sensor{humidity}==40", true},
        {"sensor{Device:humidity}==40", true},
        {"sensor{Pump:humidity}==40", false},
        {"sensor{humidity}!=40", false},
        {"sensor{humidity}", true},
        {"sensor{pressure}", false},
        {"humidity==40", false},
        {"sensor{humidity{x}}==40", false},
    };
    for (const auto& [text, expected] : cases)
        EXPECT_EQ(matches(q(text), station, known), expected) << text;
    EXPECT_EQ(missing_links(q("sensor{humidity}==40|a==1"), station, {}),
              (std::vector<std::string>{"urn:ngsi-ld:Device:345"}));
    EXPECT_EQ(missing_links(q("sensor{humidity}==40"), station, known), std::vector<std::string>{});
    EXPECT_FALSE(matches(q("sensor{humidity}==40"), station));
}

TEST(clause_4_9_system_times, of_the_entity_are_datetimes) {
    auto subject = with("'a':{'type':'Property','value':1}");
    subject.created_at = *parse_date_time("2020-01-01T00:00:00Z");
    EXPECT_TRUE(matches(q("createdAt<2020-01-02T00:00:00Z"), subject));
    EXPECT_FALSE(matches(q("createdAt>\"2020-01-02T00:00:00Z\""), subject));
    EXPECT_FALSE(matches(q("modifiedAt"), subject));
    EXPECT_TRUE(matches(q("createdAt!=5"), subject));
}

} // namespace
} // namespace meridian::query
