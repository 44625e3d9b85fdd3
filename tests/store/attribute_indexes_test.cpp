#include "broker.hpp"

#include "meridian/query/print.hpp"
#include "meridian/store/index_builder.hpp"
#include "support/cluster.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <fmt/format.h>
#include <future>

namespace meridian::test {
namespace {

using query::comparison;

/// `speed <how> value`.
query::q_expression q_speed(comparison how, int value) {
    query::q_expression q;
    q.term.target.path.names = {speed};
    q.term.how = how;
    q.term.operand = query::value_list{std::int64_t{value}};
    return q;
}

query::query_plan plan_of(const query::q_expression& q, bool want_count = false) {
    query::plan_request request;
    request.selection.types = query::type_selection{{{vehicle}}};
    request.selection.q = q;
    request.want_count = want_count;
    return query::make_plan(request, names());
}

std::string key_of(store::tenant_id tenant) {
    return fmt::format("tenant_id = {} AND type_id = {} AND attr_id = {}", tenant,
                       names().find(vehicle), names().find(speed));
}

/// A tenant with a row, whose version the lanes read.
store::tenant_id registered_tenant() {
    const auto tenant = fresh_tenant();
    run_sql(shared_database(), fmt::format("INSERT INTO tenant (id, name) OVERRIDING SYSTEM VALUE "
                                           "VALUES ({0}, 'index {0}')",
                                           tenant));
    return tenant;
}

void want_index(store::tenant_id tenant) {
    run_sql(shared_database(),
            fmt::format("INSERT INTO attr_index (tenant_id, type_id, attr_id, state) "
                        "VALUES ({}, {}, {}, 'building')",
                        tenant, names().find(vehicle), names().find(speed)));
}

void tend(broker& on) {
    const std::atomic<bool> stop{false};
    const auto done = store::tend_indexes(shared_database(), names(), on.indexes, {}, stop);
    ASSERT_TRUE(done) << done.error().detail();
}

std::string state_of(store::tenant_id tenant) {
    return run_sql(shared_database(),
                   "SELECT coalesce(max(state), 'none') FROM attr_index WHERE " + key_of(tenant));
}

/// The numbers of all rows, in order.
std::string rows_of(store::tenant_id tenant) {
    return run_sql(shared_database(),
                   "SELECT coalesce(string_agg(num::text, ',' ORDER BY num), '') FROM attr_num "
                   "WHERE " +
                       key_of(tenant));
}

std::string sql_of(broker& on, store::tenant_id tenant, const query::query_plan& plan) {
    return on.run(on.entities->explain(tenant, plan))->sql;
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST(store_attribute_indexes, rows_follow_every_change_from_building_on) {
    broker one(shared_database());
    const auto tenant = registered_tenant();
    for (const int value : {1, 2, 3})
        ASSERT_TRUE(one.run(one.lanes->commit(
            create(tenant, make_vehicle(fmt::format("urn:v:{}", value), value)))));
    EXPECT_EQ(rows_of(tenant), "");
    want_index(tenant);
    // The lanes learn of the index by the version that they read with their locks.
    ASSERT_TRUE(one.run(one.lanes->commit(upsert(tenant, make_vehicle("urn:v:2", 20)))));
    ASSERT_TRUE(one.run(one.lanes->commit(create(tenant, make_vehicle("urn:v:4", 4)))));
    EXPECT_EQ(rows_of(tenant), "4,20");
    tend(one);
    EXPECT_EQ(state_of(tenant), "ready");
    EXPECT_EQ(rows_of(tenant), "1,3,4,20");
    ASSERT_TRUE(one.run(one.lanes->commit(upsert(tenant, make_vehicle("urn:v:1", 10)))));
    ASSERT_TRUE(one.run(one.lanes->commit(remove(tenant, "urn:v:3"))));
    ngsild::entity many = make_vehicle("urn:v:4", 0);
    many.attributes[0].instances[0].value = json{7, 8, "x", 7};
    ASSERT_TRUE(one.run(one.lanes->commit(upsert(tenant, many))));
    EXPECT_EQ(rows_of(tenant), "7,8,10,20");
    ngsild::entity other = make_vehicle("urn:v:4", 0);
    other.types = {place};
    ASSERT_TRUE(one.run(one.lanes->commit(upsert(tenant, other))));
    EXPECT_EQ(rows_of(tenant), "10,20");
    EXPECT_EQ(run_sql(shared_database(), "SELECT count(*) FROM attr_txt WHERE " + key_of(tenant)),
              "0");
}

TEST(store_attribute_indexes, drive_queries_and_counts_while_they_are_ready) {
    broker one(shared_database());
    const auto tenant = registered_tenant();
    std::vector<store::entity_change> batch;
    for (int value = 0; value < 200; ++value)
        batch.push_back(create(tenant, make_vehicle(fmt::format("urn:v:{}", value), value)));
    for (const auto& answer : one.run(one.lanes->commit_batch(std::move(batch))))
        ASSERT_TRUE(answer);
    const auto plan = plan_of(q_speed(comparison::greater_equal, 190), true);
    const auto expect_ten = [&] {
        const auto page = one.run(one.entities->query(tenant, plan));
        ASSERT_TRUE(page) << page.error().detail();
        EXPECT_EQ(page->rows.size(), 10U);
        EXPECT_EQ(page->count, 10);
        EXPECT_EQ(*one.run(one.entities->count(tenant, plan)), 10);
    };
    EXPECT_FALSE(contains(sql_of(one, tenant, plan), "attr_num"));
    expect_ten();
    want_index(tenant);
    tend(one);
    EXPECT_TRUE(contains(sql_of(one, tenant, plan), "attr_num"));
    expect_ten();
    // Gone behind this broker's back: it still believes in the index, the statement does not.
    run_sql(shared_database(), "UPDATE attr_index SET state = 'dropping' WHERE " + key_of(tenant));
    run_sql(shared_database(), "DELETE FROM attr_num WHERE " + key_of(tenant));
    EXPECT_TRUE(contains(sql_of(one, tenant, plan), "attr_num"));
    expect_ten();
    tend(one);
    EXPECT_EQ(state_of(tenant), "none");
    EXPECT_FALSE(contains(sql_of(one, tenant, plan), "attr_num"));
    expect_ten();
}

TEST(store_attribute_indexes, are_made_where_the_configuration_names_them) {
    const std::string database = create_migrated_database();
    run_sql(database, "INSERT INTO iri (iri) VALUES ('urn:x:T'), ('urn:x:a')");
    run_sql(database, "INSERT INTO tenant (name) VALUES ('without')");
    run_sql(database, "INSERT INTO entity_type SELECT t.id, i.id, 1 FROM tenant t, iri i "
                      "WHERE t.name = '' AND i.iri = 'urn:x:T'");
    store::index_wishes wishes;
    wishes.configured = {{"urn:x:T", "urn:x:a"}, {"urn:x:T", "urn:x:unknown"}};
    store::attribute_indexes known; // of a process that has met none of the names
    const std::atomic<bool> stop{false};
    const auto done = store::tend_indexes(database, names(), known, wishes, stop);
    ASSERT_TRUE(done) << done.error().detail();
    EXPECT_EQ(*done, 1);
    EXPECT_EQ(run_sql(database, "SELECT string_agg(t.name || ty.iri || a.iri || i.state, ',') "
                                "FROM attr_index i JOIN tenant t ON t.id = i.tenant_id "
                                "JOIN iri ty ON ty.id = i.type_id JOIN iri a ON a.id = i.attr_id"),
              "urn:x:Turn:x:aready");
    EXPECT_FALSE(known.current()->empty());
}

TEST(store_attribute_indexes, are_made_for_what_scans_cost_too_much) {
    broker one(shared_database());
    const auto tenant = registered_tenant();
    ASSERT_TRUE(one.run(one.lanes->commit(create(tenant, make_vehicle("urn:v:1", 1)))));
    store::attribute_indexes noted;
    const auto note = [&](int millis) {
        noted.note_scan(tenant, names().find(vehicle), names().find(speed),
                        std::chrono::milliseconds{millis});
    };
    note(600);
    EXPECT_TRUE(noted.take_costly(std::chrono::seconds{1}).empty());
    note(400);
    store::index_wishes wishes;
    wishes.automatic_after = std::chrono::seconds{1};
    const std::atomic<bool> stop{false};
    ASSERT_TRUE(store::tend_indexes(shared_database(), names(), noted, wishes, stop));
    EXPECT_EQ(state_of(tenant), "ready");
    EXPECT_EQ(rows_of(tenant), "1");
    EXPECT_TRUE(noted.take_costly(std::chrono::milliseconds{1}).empty());
}

TEST(store_attribute_indexes, miss_no_change_that_is_made_while_they_are_built) {
    broker one(shared_database());
    broker two(shared_database());
    const auto tenant = registered_tenant();
    std::vector<store::entity_change> batch;
    for (int value = 0; value < 1'200; ++value)
        batch.push_back(create(tenant, make_vehicle(fmt::format("urn:v:{}", value), value)));
    for (const auto& answer : one.run(one.lanes->commit_batch(std::move(batch))))
        ASSERT_TRUE(answer);
    std::atomic<bool> built{false};
    const auto write = [&](broker& by, int first) {
        int turn = 0;
        for (; !built || turn < 200; ++turn) {
            const std::string id = fmt::format("urn:v:{}", (first + turn * 7) % 1'400);
            const bool removes = turn % 5 == 0;
            // A removal of what is not there is refused, which is all right.
            (void)by.run(by.lanes->commit(removes ? remove(tenant, id)
                                                  : upsert(tenant, make_vehicle(id, turn))));
        }
        return turn;
    };
    auto first = std::async(std::launch::async, [&] { return write(one, 0); });
    auto second = std::async(std::launch::async, [&] { return write(two, 3); });
    want_index(tenant);
    tend(one);
    built = true;
    EXPECT_GE(first.get() + second.get(), 400);
    EXPECT_EQ(state_of(tenant), "ready");
    EXPECT_EQ(rows_of(tenant),
              run_sql(shared_database(),
                      fmt::format("SELECT string_agg(kv->>'{0}', ',' ORDER BY (kv->>'{0}')::int) "
                                  "FROM search WHERE tenant_id = {1} AND type_id = {2}",
                                  names().find(speed), tenant, names().find(vehicle))));
}

} // namespace meridian::test
