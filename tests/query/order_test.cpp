/// 4.23 Entity ordering in memory.
#include "meridian/query/order.hpp"

#include "../support/fake_names.hpp"
#include "support.hpp"

#include <algorithm>
#include <span>
#include <vector>

namespace meridian::query::testing {
namespace {

entity_order order_by(order_parameters given) {
    auto read = parse_order(given, parse_scope{core()});
    EXPECT_TRUE(read) << given.order_by << ": " << (read ? "" : read.error().detail());
    auto made = entity_order::create(std::move(*read));
    EXPECT_TRUE(made);
    return std::move(*made);
}

/// The Entities' numbers in the order of `given`; those that it leaves open by number.
std::string ranked(const order_parameters& given, const std::vector<ngsild::entity>& among) {
    const auto order = order_by(given);
    std::vector<std::pair<sort_key, std::size_t>> keys;
    for (std::size_t at = 0; at < among.size(); ++at)
        keys.emplace_back(order.key_of(among[at]), at + 1);
    std::ranges::sort(keys, [&](const auto& left, const auto& right) {
        const auto decided = order.compare(left.first, right.first);
        return decided != 0 ? decided < 0 : left.second < right.second;
    });
    std::string out;
    for (const auto& [key, number] : keys)
        out += (out.empty() ? "" : " ") + std::to_string(number);
    return out;
}

std::vector<ngsild::entity> each_with(std::initializer_list<std::string_view> members) {
    std::vector<ngsild::entity> all;
    for (const auto one : members)
        all.push_back(one.empty() ? entity("{'id':'urn:x:1','type':'T'}") : with(one));
    return all;
}

TEST(clause_4_23_2_comparison_order, every_type_has_its_place_and_null_and_absent_are_last) {
    const auto among = each_with({
        "",                                                                       // 1 absent
        "'a':{'type':'Property','value':{'@type':'@json','@value':null}}",        // 2 null
        "'a':{'type':'Property','value':'2020-01-01T00:00:00Z'}",                 // 3 DateTime
        "'a':{'type':'Property','value':{'@type':'Date','@value':'2019-01-01'}}", // 4 Date
        "'a':{'type':'Property','value':'10:00:00Z'}",                            // 5 Time
        "'a':{'type':'Property','value':true}",                                   // 6
        "'a':{'type':'Property','value':[3,1]}",                                  // 7 array
        "'a':{'type':'Property','value':{'b':1}}",                                // 8 object
        "'a':{'type':'Property','value':'text'}",                                 // 9 string
        "'a':{'type':'Property','value':7}",                                      // 10 number
    });
    EXPECT_EQ(ranked({"a", {}, {}, {}}, among), "10 9 8 7 6 5 4 3 2 1");
    EXPECT_EQ(ranked({"a;desc", {}, {}, {}}, among), "3 4 5 6 7 8 9 10 2 1");
}

TEST(clause_4_23_2_comparison_order, values_of_one_type_are_ordered_by_what_they_say) {
    const std::pair<std::vector<ngsild::entity>, std::string_view> cases[] = {
        {each_with({"'a':10", "'a':9.5", "'a':-1", "'a':9007199254740993", "'a':9007199254740992"}),
         "3 2 1 5 4"},
        {each_with({"'a':true", "'a':false"}), "2 1"},
        {each_with({"'a':'2020-01-01T00:00:00.5Z'", "'a':'2020-01-01T00:00:00Z'"}), "2 1"},
        {each_with({"'a':'1970-01-01T00:00:00Z'", "'a':'1969-01-01T00:00:00Z'"}), "2 1"},
        {each_with({"'a':'2021-05-01'", "'a':'2020-05-01'"}), "2 1"},
        {each_with({"'a':'10:00:00Z'", "'a':'09:59:59Z'"}), "2 1"},
        {each_with({"'a':[1,3]", "'a':[1,2,9]", "'a':[1]", "'a':['x']"}), "3 2 1 4"},
    };
    for (const auto& [among, expected] : cases)
        EXPECT_EQ(ranked({"a", {}, {}, {}}, among), expected);
}

TEST(clause_4_23_3_order, each_kind_of_attribute_is_ordered_by_its_target) {
    const std::pair<std::vector<ngsild::entity>, std::string_view> cases[] = {
        {each_with({"'a':{'object':'urn:x:b'}", "'a':{'object':'urn:x:a'}",
                    "'a':{'object':['urn:x:0','urn:x:1']}"}),
         "2 1 3"},
        {each_with({"'a':{'objectList':['urn:x:b']}", "'a':{'objectList':['urn:x:a','urn:x:z']}"}),
         "2 1"},
        {each_with({"'a':{'vocab':'b'}", "'a':{'vocab':'a'}"}), "2 1"},
        {each_with({"'a':{'valueList':[2,1]}", "'a':{'valueList':[1,9]}"}), "2 1"},
        {each_with({"'a':{'json':{'x':2}}", "'a':{'json':3}"}), "2 1"},
        {each_with({"'a':{'languageMap':{'en':'x'}}", "'a':'words'"}), "2 1"},
    };
    for (const auto& [among, expected] : cases)
        EXPECT_EQ(ranked({"a", {}, {}, {}}, among), expected);
}

TEST(clause_4_23_3_order, a_path_leads_to_members_attributes_and_system_attributes) {
    const auto among = each_with(
        {"'a':{'type':'Property','value':{'c':'y'},'s':2,'observedAt':'2020-01-02T00:00:00Z'}",
         "'a':{'type':'Property','value':{'c':'x'},'s':3,'observedAt':'2020-01-03T00:00:00Z'}",
         "'a':{'type':'Property','value':{'c':'z'},'s':1,'observedAt':'2020-01-01T00:00:00Z'}"});
    EXPECT_EQ(ranked({"a[c]", {}, {}, {}}, among), "2 1 3");
    EXPECT_EQ(ranked({"a.s", {}, {}, {}}, among), "3 1 2");
    EXPECT_EQ(ranked({"a.observedAt;desc", {}, {}, {}}, among), "2 1 3");
    const auto words = each_with(
        {"'a':{'languageMap':{'en':'b','fr':'x'}}", "'a':{'languageMap':{'en':'a','fr':'y'}}"});
    EXPECT_EQ(ranked({"a[en]", {}, {}, {}}, words), "2 1");
    EXPECT_EQ(ranked({"a[FR]", {}, {}, {}}, words), "1 2");
}

TEST(clause_4_23_3_order, members_of_the_entity_and_several_terms) {
    auto one = entity("{'id':'urn:x:b','type':'T','scope':'/z','n':1}");
    auto two = entity("{'id':'urn:x:a','type':'U','scope':'/y','n':1}");
    auto three = entity("{'id':'urn:x:c','type':'T','n':1}");
    one.created_at = *parse_date_time("2020-01-02T00:00:00Z");
    two.created_at = *parse_date_time("2020-01-03T00:00:00Z");
    three.created_at = *parse_date_time("2020-01-01T00:00:00Z");
    const std::vector<ngsild::entity> among{one, two, three};
    EXPECT_EQ(ranked({"id", {}, {}, {}}, among), "2 1 3");
    EXPECT_EQ(ranked({"scope", {}, {}, {}}, among), "2 1 3");
    EXPECT_EQ(ranked({"createdAt", {}, {}, {}}, among), "3 1 2");
    EXPECT_EQ(ranked({"n,type,id;desc", {}, {}, {}}, among), "3 1 2");
    EXPECT_EQ(ranked({"n", {}, {}, {}}, among), "1 2 3");
}

TEST(clause_4_23_3_order, of_several_instances_the_default_one_counts_or_the_one_that_is_first) {
    const auto among = each_with(
        {"'a':[{'type':'Property','value':5},{'type':'Property','value':1,'datasetId':'urn:d:1'}]",
         "'a':[{'type':'Property','value':3,'datasetId':'urn:d:1'},"
         "{'type':'Property','value':9,'datasetId':'urn:d:2'}]",
         "'a':4"});
    EXPECT_EQ(ranked({"a", {}, {}, {}}, among), "2 3 1");
    EXPECT_EQ(ranked({"a;desc", {}, {}, {}}, among), "2 1 3");
}

TEST(clause_4_23_1_collation, strings_are_ordered_by_the_root_or_the_named_collation) {
    const auto among = each_with(
        {"'a':'Zebra'", "'a':'apfel'", "'a':'Apfel'", "'a':'Ärger'", "'a':'Ad'", "'a':'Af'"});
    EXPECT_EQ(ranked({"a", {}, {}, {}}, among), "5 6 2 3 4 1");
    EXPECT_EQ(ranked({"a", "und-x-icu", {}, {}}, among), "5 6 2 3 4 1");
    // The phone book has ä as ae.
    EXPECT_EQ(ranked({"a", "de-u-co-phonebk", {}, {}}, among), "5 4 6 2 3 1");
    EXPECT_EQ(ranked({"a", "en-u-kf-upper", {}, {}}, among), "5 6 3 2 4 1");
    EXPECT_EQ(ranked({"a", "und-u-ks-level2", {}, {}}, among), "5 6 2 3 4 1");
}

TEST(clause_4_23_1_distance, geoproperties_come_first_by_their_distance) {
    const auto place = [](int longitude) {
        return with("'location':{'type':'GeoProperty','value':{'type':'Point','coordinates':[" +
                    std::to_string(longitude) + ",40]}}");
    };
    std::vector<ngsild::entity> among{place(12), place(8), place(-170), place(9)};
    among.push_back(with("'location':'here'"));
    among.push_back(with("'location':3"));
    among.push_back(with("'other':3"));
    EXPECT_EQ(ranked({"location;dist-asc", {}, "[8,40]", {}}, among), "2 4 1 3 6 5 7");
    EXPECT_EQ(ranked({"location;dist-desc", {}, "[8,40]", {}}, among), "3 1 4 2 5 6 7");
    EXPECT_EQ(ranked({"location;dist-asc", {}, "[[11,40],[13,40]]", "LineString"}, among),
              "1 4 2 3 6 5 7");
}

/// The sources of an order in one text; "documents" where they are needed.
std::string sources_of(std::string_view order_by, const ngsild::names& dictionary) {
    order_parameters given;
    given.order_by = order_by;
    if (order_by.find(";dist-") != std::string_view::npos)
        given.order_from = "[1,2]";
    const auto read = parse_order(given, parse_scope{core()});
    EXPECT_TRUE(read) << order_by;
    const auto sources = order_sources(*read, dictionary);
    if (!sources)
        return "documents";
    std::string out;
    for (const auto& one : *sources) {
        constexpr std::string_view names[] = {"id", "moment ", "value "};
        out.append(out.empty() ? "" : ", ").append(names[static_cast<std::size_t>(one.from)]);
        out += one.key;
        for (const auto& key : one.several)
            out.append(" !").append(key);
    }
    return out;
}

TEST(clause_4_23_3_ordering_language, what_sql_tells_and_what_documents_are_read_for) {
    support::fake_names dictionary(11);
    for (const auto* name : {"a", "b"})
        dictionary.add(core().expand(name));
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"id", "id"},
        {"createdAt;desc,id", "moment e.c, id"},
        {"modifiedAt", "moment e.m"},
        {"expiresAt", "moment e.x"},
        {"a", "value 11 !11.i"},
        {"a.b;desc", "value 11.12 !11.i !11.12.i"},
        {"a.observedAt", "moment 11.o !11.i"},
        {"type", "documents"},
        {"scope", "documents"},
        {"a,type", "documents"},
        {"a.unitCode", "documents"},
        {"a.modifiedAt", "documents"},
        {"a[en]", "documents"},
        {"a;dist-asc", "documents"},
        {"never_seen", "documents"},
    };
    for (const auto& [order_by, expected] : cases)
        EXPECT_EQ(sources_of(order_by, dictionary), expected) << order_by;
}

