/// Policies of the history on the admin listener, and what the API answers under them: an extension
/// (docs/history-policies.md).
#include "api/support.hpp"

#include "meridian/base/time.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace meridian::api::test {
namespace {

const std::string policies = "/history-policies";
const std::string core = "https://uri.etsi.org/ngsi-ld/default-context/";

std::uint16_t free_port() {
    boost::asio::io_context loop;
    const boost::asio::ip::tcp::endpoint any{boost::asio::ip::address_v4::loopback(), 0};
    return boost::asio::ip::tcp::acceptor(loop, any).local_endpoint().port();
}

/// A tenant of its own in a broker with an admin listener.
struct administered {
    administered() { EXPECT_EQ(client.post(entities, room()).status, 201U); }

    static std::uint16_t admin_port() {
        static const std::uint16_t port = free_port();
        return port;
    }
    static meridian::test::meridian_process& broker() {
        static meridian::test::meridian_process running(
            {"--admin-port", std::to_string(admin_port())});
        return running;
    }
    std::string tenant = meridian::test::fresh_tenant_name();
    http_client client{broker().port(), {{"NGSILD-Tenant", tenant}}};
    http_client admin{admin_port(), {{"NGSILD-Tenant", tenant}}};
};

/// The day of today in UTC, and so many before.
timestamp days_ago(int days) {
    return std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()) -
           std::chrono::days{days};
}

std::string status_and_body(const http_answer& answer) {
    return std::to_string(answer.status) + " " + answer.body;
}

json policy(const std::string& attribute) {
    return json{
        {"type", "Station"},
        {"attribute", attribute},
        {"rawDays", 30},
        {"rollUps", list(json{{"period", "PT1H"}, {"days", 365}}, json{{"period", "P1D"}})}};
}

/// A Station with a number every six hours, that of the hour, of these days.
json station(int first, int last) {
    auto instances = json::array();
    for (int day = first; day >= last; --day)
        for (int hour = 0; hour < 24; hour += 6)
            instances.push_back(
                {{"type", "Property"},
                 {"value", hour},
                 {"observedAt", to_text(days_ago(day) + std::chrono::hours{hour})}});
    return json{{"id", "urn:x:station"}, {"type", "Station"}, {"temperature", instances}};
}

} // namespace

TEST(history_policies_resource, creates_shows_replaces_and_deletes) {
    const administered on;
    const auto& admin = on.admin;
    const auto created = admin.post(policies, policy("temperature"));
    ASSERT_EQ(created.status, 201U) << created;
    const std::string place{created.header("Location")};
    ASSERT_TRUE(place.starts_with(policies + "/")) << created;
    json shown{{"id", place.substr(policies.size() + 1)},
               {"type", core + "Station"},
               {"attribute", core + "temperature"},
               {"rawDays", 30},
               {"rollUps", policy("")["rollUps"]}};
    auto found = admin.get(place).content();
    found.erase("state");
    EXPECT_EQ(found, shown);
    EXPECT_EQ(kind_of(admin.post(policies, policy("temperature"))), "409 AlreadyExists");
    EXPECT_EQ(admin.post(policies, policy("urn:x:load")).status, 201U);
    EXPECT_EQ(admin.get(policies).content().size(), 2U);
    EXPECT_EQ(admin.put(place, json{{"rollUps", list(json{{"period", "PT1M"}})}}).status, 204U);
    shown.erase("rawDays");
    shown["rollUps"] = list(json{{"period", "PT1M"}});
    found = admin.get(place).content();
    found.erase("state");
    EXPECT_EQ(found, shown);
    EXPECT_EQ(admin.remove(place).status, 204U);
    EXPECT_EQ(kind_of(admin.get(place)), "404 ResourceNotFound");
    EXPECT_EQ(kind_of(admin.remove(place)), "404 ResourceNotFound");
    EXPECT_EQ(admin.get(policies).content().size(), 1U);
    EXPECT_EQ(admin.post(policies, policy("temperature")).status, 201U) << "it may come again";
}

