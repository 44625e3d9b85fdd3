#include "broker.hpp"

#include "meridian/store/embedded_cluster.hpp"
#include "meridian/store/migrate.hpp"
#include "support/cluster.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <future>
#include <optional>
#include <thread>

namespace meridian::test {
namespace {

std::string sql(const std::string& what, store::tenant_id tenant) {
    return run_sql(shared_database(), fmt::format(fmt::runtime(what), tenant));
}

asio::awaitable<int> count_up_often(store::write_lanes& lanes, store::tenant_id tenant, int times) {
    int done = 0;
    for (int turn = 0; turn < times; ++turn) {
        store::entity_change change = count_up(tenant, fmt::format("urn:v:{}", turn % 3));
        auto committed = lanes.commit(std::move(change));
        done += (co_await std::move(committed)) ? 1 : 0;
    }
    co_return done;
}

} // namespace

TEST(store_write_lanes, a_created_entity_is_retrieved_and_has_history) {
    broker one(shared_database());
    const auto tenant = fresh_tenant();
    const auto made = one.run(one.lanes->commit(create(tenant, make_vehicle("urn:v:1", 5))));
    ASSERT_TRUE(made) << made.error().detail();
    EXPECT_EQ(made->version, 1);
    const auto found = one.run(one.entities->retrieve(tenant, "urn:v:1"));
    ASSERT_TRUE(found && *found);
    EXPECT_EQ(speed_of((*found)->document), 5);
    EXPECT_EQ((*found)->eid, made->eid);
    EXPECT_EQ((*found)->modified_at, made->change.modified_at);
    const store::temporal_request everything;
    const auto evolution = one.run(one.history->retrieve(tenant, "urn:v:1", everything));
    ASSERT_TRUE(evolution && *evolution) << evolution.error().detail();
    ASSERT_EQ((*evolution)->rows.size(), 1U);
    EXPECT_EQ((*evolution)->rows[0].num, 5.0);
    EXPECT_EQ(sql("SELECT count(*) FROM entity_type WHERE tenant_id = {}", tenant), "2");
    EXPECT_EQ(sql("SELECT count(*) FROM search WHERE tenant_id = {}", tenant), "1");
}

TEST(store_write_lanes, an_absent_entity_is_nothing) {
    broker one(shared_database());
    const auto found = one.run(one.entities->retrieve(fresh_tenant(), "urn:v:none"));
    ASSERT_TRUE(found);
    EXPECT_FALSE(*found);
}

TEST(store_write_lanes, a_refused_change_leaves_its_neighbours_alone) {
    broker one(shared_database());
    const auto tenant = fresh_tenant();
    ASSERT_TRUE(one.run(one.lanes->commit(create(tenant, make_vehicle("urn:v:2", 1)))));
    std::vector<store::entity_change> batch;
    for (const char* id : {"urn:v:1", "urn:v:2", "urn:v:3"})
        batch.push_back(create(tenant, make_vehicle(id, 7)));
    const auto answers = one.run(one.lanes->commit_batch(std::move(batch)));
    ASSERT_EQ(answers.size(), 3U);
    EXPECT_TRUE(answers[0]);
    EXPECT_EQ(answers[1].error().kind(), problem_kind::already_exists);
    EXPECT_TRUE(answers[2]);
    const auto old = one.run(one.entities->retrieve(tenant, "urn:v:2"));
    EXPECT_EQ(speed_of((*old)->document), 1);
}

TEST(store_write_lanes, what_the_database_refuses_is_found_by_halving) {
    broker one(shared_database());
    const auto tenant = fresh_tenant();
    std::vector<store::entity_change> batch;
    for (int number = 0; number < 9; ++number) {
        ngsild::entity subject = make_vehicle(fmt::format("urn:v:{}", number), number);
        // No such geometry: validation would have said so.
        if (number == 4)
            subject.attributes.push_back(
                {place, {make_place(json::parse(R"({"type":"Nothing","coordinates":[0,0]})"))}});
        batch.push_back(create(tenant, subject));
    }
    const auto answers = one.run(one.lanes->commit_batch(std::move(batch)));
    for (std::size_t number = 0; number < answers.size(); ++number)
        EXPECT_EQ(answers[number].has_value(), number != 4) << number;
    EXPECT_EQ(sql("SELECT count(*) FROM entity WHERE tenant_id = {}", tenant), "8");
}

TEST(store_write_lanes, changes_of_one_entity_in_a_batch_are_merged_in_order) {
    broker one(shared_database());
    const auto tenant = fresh_tenant();
    std::vector<store::entity_change> batch;
    for (int turn = 0; turn < 5; ++turn)
        batch.push_back(count_up(tenant, "urn:v:1"));
    batch.push_back(remove(tenant, "urn:v:1"));
    batch.push_back(count_up(tenant, "urn:v:1"));
    const auto answers = one.run(one.lanes->commit_batch(std::move(batch)));
    for (const auto& answer : answers)
        EXPECT_TRUE(answer);
    EXPECT_EQ(answers.back()->version, 7);
    const auto found = one.run(one.entities->retrieve(tenant, "urn:v:1"));
    EXPECT_EQ(speed_of((*found)->document), 1);
    EXPECT_EQ(sql("SELECT count(*) FROM history WHERE eid IN (SELECT eid FROM entity WHERE "
                  "tenant_id = {})",
                  tenant),
              "7");
}

TEST(store_write_lanes, a_deleted_entity_is_revived_in_place) {
    broker one(shared_database());
    const auto tenant = fresh_tenant();
    const auto first = one.run(one.lanes->commit(create(tenant, make_vehicle("urn:v:1", 1))));
    ASSERT_TRUE(one.run(one.lanes->commit(remove(tenant, "urn:v:1"))));
    EXPECT_FALSE(*one.run(one.entities->retrieve(tenant, "urn:v:1")));
    EXPECT_EQ(sql("SELECT count(*) FROM search WHERE tenant_id = {}", tenant), "0");
    EXPECT_EQ(sql("SELECT coalesce(sum(delta), 0) FROM attribute_use WHERE tenant_id = {}", tenant),
              "0");
    const auto again = one.run(one.lanes->commit(create(tenant, make_vehicle("urn:v:1", 2))));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->eid, first->eid);
    EXPECT_EQ(again->version, 3);
    EXPECT_GT(again->change.created_at, first->change.created_at);
}

