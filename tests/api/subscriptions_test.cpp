/// Clauses 6.10, 6.11: the resources subscriptions/ and subscriptions/{subscriptionId}, and the
/// notifications that arrive over HTTP (6.3.9) and MQTT (clause 7).
#include "api/support.hpp"

#include "support/receiver.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <sstream>

namespace meridian::api::test {
namespace {

using meridian::test::child_process;
using meridian::test::receiver;
using meridian::test::temporary_folder;

const std::string core = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld";

json subscription_to(const std::string& uri, const std::string& id = "urn:ngsi-ld:Subscription:1") {
    return {{"id", id},
            {"type", "Subscription"},
            {"entities", list(json{{"type", "Room"}})},
            {"notification", {{"endpoint", {{"uri", uri}}}}}};
}

const std::string path_of_first = subscriptions + "/urn:ngsi-ld:Subscription:1";

/// What an answer shows of those members that `expected` has.
json projected(const json& shown, const json& expected) {
    if (!shown.is_object() || !expected.is_object())
        return shown;
    auto out = json::object();
    for (const auto& [name, member] : expected.items())
        if (shown.contains(name))
            out[name] = projected(shown[name], member);
    return out;
}

TEST(clause_6_10_3_1_create_subscription, answers_201_and_it_is_shown) {
    const auto client = fresh_tenant();
    EXPECT_EQ(show(client.post(subscriptions, subscription_to("http://127.0.0.1:9/n"))),
              created("/ngsi-ld/v1/subscriptions/urn:ngsi-ld:Subscription:1"));
    const auto answer = client.get(path_of_first);
    EXPECT_EQ(answer.status, 200U);
    const auto expected = subscription_to("http://127.0.0.1:9/n");
    EXPECT_EQ(projected(answer.content(), expected), expected) << answer;
    EXPECT_EQ(answer.content()["status"], "active") << answer;
    EXPECT_EQ(client.get(subscriptions).content(), list(answer.content()));
}

TEST(clause_5_8_1_create_subscription, the_same_id_again_is_409) {
    const auto client = fresh_tenant();
    const auto payload = subscription_to("http://127.0.0.1:9/n");
    EXPECT_EQ(client.post(subscriptions, payload).status, 201U);
    EXPECT_EQ(kind_of(client.post(subscriptions, payload)), "409 AlreadyExists");
}

TEST(clause_6_11_3_subscription, is_updated_and_deleted) {
    const auto client = fresh_tenant();
    EXPECT_EQ(client.post(subscriptions, subscription_to("http://127.0.0.1:9/n")).status, 201U);
    EXPECT_EQ(show(client.patch(path_of_first, {{"description", "d"}, {"isActive", false}})),
              no_content());
    const auto changed = client.get(path_of_first).content();
    EXPECT_EQ(changed["description"], "d");
    EXPECT_EQ(changed["status"], "paused");
    EXPECT_EQ(show(client.remove(path_of_first)), no_content());
    for (const auto& answer : {client.get(path_of_first), client.remove(path_of_first),
                               client.patch(path_of_first, {{"description", "d"}})})
        EXPECT_EQ(kind_of(answer), "404 ResourceNotFound");
}

TEST(clause_6_10_3_2_query_subscriptions, are_counted_and_paged) {
    const auto client = fresh_tenant();
    for (const auto* id : {"urn:s:1", "urn:s:2", "urn:s:3"})
        EXPECT_EQ(client.post(subscriptions, subscription_to("http://127.0.0.1:9/n", id)).status,
                  201U);
    const auto answer = client.get(subscriptions + "?limit=2&count=true");
    EXPECT_EQ(answer.content().size(), 2U);
    EXPECT_EQ(answer.header("NGSILD-Results-Count"), "3");
    EXPECT_EQ(client.get(subscriptions + "?limit=2&offset=2").content().size(), 1U);
    // With and without the slash it is one resource.
    const auto with_slash = show(client.get(subscriptions + "/?limit=1"));
    EXPECT_NE(with_slash.find("link: </ngsi-ld/v1/subscriptions?limit=1&offset=1>; rel=\"next\"; "
                              "type=\"application/json\""),
              std::string::npos)
        << with_slash;
}

TEST(clause_5_8_1_create_subscription, what_is_wrong_is_400_and_nothing_is_made) {
    const auto client = fresh_tenant();
    auto no_endpoint = subscription_to("x");
    no_endpoint["notification"].erase("endpoint");
    auto bad_q = subscription_to("http://127.0.0.1:9/n");
    bad_q["q"] = "a>";
    auto bad_context = subscription_to("http://127.0.0.1:9/n");
    bad_context["jsonldContext"] = "unknownContext";
    for (const auto& wrong :
         {no_endpoint, bad_q, bad_context, subscription_to("ftp://example.org/n"),
          subscription_to("http://127.0.0.1:9/n", "no uri")})
        EXPECT_EQ(kind_of(client.post(subscriptions, wrong)), "400 BadRequestData") << wrong;
    EXPECT_EQ(show(client.get(subscriptions)), ok(json::array()));
}

TEST(clause_5_8_6_notification, a_change_is_posted_to_the_endpoint) {
    receiver endpoint;
    const auto client = fresh_tenant();
    auto wanted = subscription_to(endpoint.url("/n"));
    wanted["notification"]["endpoint"]["receiverInfo"] =
        list(json{{"key", "X-Secret"}, {"value", "42"}});
    EXPECT_EQ(client.post(subscriptions, wanted).status, 201U);
    EXPECT_EQ(client.post(entities, room()).status, 201U);
    const auto requests = endpoint.wait_for(1);
    ASSERT_EQ(requests.size(), 1U);
    const auto& first = requests.front();
    EXPECT_EQ(first.method, "POST");
    EXPECT_EQ(first.target, "/n");
    EXPECT_EQ(first.headers.at("content-type"), "application/json");
    EXPECT_EQ(first.headers.at("x-secret"), "42");
    EXPECT_TRUE(first.headers.at("ngsild-tenant").starts_with("tenant_"));
    EXPECT_NE(first.headers.at("link").find(core), std::string::npos);
    auto body = first.content();
    EXPECT_TRUE(body["id"].get<std::string>().starts_with("urn:")) << body;
    body.erase("id");
    body["notifiedAt"] = "then";
    EXPECT_EQ(shown(0, body), shown(0, {{"type", "Notification"},
                                        {"subscriptionId", "urn:ngsi-ld:Subscription:1"},
                                        {"notifiedAt", "then"},
                                        {"data", list(room())}}));
    EXPECT_TRUE(meridian::test::wait_for([&] {
        const auto now = client.get(path_of_first).content()["notification"];
        return now.contains("timesSent") && now["timesSent"] == 1 && now["status"] == "ok" &&
               now.contains("lastSuccess");
    })) << client.get(path_of_first);
}

TEST(clause_5_8_6_notification, only_what_matches_is_notified) {
    receiver endpoint;
    const auto client = fresh_tenant();
    auto wanted = subscription_to(endpoint.url());
    wanted["watchedAttributes"] = list("temperature");
    wanted["q"] = "temperature>25";
    wanted["notification"]["attributes"] = list("temperature");
    wanted["notification"]["format"] = "simplified";
    wanted["notification"]["endpoint"]["accept"] = "application/ld+json";
    EXPECT_EQ(client.post(subscriptions, wanted).status, 201U);
    EXPECT_EQ(client.post(entities, room()).status, 201U);
    const auto attributes = entities + "/urn:ngsi-ld:Room:1/attrs";
    EXPECT_EQ(client.patch(attributes + "/temperature", {{"value", 24}}).status, 204U);
    EXPECT_EQ(client.post(attributes, {{"other", 99}}).status, 204U);
    EXPECT_EQ(client.patch(attributes + "/temperature", {{"value", 30}}).status, 204U);
    EXPECT_EQ(client.patch(attributes + "/temperature", {{"value", 31}}).status, 204U);
    const auto requests = endpoint.wait_for(2);
    ASSERT_EQ(requests.size(), 2U);
    for (int i = 0; i < 2; ++i) {
        const auto body = requests[static_cast<std::size_t>(i)].content();
        const json expected{{"id", "urn:ngsi-ld:Room:1"},
                            {"type", "Room"},
                            {"temperature", 30 + i},
                            {"@context", core}};
        EXPECT_EQ(body["data"], list(expected));
        EXPECT_TRUE(body.contains("@context")) << body;
    }
}

TEST(clause_5_8_1_create_subscription, a_percent_encoded_q_is_understood) {
    const auto client = fresh_tenant();
    auto wanted = subscription_to("http://127.0.0.1:9/n");
    wanted["q"] = "temperature%3E25";
    EXPECT_EQ(client.post(subscriptions, wanted).status, 201U);
    EXPECT_EQ(client.get(path_of_first).content()["q"], "temperature>25");
}

TEST(clause_5_8_6_notification, an_endpoint_that_fails_is_tried_again_and_marked) {
    std::atomic<int> count = 0;
    receiver endpoint([&](const meridian::test::received&) {
        return meridian::test::reply{++count == 1 ? 500U : 200U, "", "text/plain", ""};
    });
    const auto client = fresh_tenant();
    EXPECT_EQ(client.post(subscriptions, subscription_to(endpoint.url())).status, 201U);
    EXPECT_EQ(client.post(entities, room()).status, 201U);
    const auto requests = endpoint.wait_for(2, std::chrono::seconds(20));
    ASSERT_EQ(requests.size(), 2U);
    EXPECT_EQ(requests[0].content()["data"], requests[1].content()["data"]);
}

std::uint16_t free_port() {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(socket, reinterpret_cast<const sockaddr*>(&address), size);
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
    ::close(socket);
    return ntohs(address.sin_port);
}

/// A mosquitto on loopback with a subscriber that writes each message as "topic|QoS|properties|
/// payload" and a line's end.
class mqtt_listener {
public:
    mqtt_listener() {
        const auto port = std::to_string(port_);
        std::ofstream(folder_.path() / "conf")
            << "listener " << port << " 127.0.0.1\nallow_anonymous true\nuser root\n";
        broker_ = std::make_unique<child_process>(
            std::vector<std::string>{"/usr/sbin/mosquitto", "-c",
                                     (folder_.path() / "conf").string()},
            folder_.path() / "broker");
        // The first message is the listener's own: then it listens.
        EXPECT_TRUE(meridian::test::wait_for(
            [&] { return meridian::test::raw_connection(port_).send("x"); }));
        listener_ = std::make_unique<child_process>(
            std::vector<std::string>{"mosquitto_sub", "-h", "127.0.0.1", "-p", port, "-V", "mqttv5",
                                     "-q", "2", "-t", "#", "-F", "%t|%q|%P|%p"},
            folder_.path() / "messages");
        EXPECT_TRUE(meridian::test::wait_for([&] {
            child_process hello(
                {"mosquitto_pub", "-h", "127.0.0.1", "-p", port, "-t", "hello", "-m", "x"},
                folder_.path() / "hello");
            hello.wait();
            return text().find("hello|") != std::string::npos;
        }));
    }
    [[nodiscard]] std::string text() const {
        std::ostringstream out;
        out << std::ifstream(folder_.path() / "messages").rdbuf();
        return out.str();
    }
    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    temporary_folder folder_;
    std::uint16_t port_ = free_port();
    std::unique_ptr<child_process> broker_;
    std::unique_ptr<child_process> listener_;
};

TEST(clause_7_2_mqtt_notification, a_change_is_published_with_its_metadata) {
    mqtt_listener mqtt;
    const auto client = fresh_tenant();
    auto wanted =
        subscription_to("mqtt://127.0.0.1:" + std::to_string(mqtt.port()) + "/city/rooms");
    wanted["notification"]["endpoint"]["notifierInfo"] =
        list(json{{"key", "MQTT-Version"}, {"value", "mqtt5.0"}},
             json{{"key", "MQTT-QoS"}, {"value", "1"}});
    EXPECT_EQ(client.post(subscriptions, wanted).status, 201U);
    EXPECT_EQ(client.post(entities, room()).status, 201U);
    std::string line;
    EXPECT_TRUE(meridian::test::wait_for([&] {
        const auto text = mqtt.text();
        const auto at = text.find("city/rooms|");
        if (at == std::string::npos || text.find('\n', at) == std::string::npos)
            return false;
        line = text.substr(at, text.find('\n', at) - at);
        return true;
    })) << mqtt.text();
    EXPECT_TRUE(line.starts_with("city/rooms|1|")) << line;
    const auto message = json::parse(line.substr(line.find('{')), nullptr, false);
    ASSERT_TRUE(message.is_object()) << line;
    EXPECT_EQ(shown(0, message["body"]["data"]), shown(0, list(room()))) << line;
    EXPECT_EQ(message["body"]["type"], "Notification") << line;
    EXPECT_EQ(message["metadata"]["Content-Type"], "application/json") << line;
}

} // namespace
} // namespace meridian::api::test