TEST(history_policies_resource, refuses_what_is_no_policy_and_names_it) {
    const administered on;
    const auto& admin = on.admin;
    const auto changed = [](const char* member, json value) {
        auto made = policy("temperature");
        made[member] = std::move(value);
        return made;
    };
    auto nothing = policy("temperature");
    nothing.erase("rawDays");
    nothing.erase("rollUps");
    const std::vector<std::pair<json, std::string>> rows{
        {changed("rawDays", 0), "/rawDays"},
        {changed("rawDays", 1.5), "/rawDays"},
        {changed("rawDays", "30"), "/rawDays"},
        {changed("rawDays", 99'999'999'999), "/rawDays"},
        {changed("rollUps", "PT1H"), "/rollUps"},
        {changed("rollUps", list("PT1H")), "/rollUps/0"},
        {changed("rollUps", list(json{{"period", "PT2H"}})), "/rollUps/0/period"},
        {changed("rollUps", list(json{{"period", "P1D"}, {"days", -1}})), "/rollUps/0/days"},
        {changed("rollUps", list(json{{"period", "P1D"}, {"keep", 1}})), "/rollUps/0/keep"},
        {changed("rollUps", list(json{{"period", "P1D"}}, json{{"period", "P1D"}})), ""},
        {changed("attribute", "id"), "/attribute"},
        {changed("attribute", 5), "/attribute"},
        {changed("type", ""), "/type"},
        {changed("colour", "red"), "/colour"},
        {nothing, ""},
    };
    for (const auto& [body, pointer] : rows) {
        const auto answer = admin.post(policies, body);
        EXPECT_EQ(kind_of(answer), "400 BadRequestData") << body;
        EXPECT_EQ(answer.content().value("pointer", ""), pointer) << body;
    }
    EXPECT_EQ(kind_of(admin.post(policies, json::array())), "400 InvalidRequest");
    EXPECT_EQ(kind_of(admin.get(policies + "/nonsense")), "404 ResourceNotFound");
    EXPECT_EQ(kind_of(admin.get(policies + "/4/5")), "404 ResourceNotFound");
    EXPECT_EQ(admin.remove(policies).status, 405U);
    EXPECT_EQ(admin.post(policies + "/4", nothing).status, 405U);
    const http_client stranger(administered::admin_port(), {{"NGSILD-Tenant", "nobody"}});
    EXPECT_EQ(kind_of(stranger.get(policies)), "404 NonexistentTenant");
    EXPECT_EQ(admin.get(policies).content(), json::array()) << "nothing has changed";
    EXPECT_EQ(on.client.get(policies).status, 404U) << "not on the API's port";
}

TEST(history_policies_of_the_configuration, come_into_force_and_old_instances_are_rolled_up) {
    meridian::test::meridian_process broker;
    {
        const http_client client(broker.port());
        ASSERT_EQ(client.post(temporal, station(20, 1)).status, 201U);
    }
    ASSERT_EQ(broker.stop(), 0);
    broker.start({"--history-policies", "Station/temperature=raw:5;P1D"});
    const http_client client(broker.port());
    const auto asked = [&](int from, int until, const std::string& more) {
        return client.get(temporal +
                          "/urn:x:station?timerel=between&timeAt=" + to_text(days_ago(from)) +
                          "&endTimeAt=" + to_text(days_ago(until)) + more);
    };
    const auto instances = [&] { return asked(20, 19, ""); };
    ASSERT_TRUE(meridian::test::wait_for([&] { return instances().status == 400U; }))
        << status_and_body(instances());
    EXPECT_NE(instances().content()["detail"].get<std::string>().find("the instances of '" + core +
                                                                      "temperature' before 2"),
              std::string::npos)
        << instances();
    const auto daily = asked(20, 18,
                             "&format=aggregatedValues&aggrMethods=totalCount,sum,avg,min,max,"
                             "stddev,sumsq&aggrPeriodDuration=P1D");
    ASSERT_EQ(daily.status, 200U) << daily;
    const auto told = daily.content()["temperature"];
    const auto first = to_text(days_ago(20));
    const auto second = to_text(days_ago(19));
    EXPECT_EQ(told["totalCount"][0], list(4, first, second));
    EXPECT_EQ(told["sum"][0], list(36, first, second));
    EXPECT_EQ(told["avg"][1], list(9, second, to_text(days_ago(18))));
    EXPECT_EQ(told["min"][0][0], 0);
    EXPECT_EQ(told["max"][0][0], 18);
    EXPECT_EQ(told["sumsq"][0][0], 504);
    EXPECT_NEAR(told["stddev"][0][0].get<double>(), 6.708203932499369, 1e-12);
    EXPECT_EQ(
        kind_of(asked(20, 18, "&format=aggregatedValues&aggrMethods=sum&aggrPeriodDuration=PT1H")),
        "400 BadRequestData");
    EXPECT_EQ(asked(3, 2, "").status, 200U);
    EXPECT_EQ(client.get(temporal + "/urn:x:station").status, 200U) << "what there is";
}

TEST(history_policies_of_the_configuration, may_be_a_table_of_the_file) {
    const std::string file = testing::TempDir() + "history-policy-" + std::to_string(getpid());
    std::ofstream(file) << "[[history-policy]]\ntype = \"Station\"\nattribute = \"temperature\"\n"
                           "raw-days = 5\nroll-ups = [{period = \"P1D\"}]\n";
    meridian::test::meridian_process broker;
    {
        const http_client client(broker.port());
        ASSERT_EQ(client.post(temporal, station(20, 1)).status, 201U);
    }
    ASSERT_EQ(broker.stop(), 0);
    broker.start({"--config", file});
    std::filesystem::remove(file);
    const http_client client(broker.port());
    const auto instances = [&] {
        return client.get(temporal +
                          "/urn:x:station?timerel=before&timeAt=" + to_text(days_ago(19)));
    };
    ASSERT_TRUE(meridian::test::wait_for([&] { return instances().status == 400U; }))
        << status_and_body(instances());
}

TEST(as_of_reads_under_history_policies, do_not_guess_what_is_gone) {
    meridian::test::meridian_process broker;
    const auto observed = [](int value, int days) {
        return json{
            {"type", "Property"}, {"value", value}, {"observedAt", to_text(days_ago(days))}};
    };
    const std::string id = "urn:x:station";
    std::string before;
    std::string after;
    {
        const http_client client(broker.port());
        const json entity{{"id", id},
                          {"type", "Station"},
                          {"temperature", observed(1, 20)},
                          {"load", observed(1, 0)}};
        ASSERT_EQ(client.post(entities, entity).status, 201U);
        before = stored(client, id)["modifiedAt"];
        ASSERT_EQ(
            client.patch(entities + "/" + id + "/attrs", json{{"temperature", observed(2, 0)}})
                .status,
            204U);
        after = stored(client, id)["modifiedAt"];
        ASSERT_EQ(
            client.patch(entities + "/" + id + "/attrs", json{{"load", observed(3, 0)}}).status,
            204U);
        EXPECT_EQ(client.get(entities + "/" + id + "?asOf=" + before).status, 200U);
        ASSERT_EQ(client.post(temporal, station(20, 15)).status, 204U);
    }
    ASSERT_EQ(broker.stop(), 0);
    broker.start({"--history-policies", "Station/temperature=raw:5"});
    const http_client client(broker.port());
    const auto gone = [&] {
        return client.get(temporal + "/" + id + "?timerel=after&timeAt=" + to_text(days_ago(20)));
    };
    const auto is_gone = [&] {
        return gone().status == 400U &&
               client.get(temporal + "/" + id).body.find(to_text(days_ago(20))) ==
                   std::string::npos;
    };
    ASSERT_TRUE(meridian::test::wait_for(is_gone)) << client.get(temporal + "/" + id);
    EXPECT_EQ(kind_of(client.get(entities + "/" + id + "?asOf=" + before)), "400 BadRequestData");
    const auto answer = client.get(entities + "/" + id + "?asOf=" + after);
    ASSERT_EQ(answer.status, 200U) << answer;
    EXPECT_EQ(answer.content()["temperature"]["value"], 2);
    EXPECT_EQ(answer.content()["load"]["value"], 1);
}

} // namespace meridian::api::test
