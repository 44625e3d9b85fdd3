/// Clauses 5.7.5–5.7.10 by way of 5.7.11, and queryBatch (4.20), where Registrations match, with
/// real brokers: A has the Registrations, B is the Context Source.
#include "api/support.hpp"
#include "support/receiver.hpp"

namespace meridian::api::test {
namespace {

using meridian::test::fresh_tenant_name;
using meridian::test::meridian_process;
using meridian::test::received;
using meridian::test::receiver;
using meridian::test::reply;

const std::string types = "/ngsi-ld/v1/types";
const std::string attributes = "/ngsi-ld/v1/attributes";
const std::string in_default = "https://uri.etsi.org/ngsi-ld/default-context/";

json property(const json& value) {
    return {{"type", "Property"}, {"value", value}};
}

json relationship(const std::string& object) {
    return {{"type", "Relationship"}, {"object", object}};
}

/// A tenant of A with a Car, one of B with a Car and a Ship, and what A says when it is asked.
class with_source : public testing::Test {
protected:
    with_source() {
        static meridian_process second;
        http_client there{second.port(), {{"NGSILD-Tenant", other_}}};
        source_ = "http://127.0.0.1:" + std::to_string(second.port());
        EXPECT_EQ(
            a_.post(entities, {{"id", "urn:x:1"}, {"type", "Car"}, {"speed", property(1)}}).status,
            201U);
        EXPECT_EQ(there
                      .post(entities, {{"id", "urn:x:2"},
                                       {"type", "Car"},
                                       {"speed", relationship("urn:x:3")},
                                       {"colour", property("red")}})
                      .status,
                  201U);
        EXPECT_EQ(
            there.post(entities, {{"id", "urn:x:3"}, {"type", "Ship"}, {"speed", property(3)}})
                .status,
            201U);
    }
    void enrol(const std::string& endpoint, const json& operations, const std::string& type,
               const std::string& id) {
        const auto answer =
            a_.post("/ngsi-ld/v1/csourceRegistrations",
                    {{"id", id},
                     {"type", "ContextSourceRegistration"},
                     {"endpoint", endpoint},
                     {"tenant", other_},
                     {"operations", operations},
                     {"information", list(json{{"entities", list(json{{"type", type}})}})}});
        ASSERT_EQ(answer.status, 201U) << answer;
    }
    void enrol_source() {
        enrol(source_, list("federationOps"), "Car", "urn:csr:1");
        enrol(source_, list("federationOps"), "Ship", "urn:csr:2"); // is not asked twice
    }

