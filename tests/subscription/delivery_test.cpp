/// Delivery (5.8.6, 6.3.8) from a committed change to a real receiver.
#include "subscription/town.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <future>
#include <sys/wait.h>

namespace meridian::subscription::test {
namespace {

/// Waits until SQL gives that.
bool becomes(const std::string& conninfo, const std::string& sql, const std::string& expected) {
    for (int i = 0; i < 200; ++i) {
        if (meridian::test::run_sql(conninfo, sql) == expected)
            return true;
        std::this_thread::sleep_for(25ms);
    }
    return false;
}

TEST(clause_5_8_6_delivery, a_change_is_posted_and_booked_and_nothing_is_left_of_it) {
    const auto database = meridian::test::create_migrated_database();
    receiver to;
    town here(database);
    const auto id = here.subscribe(to.url(), R"({"notification": {"format": "keyValues"}})");
    here.put("urn:v:1", 10);
    ASSERT_EQ(to.wait_for(1).size(), 1u);
    EXPECT_TRUE(to.wait_for(1)[0].starts_with("POST /notify HTTP/1.1\r\n"));
    EXPECT_NE(to.wait_for(1)[0].find("NGSILD-Tenant: town"), std::string::npos);
    auto body = to.body(0);
    EXPECT_EQ(body["subscriptionId"], id);
    EXPECT_EQ(body["data"], parsed(R"([{"id": "urn:v:1", "type": "Vehicle", "speed": 10}])"));
    EXPECT_TRUE(becomes(database, "SELECT count(*) FROM outbox", "0"));
    EXPECT_TRUE(becomes(database, "SELECT times_sent FROM subscription", "1"));
    const auto row = here.row(id);
    EXPECT_EQ(row.times_sent, 1);
    EXPECT_EQ(row.times_failed, 0);
    EXPECT_EQ(row.status, "ok");
    EXPECT_TRUE(row.last_success);
}

TEST(clause_5_8_6_delivery, what_failed_is_sent_again_before_what_came_later) {
    const auto database = meridian::test::create_migrated_database();
    receiver to([](int index) {
        return index < 2 ? std::string("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")
                         : net::test::ok("");
    });
    town here(database);
    const auto id = here.subscribe(to.url(), R"({"notification": {"format": "keyValues"}})");
    for (const int speed : {1, 2, 3})
        here.put("urn:v:1", speed);
    ASSERT_EQ(to.wait_for(5).size(), 5u);
    std::string speeds;
    for (std::size_t at = 0; at < 5; ++at)
        speeds += to_text(to.body(at)["data"][0]["speed"]);
    EXPECT_EQ(speeds, "11123");
    EXPECT_TRUE(
        becomes(database, "SELECT times_sent || ' ' || times_failed FROM subscription", "5 2"));
    EXPECT_EQ(here.row(id).status, "ok");
}

TEST(clause_5_8_6_delivery, is_given_up_after_the_last_retry) {
    const auto database = meridian::test::create_migrated_database();
    receiver to([](int) { return std::string("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"); });
    town here(database);
    const auto id = here.subscribe(to.url(), "{}");
    here.put("urn:v:1", 1);
    ASSERT_EQ(to.wait_for(4).size(), 4u); // one attempt and three retries
    EXPECT_TRUE(becomes(database, "SELECT count(*) FROM outbox", "0"));
    EXPECT_EQ(here.subscriptions->counted().given_up, 1u);
    EXPECT_EQ(here.row(id).status, "failed");
}

TEST(clause_5_8_6_delivery, a_receiver_that_hangs_holds_up_nobody_else) {
    const auto database = meridian::test::create_migrated_database();
    receiver hanging([](int) {
        std::this_thread::sleep_for(1s);
        return net::test::ok("");
    });
    receiver other;
    town here(database);
    here.subscribe(hanging.url(), "{}");
    here.subscribe(other.url(), "{}");
    for (int at = 0; at < 20; ++at)
        here.put("urn:v:" + std::to_string(at), at);
    EXPECT_EQ(other.wait_for(20, 5s).size(), 20u);
    EXPECT_LT(hanging.wait_for(0).size(), 20u);
}

TEST(clause_5_2_12_throttling, what_comes_within_the_period_is_told_as_one_with_the_latest_state) {
    const auto database = meridian::test::create_migrated_database();
    receiver to;
    town here(database);
    here.subscribe(to.url(), R"({"throttling": 1, "notification": {"format": "keyValues"}})");
    here.put("urn:v:1", 1);
    ASSERT_EQ(to.wait_for(1).size(), 1u);
    here.put("urn:v:1", 2);
    here.put("urn:v:2", 8);
    here.put("urn:v:1", 3);
    ASSERT_EQ(to.wait_for(2).size(), 2u);
    EXPECT_EQ(to.body(1)["data"], parsed(R"([{"id": "urn:v:1", "type": "Vehicle", "speed": 3},
                         {"id": "urn:v:2", "type": "Vehicle", "speed": 8}])"));
}

TEST(clause_5_8_6_periodic, all_that_matches_is_told_again_and_again) {
    const auto database = meridian::test::create_migrated_database();
    receiver to;
    town here(database);
    here.put("urn:v:1", 1);
    here.put("urn:v:2", 99);
    here.subscribe(to.url(), R"({"timeInterval": 0.2, "q": "speed<50",
                                 "notification": {"format": "keyValues"}})");
    ASSERT_GE(to.wait_for(2).size(), 2u);
    EXPECT_EQ(to.body(1)["data"], parsed(R"([{"id": "urn:v:1", "type": "Vehicle", "speed": 1}])"));
}

TEST(outbox_take_over, what_a_dead_broker_left_is_sent_at_once) {
    const auto database = meridian::test::create_migrated_database();
    receiver to;
    {
        town dead(database, town::delivers::no); // dies between its COMMIT and the delivery
        dead.subscribe(to.url(), R"({"notification": {"format": "keyValues"}})");
        dead.put("urn:v:1", 7);
    }
    EXPECT_EQ(meridian::test::run_sql(database, "SELECT count(*) FROM outbox"), "1");
    town next(database);
    ASSERT_EQ(to.wait_for(1, 5s).size(), 1u);
    EXPECT_EQ(to.body(0)["data"], parsed(R"([{"id": "urn:v:1", "type": "Vehicle", "speed": 7}])"));
    EXPECT_TRUE(becomes(database, "SELECT count(*) FROM outbox", "0"));
    EXPECT_EQ(next.subscriptions->counted().taken_over, 1u);
}

TEST(clause_5_8_6_delivery, what_does_not_fit_into_memory_waits_in_the_outbox_in_order) {
    const auto database = meridian::test::create_migrated_database();
    receiver to([](int) {
        std::this_thread::sleep_for(20ms);
        return net::test::ok("");
    });
    town here(database, town::delivers::yes, 2);
    here.subscribe(to.url(), R"({"notification": {"format": "keyValues"}})");
    constexpr int changes = 30;
    for (int speed = 0; speed < changes; ++speed)
        here.put("urn:v:1", speed);
    ASSERT_EQ(to.wait_for(changes, 30s).size(), static_cast<std::size_t>(changes));
    for (int at = 0; at < changes; ++at)
        EXPECT_EQ(to.body(static_cast<std::size_t>(at))["data"][0]["speed"], at);
    EXPECT_TRUE(becomes(database, "SELECT count(*) FROM outbox", "0"));
}

TEST(outbox_take_over, leaves_alone_what_a_living_broker_holds) {
    const auto database = meridian::test::create_migrated_database();
    receiver to;
    town living(database, town::delivers::no);
    living.subscribe(to.url(), "{}");
    living.put("urn:v:1", 7);
    town other(database);
    EXPECT_EQ(to.wait_for(1, 1s).size(), 0u);
    EXPECT_EQ(other.subscriptions->counted().taken_over, 0u);
}

TEST(clause_5_8_2_update, of_updates_at_the_same_time_none_is_lost) {
    const auto database = meridian::test::create_migrated_database();
    town here(database);
    const auto id = here.subscribe("http://127.0.0.1:9/n", "{}");
    const auto fragments = parsed(R"([{"description": "d"}, {"subscriptionName": "n"},
        {"throttling": 5}, {"q": "speed>1"}, {"isActive": false}, {"lang": "fr"}])");
    std::vector<std::future<result<void>>> answers;
    for (const auto& fragment : fragments) {
        auto updating =
            here.subscriptions->update(here.tenant, id, fragment, jsonld::core_context(), false);
        answers.push_back(asio::co_spawn(here.context, std::move(updating), asio::use_future));
    }
    for (auto& answer : answers) {
        const auto done = answer.get();
        EXPECT_TRUE(done) << done.error().detail();
    }
    const auto body = parsed(here.row(id).body);
    for (const auto& fragment : fragments)
        EXPECT_TRUE(body.contains(fragment.begin().key())) << fragment << body;
}

