/// What is decided in memory: where it begins, and when there is too much of it (store.md).
#include "broker.hpp"
#include "support/cluster.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace meridian::test {
namespace {

constexpr int candidates = 102'000; ///< by a stretch more than one query may look at

/// A database with one Vehicle and so many more, alike but for their URIs; their eids are 1 to
/// `more` above the first one's.
class crowd {
public:
    explicit crowd(int more = candidates) : server(conninfo_) {
        const auto first = make_vehicle("urn:v:0", 5);
        for (const auto& made : server.run(server.lanes->commit_batch({create(tenant, first)})))
            EXPECT_TRUE(made);
        first_eid = std::stoll(run_sql(conninfo_, "SELECT eid FROM entity"));
        copy(1, more);
        wanted.selection.types = query::type_selection{{{vehicle}}};
    }

    /// Copies of the first Vehicle with these numbers.
    void copy(int from, int to) {
        run_sql(
            conninfo_,
            fmt::format("INSERT INTO entity (eid, created_at, modified_at, tenant_id, uri, doc) "
                        "SELECT eid + n, created_at, modified_at, tenant_id, 'urn:v:' || n, doc "
                        "FROM entity, generate_series({0}, {1}) n WHERE eid = {2}; "
                        "INSERT INTO entity_type SELECT t.tenant_id, t.type_id, t.eid + n "
                        "FROM entity_type t, generate_series({0}, {1}) n WHERE t.eid = {2}; "
                        "ANALYZE entity, entity_type",
                        from, to, first_eid));
    }

    result<store::entity_page> query() {
        const auto plan = query::make_plan(wanted, names());
        return server.run(server.entities->query(tenant, plan));
    }

private:
    std::string conninfo_ = create_migrated_database();

public:
    broker server;
    store::tenant_id tenant = fresh_tenant();
    std::int64_t first_eid = 0;
    query::plan_request wanted;
};

TEST(clause_5_5_2_too_complex_query, more_than_100000_candidates_are_not_looked_at_for_one_answer) {
    crowd all;
    all.wanted.selection.id_pattern = *query::pattern::create("nobody", "idPattern");
    const auto in_vain = all.query();
    ASSERT_FALSE(in_vain);
    EXPECT_EQ(in_vain.error().kind(), problem_kind::too_complex_query);
    EXPECT_EQ(in_vain.error().detail(), "the query has too many candidates to look at one by one");

    // A keyset goes on where the last page ended: what lies behind it is not looked at again.
    all.wanted.selection.id_pattern = *query::pattern::create("^urn:v:1000..$", "idPattern");
    all.wanted.page.limit = 3;
    all.wanted.page.after = all.first_eid + 99'000;
    const auto far = all.query();
    ASSERT_TRUE(far) << far.error().detail();
    ASSERT_EQ(far->rows.size(), 3U);
    EXPECT_EQ(far->rows.front().uri, "urn:v:100000");
    EXPECT_TRUE(far->more);
    all.wanted.page.after.reset();
    all.wanted.page.before = all.first_eid + candidates + 1;
    const auto back = all.query();
    ASSERT_TRUE(back) << back.error().detail();
    ASSERT_EQ(back->rows.size(), 3U);
    EXPECT_EQ(back->rows.front().uri, "urn:v:100097");
    EXPECT_EQ(back->rows.back().uri, "urn:v:100099");
    EXPECT_TRUE(back->more);
}

/// A term that SQL tells, and one that documents have to be read for.
TEST(clause_4_23_entity_ordering, exactly_100000_candidates_are_ordered_and_one_more_is_refused) {
    crowd all(99'999);
    query::order_term by_id;
    by_id.of = query::order_term::subject::id;
    query::order_term by_type;
    by_type.of = query::order_term::subject::type;
    const std::vector<query::order_term> cases[] = {{by_id}, {by_type, by_id}};
    all.wanted.page.limit = 1;
    for (const auto& terms : cases) {
        all.wanted.order.terms = terms;
        const auto found = all.query();
        ASSERT_TRUE(found) << found.error().detail();
        ASSERT_EQ(found->rows.size(), 1U);
        EXPECT_EQ(found->rows.front().uri, "urn:v:0");
        EXPECT_TRUE(found->more);
    }
    all.copy(100'000, 100'000);
    for (const auto& terms : cases) {
        all.wanted.order.terms = terms;
        const auto refused = all.query();
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind(), problem_kind::too_complex_query);
        EXPECT_EQ(refused.error().detail(), "the query has too many candidates to be ordered");
    }
}

TEST(clause_5_5_2_too_complex_query, exactly_100000_candidates_are_looked_at_and_one_more_is_not) {
    crowd all(99'999);
    all.wanted.selection.id_pattern = *query::pattern::create("nobody", "idPattern");
    const auto found = all.query();
    ASSERT_TRUE(found) << found.error().detail();
    EXPECT_TRUE(found->rows.empty());
    all.copy(100'000, 100'000);
    const auto refused = all.query();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind(), problem_kind::too_complex_query);
}

} // namespace
} // namespace meridian::test
