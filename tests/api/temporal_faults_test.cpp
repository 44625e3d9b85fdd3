/// What goes wrong, or is meant to, with the Temporal Evolution: moments that collide, that are far
/// away or no moments at all, and answers that would be without end.
#include "api/support.hpp"

#include "support/cluster.hpp"
#include "support/database_url.hpp"

#include <set>
#include <thread>

namespace meridian::api::test {
namespace {

using meridian::test::meridian_process;

const std::string gauge = "urn:x:gauge";
const std::string gauge_path = temporal + "/" + gauge;
const std::string noon = "2026-03-01T12:00:00Z";

json observed(const json& value, const std::string& at) {
    return {{"type", "Property"}, {"value", value}, {"observedAt", at}};
}

json evolution_of(const std::string& id, const json& attributes) {
    json made{{"id", id}, {"type", "Gauge"}};
    made.update(attributes);
    return made;
}

json values_of(const json& instances) {
    auto values = json::array();
    for (const auto& one : instances)
        values.push_back(one["value"]);
    return values;
}

/// `count` instances, a minute apart, whose values are 1, 2, 3 …
json every_minute(int count) {
    auto made = json::array();
    for (int i = 1; i <= count; ++i)
        made.push_back(observed(i, "2026-03-01T12:" + std::string(i < 10 ? "0" : "") +
                                       std::to_string(i) + ":00Z"));
    return made;
}

TEST(clause_5_6_2_concurrent_writers, each_change_of_one_moment_is_an_instance) {
    const auto client = fresh_tenant();
    const auto path = entities + "/" + gauge + "/attrs";
    ASSERT_EQ(client.post(entities, evolution_of(gauge, {{"level", observed(0, noon)}})).status,
              201U);
    constexpr int writers = 4;
    constexpr int changes = 5;
    std::vector<std::thread> threads;
    for (int writer = 0; writer < writers; ++writer)
        threads.emplace_back([&, writer] {
            for (int i = 0; i < changes; ++i)
                EXPECT_EQ(client.patch(path, {{"level", observed(writer * changes + i + 1, noon)}})
                              .status,
                          204U);
        });
    for (auto& one : threads)
        one.join();
    const auto all = client.get(gauge_path).content()["level"];
    std::set<int> values;
    std::set<std::string> ids;
    for (const auto& one : all) {
        EXPECT_EQ(one["observedAt"], noon);
        values.insert(one["value"].get<int>());
        ids.insert(one["instanceId"].get<std::string>());
    }
    EXPECT_EQ(all.size(), 1U + writers * changes);
    EXPECT_EQ(values.size(), all.size());
    EXPECT_EQ(ids.size(), all.size());
    // Of one moment the last change is the last instance.
    const auto current = client.get(entities + "/" + gauge).content()["level"]["value"];
    EXPECT_EQ(all.back()["value"], current);
    EXPECT_EQ(values_of(client.get(gauge_path + "?lastN=1").content()["level"]), list(current));
}

TEST(clause_5_6_12_4_add_attributes, instances_of_one_moment_are_all_there) {
    const auto client = fresh_tenant();
    const json two = evolution_of(gauge, {{"level", list(observed(1, noon), observed(1, noon))}});
    ASSERT_EQ(client.post(temporal, two).status, 201U);
    ASSERT_EQ(client.post(gauge_path + "/attrs", {{"level", observed(2, noon)}}).status, 204U);
    EXPECT_EQ(values_of(client.get(gauge_path).content()["level"]), list(1, 1, 2));
    EXPECT_EQ(show(client.get(gauge_path + "?format=temporalValues")),
              ok(evolution_of(
                  gauge, {{"level",
                           {{"type", "Property"},
                            {"values", list(list(1, noon), list(1, noon), list(2, noon))}}}})));
    const auto count = client.get(
        gauge_path + "?format=aggregatedValues&aggrMethods=totalCount,sum&timerel=between&timeAt=" +
        noon + "&endTimeAt=2026-03-01T13:00:00Z");
    EXPECT_EQ(count.content()["level"],
              json({{"type", "Property"},
                    {"totalCount", list(list(3, noon, "2026-03-01T13:00:00Z"))},
                    {"sum", list(list(4, noon, "2026-03-01T13:00:00Z"))}}));
}

const std::string first_moment = "0001-01-01T00:00:00Z";
const std::string last_moment = "9999-12-31T23:59:59.999999Z";

TEST(clause_4_6_3_moments, the_first_and_the_last_are_as_good_as_others_and_make_no_partition) {
    const auto database = meridian::test::create_database();
    meridian_process broker({"--db=" + meridian::test::url_of(database),
                             "--history-fold-after-days=0"}); // which takes partitions away
    const http_client client(broker.port());
    const auto partitions = [&] {
        return meridian::test::run_sql(
            database, "SELECT count(*) FROM pg_inherits WHERE inhparent = 'history'::regclass");
    };
    const auto before = partitions();
    const json scattered =
        list(observed(3, last_moment), observed(1, first_moment), observed(2, noon));
    ASSERT_EQ(client.post(temporal, evolution_of(gauge, {{"level", scattered}})).status, 201U);
    const json now = evolution_of("urn:x:other", {{"level", observed(1, last_moment)}});
    ASSERT_EQ(client.post(entities, now).status, 201U);
    for (int century = 1; century < 99; century += 2) {
        const auto at =
            std::string(century < 10 ? "0" : "") + std::to_string(century) + "00-06-15T00:00:00Z";
        ASSERT_EQ(client
                      .patch(entities + "/urn:x:other/attrs/level",
                             {{"value", century}, {"observedAt", at}})
                      .status,
                  204U);
    }
    EXPECT_EQ(partitions(), before);
    EXPECT_EQ(values_of(client.get(gauge_path).content()["level"]), list(1, 2, 3));
    EXPECT_EQ(values_of(client.get(gauge_path + "?lastN=2").content()["level"]), list(3, 2));
    const auto within = [&](const std::string& interval) {
        return values_of(client.get(gauge_path + "?" + interval).content()["level"]);
    };
    EXPECT_EQ(within("timerel=after&timeAt=9999-12-31T23:59:59Z"), list(3));
    EXPECT_EQ(within("timerel=before&timeAt=0001-01-01T00:00:00.000001Z"), list(1));
    EXPECT_EQ(within("timerel=between&timeAt=" + first_moment + "&endTimeAt=" + last_moment),
              list(1, 2));
    const auto sums = [&](const std::string& period) {
        return client
            .get(gauge_path +
                 "?format=aggregatedValues&aggrMethods=sum&aggrPeriodDuration=" + period)
            .content()["level"]["sum"];
    };
    EXPECT_EQ(sums("PT0S"), list(list(6, first_moment, last_moment)));
    EXPECT_EQ(sums("PT0.000001S").size(), 3U);
    EXPECT_EQ(sums("P1Y").size(), 3U);
    const auto last = client.get(gauge_path + "?lastN=1").content()["level"][0];
    EXPECT_EQ(
        client.remove(gauge_path + "/attrs/level/" + last["instanceId"].get<std::string>()).status,
        204U);
    EXPECT_EQ(values_of(client.get(gauge_path).content()["level"]), list(1, 2));
}

TEST(clause_4_6_3_moments, what_is_no_date_time_in_utc_is_refused) {
    const auto client = fresh_tenant();
    ASSERT_EQ(client.post(temporal, evolution_of(gauge, {{"level", observed(1, noon)}})).status,
              201U);
    for (const auto* wrong :
         {"2026-03-29T02:30:00+01:00", "2026-03-29T02:30:00-00:00", "2026-03-29T02:30:00",
          "2026-03-29T02:30:00z", "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z",
          "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
          "2026-01-01T24:00:00Z", "2026-06-30T23:59:60Z", "2026-01-01", "0000-01-01T00:00:00Z",
          "10000-01-01T00:00:00Z", "2026-01-01T00:00:00.1234567Z", "now", ""}) {
        std::string encoded(wrong);
        if (const auto plus = encoded.find('+'); plus != std::string::npos)
            encoded.replace(plus, 1, "%2B");
        const auto ask = [&](const std::string& interval) {
            return kind_of(client.get(gauge_path + "?" + interval));
        };
        EXPECT_EQ(ask("timerel=after&timeAt=" + encoded), "400 BadRequestData") << wrong;
        EXPECT_EQ(ask("timerel=between&timeAt=" + noon + "&endTimeAt=" + encoded),
                  "400 BadRequestData")
            << wrong;
        EXPECT_EQ(kind_of(client.post(gauge_path + "/attrs", {{"level", observed(2, wrong)}})),
                  "400 BadRequestData")
            << wrong;
    }
    for (const auto* right : {"2024-02-29T00:00:00Z", "2000-02-29T23:59:59,5Z"})
        EXPECT_EQ(client.post(gauge_path + "/attrs", {{"level", observed(3, right)}}).status, 204U)
            << right;
    EXPECT_EQ(values_of(client.get(gauge_path).content()["level"]), list(3, 3, 1));
}

TEST(clause_4_5_19_1_durations, days_have_24_hours_whatever_clocks_on_walls_do) {
    const auto client = fresh_tenant();
    // Central European clocks go forward on March 29 and back on October 25.
    const json around =
        list(observed(1, "2026-03-28T23:30:00Z"), observed(2, "2026-03-29T00:30:00Z"),
             observed(4, "2026-03-29T23:30:00Z"), observed(8, "2026-10-25T00:30:00Z"),
             observed(16, "2026-10-25T23:59:59Z"), observed(32, "2026-10-26T00:00:00Z"));
    ASSERT_EQ(client.post(temporal, evolution_of(gauge, {{"level", around}})).status, 201U);
    const auto sums = [&](const std::string& period, const std::string& from) {
        return client
            .get(gauge_path + "?format=aggregatedValues&aggrMethods=sum&aggrPeriodDuration=" +
                 period + "&timerel=after&timeAt=" + from)
            .content()["level"]["sum"];
    };
    EXPECT_EQ(sums("P1D", "2026-03-28T00:00:00Z"),
              list(list(1, "2026-03-28T00:00:00Z", "2026-03-29T00:00:00Z"),
                   list(6, "2026-03-29T00:00:00Z", "2026-03-30T00:00:00Z"),
                   list(24, "2026-10-25T00:00:00Z", "2026-10-26T00:00:00Z"),
                   list(32, "2026-10-26T00:00:00Z", "2026-10-27T00:00:00Z")));
    // By the calendar of UTC too: the month that begins on the 31st ends with a shorter one.
    EXPECT_EQ(sums("P1M", "2025-12-31T00:00:00Z"),
              list(list(7, "2026-02-28T00:00:00Z", "2026-03-31T00:00:00Z"),
                   list(56, "2026-09-30T00:00:00Z", "2026-10-31T00:00:00Z")));
}

TEST(clause_4_5_19_1_methods, of_values_that_change_their_kind_each_counts_where_it_can) {
    const auto client = fresh_tenant();
    const json mixed =
        list(observed("n/a", "2026-03-01T12:00:00Z"), observed(2, "2026-03-01T12:01:00Z"),
             observed(4, "2026-03-01T12:02:00Z"));
    ASSERT_EQ(client.post(temporal, evolution_of(gauge, {{"level", mixed}})).status, 201U);
    const auto answer =
        client.get(gauge_path + "?format=aggregatedValues&aggrMethods=totalCount,avg&attrs=level");
    const auto over_all = [](const json& value) {
        return list(list(value, "2026-03-01T12:00:00Z", "2026-03-01T12:02:00Z"));
    };
    EXPECT_EQ(answer.content()["level"],
              json({{"type", "Property"}, {"totalCount", over_all(3)}, {"avg", over_all(3)}}));
}

/// Instances of an answer's Entities, by instanceId.
std::set<std::string> instances_in(const json& body) {
    std::set<std::string> ids;
    for (const auto& entity : body)
        for (const auto& [name, member] : entity.items())
            if (member.is_array())
                for (const auto& instance : member)
                    ids.insert(instance["instanceId"].get<std::string>());
    return ids;
}

/// The second moment of `DateTime <from>-<until>/<size>`.
std::string range_end(const http_answer& answer) {
    const auto range = answer.header("Content-Range");
    const auto dash = range.find("Z-");
    return range.substr(dash + 2, range.find('/') - dash - 2);
}

const std::string gauges = temporal + "?type=Gauge";

/// A broker whose answers hold 12 instances, 5 of an Attribute.
meridian_process& broker_of_small_answers() {
    static meridian_process broker({"--max-temporal-instances=5", "--max-temporal-answer=12"});
    return broker;
}

/// Three Gauges of two Attributes of 20 instances.
class small_answers : public testing::Test {
protected:
    small_answers() {
        for (const auto* id : {"urn:x:1", "urn:x:2", "urn:x:3"})
            EXPECT_EQ(client_
                          .post(temporal, evolution_of(id, {{"level", every_minute(20)},
                                                            {"flow", every_minute(20)}}))
                          .status,
                      201U);
    }
    http_client client_ = fresh_tenant(broker_of_small_answers());
};

TEST_F(small_answers, clause_6_3_10_all_instances_come_in_parts_that_are_bounded) {
    std::set<std::string> seen;
    std::string from = "2026-01-01T00:00:00Z";
    int parts = 0;
    for (bool more = true; more && parts < 50; ++parts) {
        const auto answer = client_.get(gauges + "&timerel=after&timeAt=" + from);
        const auto found = instances_in(answer.content());
        EXPECT_LE(found.size(), 12U);
        seen.insert(found.begin(), found.end());
        more = answer.status == 206;
        EXPECT_TRUE(more || answer.status == 200) << answer;
        if (more) {
            EXPECT_GT(range_end(answer), from);
            from = range_end(answer);
        }
    }
    EXPECT_EQ(seen.size(), 3U * 2 * 20);
    EXPECT_LT(parts, 50);
}

TEST_F(small_answers, clause_6_3_10_with_last_n_parts_go_backwards) {
    std::set<std::string> seen;
    std::string until = "2027-01-01T00:00:00Z";
    int parts = 0;
    for (bool more = true; more && parts < 50; ++parts) {
        const auto answer = client_.get(gauges + "&lastN=100&timerel=before&timeAt=" + until);
        const auto found = instances_in(answer.content());
        EXPECT_LE(found.size(), 12U);
        seen.insert(found.begin(), found.end());
        more = answer.status == 206;
        if (more) {
            EXPECT_LT(range_end(answer), until);
            until = range_end(answer);
        }
    }
    // "before" excludes: the instances of the moment that a part ends with are in that part.
    EXPECT_EQ(seen.size(), 3U * 2 * 20);
}

/// `count` instances of noon, their values from `first` on.
json at_noon(int first, int count) {
    auto made = json::array();
    for (int i = 0; i < count; ++i)
        made.push_back(observed(first + i, noon));
    return made;
}

TEST_F(small_answers, clause_6_3_10_a_part_goes_beyond_a_moment_of_many_instances) {
    json many = at_noon(100, 7);
    for (const auto& later : every_minute(9))
        many.push_back(later);
    ASSERT_EQ(client_.post(temporal, evolution_of("urn:x:4", {{"level", many}})).status, 201U);
    const auto forwards =
        client_.get(temporal + "/urn:x:4?timerel=after&timeAt=2026-03-01T00:00:00Z");
    EXPECT_EQ(forwards.status, 206U);
    EXPECT_EQ(values_of(forwards.content()["level"]),
              list(100, 101, 102, 103, 104, 105, 106, 1, 2, 3));
    EXPECT_EQ(forwards.header("Content-Range"),
              "DateTime 2026-03-01T00:00:00Z-2026-03-01T12:03:00Z/*");

    // Backwards "before" excludes: of a moment all are there, or none.
    const auto backwards =
        client_.get(temporal + "/urn:x:4?lastN=100&timerel=before&timeAt=2026-03-01T12:04:00Z");
    EXPECT_EQ(values_of(backwards.content()["level"]), list(3, 2, 1));
    EXPECT_EQ(range_end(backwards), "2026-03-01T12:01:00Z");
    const auto rest =
        client_.get(temporal + "/urn:x:4?lastN=100&timerel=before&timeAt=2026-03-01T12:01:00Z");
    EXPECT_EQ(rest.status, 200U) << rest;
    EXPECT_EQ(values_of(rest.content()["level"]), list(106, 105, 104, 103, 102, 101, 100));
}

TEST_F(small_answers, clause_4_12_a_moment_of_more_instances_than_an_answer_is_too_many) {
    ASSERT_EQ(client_.post(temporal, evolution_of("urn:x:4", {{"level", at_noon(0, 13)}})).status,
              201U);
    EXPECT_EQ(kind_of(client_.get(temporal + "/urn:x:4")), "403 TooManyResults");
    EXPECT_EQ(client_.get(temporal + "/urn:x:4?lastN=3").status, 200U);
}

TEST_F(small_answers, clause_6_3_10_what_sparse_attributes_leave_goes_to_the_others) {
    json attributes{{"dense", every_minute(20)}};
    for (const auto* name : {"a", "b", "c", "d"})
        attributes[name] = list(observed(1, "2026-03-01T12:00:00Z"));
    ASSERT_EQ(client_.post(temporal, evolution_of("urn:x:4", attributes)).status, 201U);
    const auto answer = client_.get(temporal + "/urn:x:4");
    EXPECT_EQ(answer.status, 206U);
    EXPECT_EQ(values_of(answer.content()["dense"]), list(1, 2, 3, 4, 5));
}

TEST_F(small_answers, clause_4_12_more_attributes_than_instances_are_too_many) {
    auto attributes = json::object();
    for (int i = 0; i < 13; ++i)
        attributes["a" + std::to_string(i)] = list(observed(i, noon));
    ASSERT_EQ(client_.post(temporal, evolution_of("urn:x:4", attributes)).status, 201U);
    EXPECT_EQ(kind_of(client_.get(temporal + "/urn:x:4")), "403 TooManyResults");
    EXPECT_EQ(client_.get(temporal + "/urn:x:4?attrs=a1,a2").status, 200U);
}

TEST_F(small_answers, clause_4_12_a_share_from_which_nobody_could_page_on_is_too_small) {
    auto attributes = json::object();
    for (int i = 0; i < 8; ++i)
        attributes["a" + std::to_string(i)] = every_minute(2);
    ASSERT_EQ(client_.post(temporal, evolution_of("urn:x:4", attributes)).status, 201U);
    // One instance of each of 8 Attributes, and then no more than the same one again.
    EXPECT_EQ(kind_of(client_.get(temporal + "/urn:x:4")), "403 TooManyResults");
    EXPECT_EQ(client_.get(temporal + "/urn:x:4?lastN=1").status, 200U);
    EXPECT_EQ(client_.get(temporal + "/urn:x:4?pick=a1,a2,a3").status, 200U);
}

TEST_F(small_answers, clause_5_7_4_4_a_filter_looks_at_no_more_than_the_limit_of_one_entity) {
    const auto ask = [&](const std::string& until) {
        return client_.get(gauges + "&q=level%3E2&timerel=before&timeAt=" + until);
    };
    EXPECT_EQ(kind_of(ask("2026-03-01T12:10:00Z")), "403 TooComplexQuery");
    // 2 × 4 instances of each of three Entities: one Entity at a time.
    EXPECT_EQ(ids_in(ask("2026-03-01T12:05:00Z")), list("urn:x:1", "urn:x:2", "urn:x:3"));
    EXPECT_EQ(ids_in(ask("2026-03-01T12:03:00Z")), json::array());
}

TEST_F(small_answers, clause_4_5_19_periods_of_many_attributes_are_bounded_too) {
    const auto answer = client_.get(gauges + "&timerel=after&timeAt=2026-03-01T12:00:00Z&format="
                                             "aggregatedValues&aggrMethods=sum&"
                                             "aggrPeriodDuration=PT1M");
    EXPECT_EQ(answer.status, 206U);
    EXPECT_EQ(answer.header("Content-Range"),
              "DateTime 2026-03-01T12:00:00Z-2026-03-01T12:03:00Z/*");
    const auto body = answer.content();
    EXPECT_EQ(body.size(), 3U);
    for (const auto& one : body)
        EXPECT_EQ(one["flow"]["sum"].size(), 2U) << answer;
}

} // namespace
} // namespace meridian::api::test