/// A key from what SQL found, told by the order among documents with that value.
TEST(clause_4_23_2_comparison_order, a_cell_gives_the_key_of_its_document) {
    const auto order = order_by({"a", {}, {}, {}});
    const auto same = [&](const order_cell& cell, std::string_view attribute) {
        const auto key = order.key_of(std::span(&cell, 1));
        ASSERT_TRUE(key) << attribute;
        EXPECT_TRUE(order.compare(*key, order.key_of(with(attribute))) == 0) << attribute;
        EXPECT_EQ(key->front().rank, order.key_of(with(attribute)).front().rank) << attribute;
    };
    const auto cell = [](std::optional<ngsild::attribute_kind> kind,
                         std::optional<std::string_view> value) {
        order_cell made;
        made.kind = kind;
        made.value = value;
        return made;
    };
    using enum ngsild::attribute_kind;
    same(cell(property, "5"), "'a':{'type':'Property','value':5.0}");
    same(cell(property, "\"2020-01-01\""), "'a':{'type':'Property','value':'2020-01-01'}");
    same(cell(vocab_property, "\"urn:x\""), "'a':{'type':'VocabProperty','vocab':'urn:x'}");
    same(cell(relationship, "\"urn:x\""), "'a':{'type':'Relationship','object':'urn:x'}");
    same(cell(std::nullopt, std::nullopt), "'b':{'type':'Property','value':1}");
    EXPECT_FALSE(order.key_of(std::vector{cell(property, std::nullopt)}));
    auto several = cell(property, "5");
    several.several = true;
    EXPECT_FALSE(order.key_of(std::vector{several}));
}

} // namespace
} // namespace meridian::query::testing
