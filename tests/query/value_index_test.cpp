#include "support.hpp"

#include "../support/fake_names.hpp"
#include "../support/random_entities.hpp"
#include "meridian/query/value_index.hpp"

#include <algorithm>

namespace meridian::query {
namespace {

using testing::iri;
using testing::q;
using testing::with;

/// 11: a, 12: b; nothing else is known.
class design_store_index_rows : public ::testing::Test {
protected:
    design_store_index_rows() {
        names_.add(iri("a"));
        names_.add(iri("b"));
    }
    index_values values(std::string_view members) const {
        return make_index_values(with(members).attributes.front().instances);
    }
    std::vector<index_condition> conditions(std::string_view text) const {
        return index_conditions(q(text), names_);
    }
    support::fake_names names_{11};
};

index_number number(index_kind kind, double value) {
    return {kind, value};
}
index_text text(index_kind kind, std::string value) {
    return {kind, std::move(value)};
}

TEST_F(design_store_index_rows, hold_each_scalar_once) {
    using kind = index_kind;
    EXPECT_EQ(values("'a':{'type':'Property','value':20}"),
              (index_values{{number(kind::scalar, 20)}, {}}));
    EXPECT_EQ(values("'a':{'type':'Property','value':[5,1,5,'x',[2],{'y':3},true]}"),
              (index_values{{number(kind::member, 1), number(kind::member, 5)},
                            {text(kind::member, "x")}}));
    EXPECT_EQ(values("'a':{'type':'Property','value':'1970-01-01T00:00:01.5Z'}"),
              (index_values{{number(kind::date_time, 1.5)},
                            {text(kind::scalar, "1970-01-01T00:00:01.5Z")}}));
    EXPECT_EQ(values("'a':{'type':'Relationship','object':['urn:x:1','urn:x:2']}"),
              (index_values{{}, {text(kind::object, "urn:x:1"), text(kind::object, "urn:x:2")}}));
    EXPECT_EQ(
        values("'a':{'type':'LanguageProperty','languageMap':{'en':'x','de':['y','z']}}"),
        (index_values{
            {}, {text(kind::scalar, "x"), text(kind::scalar, "y"), text(kind::scalar, "z")}}));
    EXPECT_EQ(values("'a':{'type':'GeoProperty','value':{'type':'Point','coordinates':[8,40]}}"),
              index_values{});
    EXPECT_EQ(values("'a':{'type':'Property','value':'" + std::string(255, 'x') + "é'}"),
              (index_values{{}, {text(kind::scalar, std::string(255, 'x'))}}));
}

TEST_F(design_store_index_rows, of_too_many_values_are_one) {
    std::string members;
    for (int value = 0; value < 300; ++value)
        members += (members.empty() ? "" : ",") + std::to_string(value);
    EXPECT_EQ(values("'a':{'type':'Property','value':[" + members + "]}"),
              (index_values{{number(index_kind::many, 0)}, {text(index_kind::many, "")}}));
}

TEST_F(design_store_index_rows, serve_comparisons_of_values_and_nothing_else) {
    for (const auto* none : {"a", "a!=1", "a==true", "a==1,\"x\"", "a~=\"x\"", "a.b==1", "a[x]==1",
                             "a.observedAt>2020-01-01T00:00:00Z", "unknown==1", "a==1|b==1"})
        EXPECT_TRUE(conditions(none).empty()) << none;
    EXPECT_TRUE(conditions("a==\"" + std::string(300, 'x') + '"').empty());
    const auto both = conditions("a>1;b==2");
    ASSERT_EQ(both.size(), 2U);
    EXPECT_EQ(both[0].attribute, 12); // the better one first
    EXPECT_FALSE(both[0].whole);
    EXPECT_TRUE(both[0].exact);
    const auto alone = conditions("a<\"x\"");
    ASSERT_EQ(alone.size(), 1U);
    EXPECT_TRUE(alone[0].whole);
    EXPECT_EQ(alone[0].texts, (std::vector<text_range>{{index_kind::scalar, "", "x"},
                                                       {index_kind::many, "", "\x01"}}));
    EXPECT_FALSE(conditions("a==9007199254740993").at(0).exact);
}

/// Kinds of rows of `attribute` that lie in the condition's ranges.
struct met {
    bool any = false;
    bool surely = false;
};
met meets(const index_values& rows, const index_condition& condition) {
    met found;
    const auto look = [&](const auto& values, const auto& ranges) {
        for (const auto& row : values)
            for (const auto& range : ranges)
                if (row.kind == range.kind && range.low <= row.value && row.value < range.high) {
                    found.any = true;
                    found.surely = found.surely || row.kind != index_kind::many;
                }
    };
    look(rows.numbers, condition.numbers);
    look(rows.texts, condition.texts);
    return found;
}

TEST_F(design_store_index_rows, decide_terms_as_memory_does) {
    support::random_entities random(11);
    for (const auto& name : support::random_entities::attribute_names())
        names_.add(name);
    int served = 0;
    for (int turn = 0; turn < 400; ++turn) {
        const auto subject = random.entity("urn:ngsi-ld:T:1");
        for (int tried = 0; tried < 50; ++tried) {
            q_expression filter;
            filter.term = random.term();
            const auto found = index_conditions(filter, names_);
            if (found.empty())
                continue;
            ++served;
            index_values rows;
            for (const auto& one : subject.attributes)
                if (names_.find(one.name) == found.front().attribute)
                    rows = make_index_values(one.instances);
            const met here = meets(rows, found.front());
            const bool matches = query::matches(filter, subject, {});
            ASSERT_TRUE(here.any || !matches) << to_text(filter);
            ASSERT_TRUE(matches || !here.surely || !found.front().exact) << to_text(filter);
        }
    }
    EXPECT_GT(served, 2'000);
}

} // namespace
} // namespace meridian::query
