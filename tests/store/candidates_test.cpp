/// What is decided in memory: where it begins, and when there is too much of it (store.md).
#include "broker.hpp"
#include "support/cluster.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <pqxx/pqxx>

namespace meridian::test {
namespace {

constexpr int candidates = 102'000; ///< by a stretch more than one query may look at

/// A database with so many Vehicles, alike but for their URIs; their eids are 1 to `candidates`
/// above the first one's.
class crowd {
public:
    crowd() : server(conninfo_) {
        const auto first = make_vehicle("urn:v:0", 5);
        for (const auto& made : server.run(server.lanes->commit_batch({create(tenant, first)})))
            EXPECT_TRUE(made);
        pqxx::connection connection(conninfo_);
        pqxx::work copying(connection);
        first_eid = copying.exec1("SELECT eid FROM entity")[0].as<std::int64_t>();
        copying.exec(fmt::format(
            "INSERT INTO entity (eid, created_at, modified_at, tenant_id, uri, doc) "
            "SELECT eid + n, created_at, modified_at, tenant_id, 'urn:v:' || n, doc "
            "FROM entity, generate_series(1, {0}) n; "
            "INSERT INTO entity_type SELECT t.tenant_id, t.type_id, t.eid + n "
            "FROM entity_type t, generate_series(1, {0}) n; ANALYZE entity, entity_type",
            candidates));
        copying.commit();
        wanted.selection.types = query::type_selection{{{vehicle}}};
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

TEST(clause_4_23_entity_ordering, more_than_100000_candidates_are_not_ordered) {
    crowd all;
    query::order_term by_id;
    by_id.of = query::order_term::subject::id;
    all.wanted.order.terms = {by_id};
    const auto refused = all.query();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind(), problem_kind::too_complex_query);
    EXPECT_EQ(refused.error().detail(), "the query has too many candidates to be ordered");
}

} // namespace
} // namespace meridian::test
