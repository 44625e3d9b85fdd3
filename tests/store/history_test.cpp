#include "broker.hpp"

#include "meridian/store/outbox.hpp"
#include "support/cluster.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <set>

namespace meridian::test {
namespace {

using query::time_property;

ngsild::entity measured(const std::string& id, int value, timestamp at) {
    ngsild::entity made = make_vehicle(id, value);
    made.attributes[0].instances[0].observed_at = at;
    return made;
}

timestamp hour(int number) {
    return *parse_date_time("2026-11-20T00:00:00Z") + std::chrono::hours{number};
}

std::vector<int> values(const store::evolution& of) {
    std::vector<int> all;
    for (const ngsild::history_row& row : of.rows)
        all.push_back(row.num ? static_cast<int>(*row.num) : -1);
    return all;
}

/// A vehicle with a measurement an hour, its value the hour.
void measure(broker& on, store::tenant_id tenant, const std::string& id, int hours) {
    for (int number = 0; number < hours; ++number)
        ASSERT_TRUE(on.run(on.lanes->commit(upsert(tenant, measured(id, number, hour(number))))));
}

/// The last value of each evolution on all pages: lanes draw eids in blocks of their own, so the
/// order of pages is not that of creation.
std::multiset<int> last_of_pages(broker& on, store::tenant_id tenant,
                                 store::temporal_selection selection,
                                 const store::temporal_request& request) {
    std::multiset<int> all;
    for (bool more = true; more; selection.offset += selection.limit) {
        const auto page = on.run(on.history->query(tenant, selection, request));
        more = page && page->more;
        for (const store::evolution& one : page->evolutions)
            all.insert(values(one).back());
    }
    return all;
}

} // namespace

TEST(clause_4_11_temporal_query, from_is_included_and_until_is_not) {
    broker one(shared_database());
    const auto tenant = fresh_tenant();
    measure(one, tenant, "urn:v:1", 6);
    store::temporal_request request;
    request.interval.from = hour(1);
    request.interval.until = hour(4);
    auto found = one.run(one.history->retrieve(tenant, "urn:v:1", request));
    ASSERT_TRUE(found && *found);
    EXPECT_EQ(values(**found), (std::vector{1, 2, 3}));
    request.interval.last_n = 2;
    found = one.run(one.history->retrieve(tenant, "urn:v:1", request));
    EXPECT_EQ(values(**found), (std::vector{3, 2}));
    request.interval = query::temporal_query();
    request.instance_limit = 4;
    found = one.run(one.history->retrieve(tenant, "urn:v:1", request));
    EXPECT_EQ(values(**found), (std::vector{0, 1, 2, 3}));
    EXPECT_EQ((*found)->whole_until, hour(3));
}

TEST(clause_4_11_temporal_query, deleted_at_gives_the_deletions_alone) {
    broker one(shared_database());
    const auto tenant = fresh_tenant();
    measure(one, tenant, "urn:v:1", 2);
    const auto gone = one.run(one.lanes->commit(remove(tenant, "urn:v:1")));
    ASSERT_TRUE(gone);
    store::temporal_request request;
    request.interval.property = time_property::deleted_at;
    request.interval.from = hour(0);
    const auto found = one.run(one.history->retrieve(tenant, "urn:v:1", request));
    ASSERT_TRUE(found && *found);
    ASSERT_EQ((*found)->rows.size(), 1U);
    EXPECT_TRUE((*found)->rows[0].is_deleted());
    EXPECT_EQ((*found)->deleted_at, gone->change.modified_at);
    request.interval.property = time_property::observed_at;
    const auto observed = one.run(one.history->retrieve(tenant, "urn:v:1", request));
    EXPECT_EQ(values(**observed), (std::vector{0, 1}));
}

TEST(clause_5_7_4_query_temporal_evolutions, a_page_has_entities_with_instances_in_the_interval) {
    broker one(shared_database());
    const auto tenant = fresh_tenant();
    for (int number = 1; number <= 5; ++number)
        measure(one, tenant, fmt::format("urn:v:{}", number), number);
    store::temporal_request request;
    request.interval.from = hour(2);
    store::temporal_selection selection;
    selection.types = {{names().find(vehicle)}};
    selection.limit = 2;
    selection.count = true;
    auto page = one.run(one.history->query(tenant, selection, request));
    ASSERT_TRUE(page) << page.error().detail();
    EXPECT_EQ(page->count, 3);
    EXPECT_TRUE(page->more);
    ASSERT_EQ(page->evolutions.size(), 2U);
    EXPECT_EQ(last_of_pages(one, tenant, selection, request), (std::multiset{2, 3, 4}));
    selection.matches = [](const store::evolution& of) { return of.rows.size() != 2; };
    page = one.run(one.history->query(tenant, selection, request));
    ASSERT_TRUE(page) << page.error().detail();
    EXPECT_EQ(page->count, 2);
    EXPECT_FALSE(page->more);
    EXPECT_EQ(last_of_pages(one, tenant, selection, request), (std::multiset{2, 4}));
}

TEST(store_outbox, a_leased_row_belongs_to_one_and_a_rescheduled_one_waits) {
    broker one(shared_database());
    store::outbox outbox(one.reader);
    const auto tenant = fresh_tenant();
    run_sql(shared_database(),
            fmt::format("INSERT INTO outbox (tenant_id, subscription_id, eid, entity, created_at, "
                        "payload, next_attempt) VALUES ({}, 1, 1, 'urn:v:1', '2000-01-01Z', 'x', "
                        "'2000-01-01Z') RETURNING id",
                        tenant));
    const auto mine = one.run(outbox.take(1, std::chrono::seconds{60}));
    ASSERT_TRUE(mine && mine->size() == 1);
    EXPECT_EQ(mine->at(0).tenant, tenant);
    EXPECT_TRUE(one.run(outbox.take(1, std::chrono::seconds{60}))->empty());
    ASSERT_TRUE(one.run(outbox.reschedule(mine->at(0).id, hour(-24))));
    const auto again = one.run(outbox.take(1, std::chrono::seconds{60}));
    ASSERT_EQ(again->size(), 1U);
    EXPECT_EQ(again->at(0).attempts, 1);
    ASSERT_TRUE(one.run(outbox.remove({mine->at(0).id})));
    EXPECT_EQ(run_sql(shared_database(),
                      fmt::format("SELECT count(*) FROM outbox WHERE tenant_id = {}", tenant)),
              "0");
}

} // namespace meridian::test