TEST(store_write_lanes, writers_of_two_brokers_lose_nothing) {
    broker one(shared_database());
    broker two(shared_database());
    const auto tenant = fresh_tenant();
    std::vector<std::future<int>> writers;
    for (std::size_t number = 0; number < 8; ++number) {
        broker& of = number % 2 == 0 ? one : two;
        writers.push_back(of.start(count_up_often(*of.lanes, tenant, 30), number / 2));
    }
    int done = 0;
    for (auto& writer : writers)
        done += writer.get();
    EXPECT_EQ(done, 240);
    int sum = 0;
    for (int number = 0; number < 3; ++number) {
        const auto found = one.run(one.entities->retrieve(tenant, fmt::format("urn:v:{}", number)));
        sum += speed_of((*found)->document);
    }
    EXPECT_EQ(sum, 240);
    EXPECT_EQ(sql("SELECT sum(version) FROM entity WHERE tenant_id = {}", tenant), "240");
}

TEST(store_write_lanes, an_upsert_never_makes_an_entity_absent) {
    broker one(shared_database());
    const auto tenant = fresh_tenant();
    ASSERT_TRUE(one.run(one.lanes->commit(upsert(tenant, make_vehicle("urn:v:0", 0)))));
    auto writing = one.start(count_up_often(*one.lanes, tenant, 60), 1);
    while (writing.wait_for(std::chrono::seconds{0}) != std::future_status::ready) {
        const auto found = one.run(one.entities->retrieve(tenant, "urn:v:0"));
        ASSERT_TRUE(found && *found);
    }
    EXPECT_EQ(writing.get(), 60);
}

TEST(store_write_lanes, what_is_owed_is_in_the_outbox_and_announced) {
    std::promise<std::vector<store::outbox_row>> announced;
    store::lane_hooks hooks;
    hooks.owes = [](store::tenant_id, const ngsild::change&, std::vector<store::outbox_row>& rows) {
        rows.emplace_back();
        rows.back().subscription = 12;
        rows.back().payload = std::string("\0raw", 4);
    };
    hooks.committed = [&](std::vector<store::outbox_row>&& rows) {
        announced.set_value(std::move(rows));
    };
    broker one(shared_database(), hooks);
    const auto tenant = fresh_tenant();
    ASSERT_TRUE(one.run(one.lanes->commit(create(tenant, make_vehicle("urn:v:1", 5)))));
    const auto rows = announced.get_future().get();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(sql("SELECT id || ' ' || entity FROM outbox WHERE tenant_id = {}", tenant),
              fmt::format("{} urn:v:1", rows[0].id));
}

TEST(store_write_lanes, writers_survive_a_restart_of_the_database) {
    const temporary_folder folder;
    store::cluster_options options;
    options.data_dir = folder.path();
    options.fsync = false;
    auto started = store::embedded_cluster::start(options);
    ASSERT_TRUE(started) << started.error().detail();
    std::optional<store::embedded_cluster> cluster(std::move(*started));
    const std::string conninfo = cluster->conninfo();
    ASSERT_TRUE(store::migrate(conninfo));
    broker one(conninfo);
    std::vector<std::future<int>> writers;
    for (std::size_t number = 0; number < 4; ++number)
        writers.push_back(one.start(count_up_often(*one.lanes, 1, 150), number));
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
    cluster.reset();
    auto again = store::embedded_cluster::start(options);
    ASSERT_TRUE(again) << again.error().detail();
    int done = 0;
    for (auto& writer : writers)
        done += writer.get();
    int sum = 0;
    for (int number = 0; number < 3; ++number) {
        const auto found = one.run(one.entities->retrieve(1, fmt::format("urn:v:{}", number)));
        ASSERT_TRUE(found && *found);
        sum += speed_of((*found)->document);
    }
    EXPECT_EQ(sum, done); // nothing acknowledged is lost, nothing refused is there
}

} // namespace meridian::test