TEST(clause_5_3_1_notification, in_json_ld_it_and_each_entity_have_the_context) {
    const auto database = meridian::test::create_migrated_database();
    receiver to;
    town here(database);
    here.subscribe(to.url(), R"({"notification": {"format": "keyValues",
                                 "endpoint": {"accept": "application/ld+json"}}})");
    here.put("urn:v:1", 10);
    ASSERT_EQ(to.wait_for(1).size(), 1u);
    constexpr auto core = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld";
    EXPECT_EQ(to.body(0)["@context"], core);
    EXPECT_EQ(
        to.body(0)["data"],
        json::array({{{"id", "urn:v:1"}, {"type", "Vehicle"}, {"speed", 10}, {"@context", core}}}));
}

TEST(clause_5_8_2_update, a_paused_subscription_is_told_nothing) {
    const auto database = meridian::test::create_migrated_database();
    receiver to;
    town here(database);
    const auto id = here.subscribe(to.url(), R"({"notification": {"format": "keyValues"}})");
    const auto patch = [&](std::string_view text) {
        const auto done = here.run(here.subscriptions->update(here.tenant, id, parsed(text),
                                                              jsonld::core_context(), false));
        EXPECT_TRUE(done) << done.error().detail();
    };
    patch(R"({"type": "Subscription", "isActive": false})");
    here.put("urn:v:1", 1);
    patch(R"({"type": "Subscription", "isActive": true})");
    here.put("urn:v:1", 2);
    ASSERT_EQ(to.wait_for(1).size(), 1u);
    EXPECT_EQ(to.body(0)["data"][0]["speed"], 2);
    const auto gone = here.run(here.subscriptions->remove(here.tenant, id));
    EXPECT_TRUE(gone);
    const auto again = here.run(here.subscriptions->retrieve(here.tenant, id));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().kind(), problem_kind::resource_not_found);
}