    std::string other_ = fresh_tenant_name();
    http_client a_{shared_broker().port(), {{"NGSILD-Tenant", fresh_tenant_name()}}};
    std::string source_;
};

using clause_5_7_11_discovery = with_source;
using clause_4_20_query_batch = with_source;

TEST_F(clause_5_7_11_discovery, lists_are_those_of_all_places) {
    EXPECT_EQ(a_.get(types).content()["typeList"], list("Car"));
    enrol_source();
    EXPECT_EQ(show(a_.get(types)), ok({{"id", "urn:ngsi-ld:EntityTypeList:meridian"},
                                       {"type", "EntityTypeList"},
                                       {"typeList", {"Car", "Ship"}}}));
    EXPECT_EQ(show(a_.get(attributes)), ok({{"id", "urn:ngsi-ld:AttributeList:meridian"},
                                            {"type", "AttributeList"},
                                            {"attributeList", {"colour", "speed"}}}));
    EXPECT_EQ(a_.get(types + "?local=true").content()["typeList"], list("Car"));
    EXPECT_EQ(a_.get(attributes + "?local=true").content()["attributeList"], list("speed"));
}

TEST_F(clause_5_7_11_discovery, details_of_all_places_become_one) {
    enrol_source();
    EXPECT_EQ(show(a_.get(types + "?details=true")),
              ok(list(json{{"id", in_default + "Car"},
                           {"type", "EntityType"},
                           {"typeName", "Car"},
                           {"attributeNames", {"colour", "speed"}}},
                      json{{"id", in_default + "Ship"},
                           {"type", "EntityType"},
                           {"typeName", "Ship"},
                           {"attributeNames", list("speed")}})));
    EXPECT_EQ(
        show(a_.get(types + "/Car")),
        ok({{"id", in_default + "Car"},
            {"type", "EntityTypeInfo"},
            {"typeName", "Car"},
            {"entityCount", 2},
            {"attributeDetails", list(json{{"id", in_default + "colour"},
                                           {"type", "Attribute"},
                                           {"attributeName", "colour"},
                                           {"attributeTypes", list("Property")}},
                                      json{{"id", in_default + "speed"},
                                           {"type", "Attribute"},
                                           {"attributeName", "speed"},
                                           {"attributeTypes", {"Property", "Relationship"}}})}}));
    EXPECT_EQ(show(a_.get(attributes + "/speed")),
              ok({{"id", in_default + "speed"},
                  {"type", "Attribute"},
                  {"attributeName", "speed"},
                  {"attributeCount", 3},
                  {"attributeTypes", {"Property", "Relationship"}},
                  {"typeNames", {"Car", "Ship"}}}));
}

TEST_F(clause_5_7_11_discovery, what_only_others_have_is_found) {
    EXPECT_EQ(kind_of(a_.get(types + "/Ship")), "404 ResourceNotFound");
    enrol_source();
    EXPECT_EQ(a_.get(types + "/Ship").content()["entityCount"], 1);
    const auto colour = a_.get(attributes + "/colour", {{"Accept", "application/ld+json"}});
    EXPECT_EQ(colour.content()["typeNames"], list("Car")) << colour;
    EXPECT_TRUE(colour.content().contains("@context")) << colour;
    EXPECT_EQ(kind_of(a_.get(types + "/Boat")), "404 ResourceNotFound");
}

TEST_F(clause_5_7_11_discovery, a_source_that_cannot_be_asked_is_warned_of) {
    receiver down;
    down.close();
    enrol(down.url(""), list("federationOps"), "Car", "urn:csr:1");
    const auto answer = a_.get(types);
    EXPECT_EQ(answer.content()["typeList"], list("Car"));
    EXPECT_NE(answer.header("NGSILD-Warning"), "") << answer;
    receiver mute;
    enrol(mute.url(""), list("retrieveEntityTypes"), "Ship", "urn:csr:2");
    EXPECT_EQ(a_.get(types + "?details=true").status, 200U);
    EXPECT_TRUE(mute.requests().empty()) << "it does not support retrieveEntityTypeDetails";
}

TEST_F(clause_4_20_query_batch, a_source_that_supports_it_alone_is_asked_by_post) {
    const auto query = entities + "?type=Car,Ship&q=speed%3E0&georel=near;maxDistance==9&geometry="
                                  "Point&coordinates=%5B1,2%5D&id=urn:x:3,urn:x:4";
    receiver peer([](const received&) {
        return reply{200,
                     R"([{"id":"urn:x:3","type":"Ship","speed":{"type":"Property","value":3}}])",
                     "application/json"};
    });
    enrol(peer.url(""), list("queryBatch"), "Ship", "urn:csr:1");
    const auto answer = a_.get(query);
    EXPECT_EQ(ids_in(answer), list("urn:x:3")) << answer;
    const auto asked = peer.requests();
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(asked[0].method, "POST");
    EXPECT_EQ(asked[0].target, "/ngsi-ld/v1/entityOperations/query?options=sysAttrs&limit=100");
    EXPECT_EQ(asked[0].content(),
              (json{{"type", "Query"},
                    {"q", "speed>0"},
                    {"entities", list(json{{"type", "Ship"}, {"id", "urn:x:3"}},
                                      json{{"type", "Ship"}, {"id", "urn:x:4"}})},
                    {"geoQ",
                     {{"georel", "near;maxDistance==9"},
                      {"geometry", "Point"},
                      {"coordinates", {1, 2}},
                      {"geoproperty", "location"}}}}))
        << asked[0].body;
}

TEST_F(clause_4_20_query_batch, a_broker_answers_it) {
    enrol(source_, list("queryBatch"), "Ship", "urn:csr:1");
    EXPECT_EQ(ids_in(a_.get(entities + "?type=Ship")), list("urn:x:3"));
    EXPECT_EQ(ids_in(a_.post(batch + "/query",
                             {{"type", "Query"}, {"entities", list(json{{"type", "Ship"}})}})),
              list("urn:x:3"));
    EXPECT_EQ(a_.get(entities + "/urn:x:3?type=Ship").status, 200U);
}

} // namespace
} // namespace meridian::api::test
