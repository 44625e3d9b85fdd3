/// The broker behind an IoT agent built on Telefónica's iotagent-node-lib: an exclusive
/// Registration (4.3.6.3) whose lazy Attributes are read, and whose commands are written, by
/// forwarding; the agent writes measures and the outcome of commands into the broker.
#include "api/support.hpp"
#include "support/receiver.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace meridian::api::test {
namespace {

using meridian::test::child_process;
using meridian::test::fresh_tenant_name;
using meridian::test::received;
using meridian::test::receiver;
using meridian::test::reply;
using meridian::test::temporary_folder;
using meridian::test::wait_for;

const std::string lamp = "urn:ngsi-ld:Lamp:1";
const std::string core = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.8.jsonld";

/// A client of a tenant with nothing in it, and its name.
struct lamp_owner {
    std::string tenant = fresh_tenant_name();
    http_client client{shared_broker().port(), {{"NGSILD-Tenant", tenant}}};
    lamp_owner() {
        EXPECT_EQ(client.post(entities, {{"id", "urn:x:first"}, {"type", "First"}}).status, 201U);
    }
};

json property(const json& value) {
    return {{"type", "Property"}, {"value", value}};
}

/// The lamp as it is to be shown: what the broker has, and what the agent tells of it.
json lit(json attributes) {
    json all{{"id", lamp}, {"type", "Lamp"}};
    for (auto& [name, value] : attributes.items())
        all[name] = property(value);
    return all;
}

/// Whether the lamp's Attributes come to be those values.
bool becomes(const http_client& client, const json& wanted) {
    return wait_for([&] {
        const auto answer = client.get(entities + "/" + lamp + "?format=simplified");
        return shown(0, answer.content()) == shown(0, wanted);
    });
}

/// What a user does with a lamp that an agent has registered and measured.
void use_lamp(const http_client& client) {
    const auto one = entities + "/" + lamp;
    const auto found = client.get("/ngsi-ld/v1/csourceRegistrations?type=Lamp").content();
    ASSERT_EQ(found.size(), 1U) << found;
    EXPECT_EQ(found[0]["mode"], "exclusive");
    EXPECT_EQ(found[0]["information"],
              list(json{{"entities", list(json{{"id", lamp}, {"type", "Lamp"}})},
                        {"propertyNames", {"luminosity", "switch"}}}));

    const json dark{{"power", 5}, {"luminosity", 417}, {"switch", ""}};
    EXPECT_EQ(show(client.get(one)), ok(lit(dark)));
    EXPECT_EQ(show(client.get(one + "?attrs=luminosity")), ok(lit({{"luminosity", 417}})));
    EXPECT_EQ(show(client.get(entities + "?type=Lamp")), ok(list(lit(dark))));

    EXPECT_EQ(show(client.patch(one + "/attrs/switch", property("on"))), no_content());
    json seen{{"id", lamp},
              {"type", "Lamp"},
              {"power", 5},
              {"luminosity", 417},
              {"switch", ""},
              {"switch_status", "OK"},
              {"switch_info", "is on"}};
    EXPECT_TRUE(becomes(client, seen)) << client.get(one);

    // 5.6.2.4: each part goes to where it belongs.
    const json both{{"switch", property("off")}, {"power", property(6)}};
    EXPECT_EQ(client.patch(one + "/attrs", both).status, 204U);
    seen["power"] = 6;
    seen["switch_info"] = "is off";
    EXPECT_TRUE(becomes(client, seen)) << client.get(one);

    // The agent registers updateOps, which mergeEntity is not part of (4.20).
    const auto merged = client.patch(one, json{{"switch", property("dim")}});
    EXPECT_EQ(kind_of(merged), "409 Conflict") << merged;
    EXPECT_TRUE(becomes(client, seen)) << client.get(one);
}

/// 6.3.17: an agent that is down leaves what the broker itself has, and a warning.
void use_lamp_alone(const http_client& client) {
    const auto one = entities + "/" + lamp;
    const auto alone = client.get(one);
    EXPECT_EQ(alone.status, 200U);
    EXPECT_NE(alone.header("NGSILD-Warning"), "") << alone;
    EXPECT_EQ(shown(0, alone.content()),
              shown(0, lit({{"power", 6}, {"switch_status", "OK"}, {"switch_info", "is off"}})));
    EXPECT_GE(client.patch(one + "/attrs/switch", property("on")).status, 500U);
}

std::string text_of(const std::filesystem::path& file) {
    std::ostringstream out;
    out << std::ifstream(file).rdbuf();
    return out.str();
}

TEST(clause_4_3_6_3_iot_agent, a_lamp_of_an_agent_built_on_iotagent_node_lib_is_read_and_switched) {
    const std::filesystem::path modules = MERIDIAN_SOURCE_DIR "/build/iot-agent/node_modules";
    if (!std::filesystem::exists(modules / "iotagent-node-lib"))
        GTEST_SKIP() << "no iotagent-node-lib in " << modules << " (scripts/test)";
    const lamp_owner owner;
    receiver place;
    const auto port = std::to_string(place.port());
    place.close();
    const temporary_folder folder;
    child_process agent({"env", "NODE_PATH=" + modules.string(), "node",
                         MERIDIAN_SOURCE_DIR "/tests/tools/iot_agent.js",
                         std::to_string(shared_broker().port()), port, owner.tenant, core},
                        folder.path() / "agent");
    ASSERT_TRUE(wait_for([&] {
        return !agent.runs() || text_of(folder.path() / "agent").find("ready") != std::string::npos;
    }));
    ASSERT_TRUE(agent.runs()) << text_of(folder.path() / "agent")
                              << text_of(folder.path() / "agent.err");
    use_lamp(owner.client);
    agent.signal(SIGTERM);
    agent.wait();
    use_lamp_alone(owner.client);
}

/// Speaks as iotagent-node-lib 4.14 does on the wire: for where that cannot be installed.
class agent_like_peer {
public:
    explicit agent_like_peer(const lamp_owner& owner)
        : broker_(shared_broker().port(), {{"fiware-service", owner.tenant},
                                           {"fiware-servicepath", "/"},
                                           {"Content-Type", "application/ld+json"},
                                           {"NGSILD-Tenant", owner.tenant},
                                           {"NGSILD-Path", "/"}}) {
        const auto registered = broker_.post(
            "/ngsi-ld/v1/csourceRegistrations/",
            json{{"type", "ContextSourceRegistration"},
                 {"information", list(json{{"entities", list(json{{"type", "Lamp"}, {"id", lamp}})},
                                           {"propertyNames", {"luminosity", "switch"}}})},
                 {"mode", "exclusive"},
                 {"operations", {"retrieveOps", "updateOps"}},
                 {"endpoint", listener_.url("")},
                 {"contextSourceInfo", list(json{{"key", "jsonldContext"}, {"value", core}})},
                 {"@context", core}});
        EXPECT_EQ(registered.status, 201U) << registered;
        EXPECT_NE(registered.header("Location"), "");
        EXPECT_EQ(tell({{"power", 5}}), 201U);
    }
    [[nodiscard]] std::vector<std::string> asked() const {
        std::vector<std::string> lines;
        for (const auto& one : listener_.requests())
            lines.push_back(one.method + " " + one.target + " " + one.body);
        return lines;
    }
    void close() { listener_.close(); }

private:
    /// Writes values of the lamp into the broker.
    unsigned tell(const json& values) const {
        json told{{"@context", core}};
        told.update(lit(values));
        return broker_.post("/ngsi-ld/v1/entityOperations/upsert/?options=update", list(told))
            .status;
    }
    reply answer(const received& asked) const {
        const auto path = asked.target.substr(0, asked.target.find('?'));
        if (asked.method == "GET")
            return {.status = 200, .body = query(asked), .content_type = "application/json"};
        if (asked.method != "PATCH" || path.find("/attrs") == std::string::npos)
            return {.status = 501, .body = ""};
        const auto body = asked.content();
        const auto command = path.ends_with("/attrs") ? body.value("switch", json()) : body;
        EXPECT_EQ(tell({{"switch_status", "OK"},
                        {"switch_info", "is " + command.value("value", std::string())}}),
                  204U);
        return {.status = 204, .body = ""};
    }
    static std::string query(const received& asked) {
        auto shown = json::object({{"id", lamp}, {"type", "Lamp"}});
        if (asked.target.find("luminosity") != std::string::npos)
            shown["luminosity"] = property(417);
        if (asked.target.find("switch") != std::string::npos)
            shown["switch"] = property("");
        // The library answers /entities with an array where an id is asked for.
        return to_text(asked.target.find("/entities?") != std::string::npos ? list(shown) : shown);
    }

    http_client broker_;
    receiver listener_{[this](const received& asked) { return answer(asked); }};
};

TEST(clause_4_3_6_3_iot_agent, a_lamp_of_a_peer_that_speaks_as_that_library_is_read_and_switched) {
    const lamp_owner owner;
    agent_like_peer peer(owner);
    use_lamp(owner.client);
    const auto asked = peer.asked();
    const auto path = "/ngsi-ld/v1/entities/" + lamp;
    EXPECT_THAT(asked,
                testing::Contains("PATCH " + path + "/attrs/switch " + to_text(property("on"))));
    EXPECT_THAT(asked, testing::Contains("PATCH " + path + "/attrs " +
                                         to_text(json{{"switch", property("off")}})));
    peer.close();
    use_lamp_alone(owner.client);
}

} // namespace
} // namespace meridian::api::test