/// A child process that ends with this object.
class child {
public:
    explicit child(std::vector<std::string> command) : id_(::fork()) {
        if (id_ != 0)
            return;
        std::vector<char*> arguments;
        for (auto& each : command)
            arguments.push_back(each.data());
        arguments.push_back(nullptr);
        ::execvp(arguments.front(), arguments.data());
        ::_exit(127);
    }
    child(const child&) = delete;
    child& operator=(const child&) = delete;
    ~child() {
        ::kill(id_, SIGTERM);
        ::waitpid(id_, nullptr, 0);
    }

private:
    pid_t id_;
};

TEST(clause_7_2_mqtt, a_notification_reaches_whoever_has_the_topic) {
    const auto database = meridian::test::create_migrated_database();
    std::uint16_t number = 0;
    {
        asio::io_context context;
        number = asio::ip::tcp::acceptor(context, {asio::ip::address_v4::loopback(), 0})
                     .local_endpoint()
                     .port();
    }
    const auto port = std::to_string(number);
    const child broker({"mosquitto", "-p", port});
    const auto probe = "mosquitto_pub -p " + port + " -t probe -m x 2>/dev/null";
    for (int i = 0; i < 200 && std::system(probe.c_str()) != 0; ++i)
        std::this_thread::sleep_for(25ms);
    const meridian::test::temporary_folder folder;
    const auto file = folder.path() / "received";
    const child listener(
        {"sh", "-c", "exec mosquitto_sub -p " + port + " -t town/notify -C 1 >" + file.string()});
    std::this_thread::sleep_for(300ms); // a subscriber shows nowhere that it is there
    town here(database);
    here.subscribe("mqtt://127.0.0.1:" + port + "/town/notify",
                   R"({"notification": {"format": "keyValues", "endpoint": {"notifierInfo":
                       [{"key": "MQTT-QoS", "value": "1"}]}}})");
    here.put("urn:v:1", 10);
    std::string text;
    for (int i = 0; i < 200 && (text.empty() || text.back() != '\n'); ++i) {
        std::this_thread::sleep_for(25ms);
        std::ifstream in(file);
        text.assign(std::istreambuf_iterator<char>(in), {});
    }
    const auto message = parse_json(text);
    ASSERT_TRUE(message) << text;
    EXPECT_EQ((*message)["metadata"]["Content-Type"], "application/json");
    EXPECT_EQ((*message)["body"]["data"],
              parsed(R"([{"id": "urn:v:1", "type": "Vehicle", "speed": 10}])"));
}

} // namespace
} // namespace meridian::subscription::test
