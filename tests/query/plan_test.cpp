#include "support.hpp"

#include "../support/fake_names.hpp"
#include "meridian/query/plan.hpp"

namespace meridian::query {
namespace {

using testing::core;
using testing::iri;

class design_query_planner : public ::testing::Test {
protected:
    design_query_planner() {
        for (const auto* name : {"T", "U", "a", "b"})
            names_.add(iri(name)); // 1 to 4
        names_.add("https://uri.etsi.org/ngsi-ld/location");
    }
    plan_request of_types(std::string_view types) const {
        plan_request wanted;
        wanted.selection.types = *parse_types(types, parse_scope{core()});
        return wanted;
    }
    std::string planned(const plan_request& wanted) const {
        return to_text(make_plan(wanted, names_));
    }
    support::fake_names names_;
};

TEST_F(design_query_planner, a_plain_list_goes_by_type) {
    EXPECT_EQ(planned(of_types("U,(T;U),Unknown")), "access: by type\ntypes: 2\npage: limit 20\n");
    EXPECT_EQ(planned(of_types("(T;U)")), "access: by type\ntypes: 1 & 2\npage: limit 20\n");
}

TEST_F(design_query_planner, unknown_names_select_nothing) {
    EXPECT_EQ(make_plan(of_types("Unknown"), names_).access, access_path::nothing);
    auto wanted = of_types("T");
    wanted.selection.q = testing::q("unknown==1");
    EXPECT_EQ(make_plan(wanted, names_).access, access_path::nothing);
    wanted.selection.q = testing::q("unknown==1|a");
    EXPECT_EQ(make_plan(wanted, names_).access, access_path::by_type);
    wanted.selection.attributes = {iri("unknown")};
    EXPECT_EQ(make_plan(wanted, names_).access, access_path::nothing);
}

TEST_F(design_query_planner, q_and_attrs_are_one_filter) {
    auto wanted = of_types("T");
    wanted.selection.q = testing::q("a");
    wanted.selection.attributes = {iri("b"), iri("unknown")};
    wanted.want_count = true;
    wanted.page.after = 7;
    EXPECT_EQ(planned(wanted), "access: by type\ntypes: 1\nattributes: 4\n"
                               "q: <https://uri.etsi.org/ngsi-ld/default-context/a>\n"
                               "kv: (exists($.\"3.p\") && exists($.\"4.p\"))\n"
                               "page: limit 20, after 7\ncount: exact\n");
    EXPECT_FALSE(make_plan(wanted, names_).rechecks());
    wanted.page.after.reset();
    wanted.page.before = 9;
    EXPECT_THAT(planned(wanted), ::testing::HasSubstr("page: limit 20, before 9\n"));
}

TEST_F(design_query_planner, patterns_are_rechecked) {
    auto wanted = of_types("T");
    wanted.selection.id_pattern = *pattern::create("x", "idPattern");
    EXPECT_TRUE(make_plan(wanted, names_).rechecks());
    wanted.selection.id_pattern.reset();
    wanted.selection.q = testing::q("a~=\"x\"");
    EXPECT_TRUE(make_plan(wanted, names_).rechecks());
}

TEST_F(design_query_planner, the_narrowest_index_drives) {
    auto wanted = of_types("T");
    wanted.selection.scopes = *parse_scopes("/Madrid/#");
    EXPECT_EQ(make_plan(wanted, names_).access, access_path::by_scope);
    wanted.selection.scopes = *parse_scopes("/+/Gardens");
    EXPECT_EQ(make_plan(wanted, names_).access, access_path::by_type);
    const geo_parameters near{"near;maxDistance==10", "Point", "[8,40]", {}};
    wanted.selection.geo = *parse_geo(near, parse_scope{core()});
    EXPECT_EQ(make_plan(wanted, names_).access, access_path::by_geometry);
    wanted.selection.geo->relation = geo_relation::disjoint;
    EXPECT_EQ(make_plan(wanted, names_).access, access_path::by_type);
    wanted.selection.ids = {"urn:x:2", "urn:x:1", "urn:x:2"};
    const auto plan = make_plan(wanted, names_);
    EXPECT_EQ(plan.access, access_path::by_ids);
    EXPECT_EQ(plan.ids, (std::vector<std::string>{"urn:x:1", "urn:x:2"}));
    EXPECT_EQ(plan, make_plan(wanted, names_));
}

} // namespace
} // namespace meridian::query
