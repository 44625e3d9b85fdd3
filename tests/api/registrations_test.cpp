/// Clauses 6.8, 6.9: the resources csourceRegistrations/ and csourceRegistrations/{registrationId}.
#include "api/support.hpp"

#include "meridian/base/time.hpp"

#include <chrono>

namespace meridian::api::test {
namespace {

const std::string registrations = "/ngsi-ld/v1/csourceRegistrations";

json registration(const std::string& id = "urn:csr:1", const json& more = json::object()) {
    json made{{"id", id},
              {"type", "ContextSourceRegistration"},
              {"endpoint", "http://127.0.0.1:9"},
              {"information", list(json{{"entities", list(json{{"type", "Room"}})}})}};
    made.update(more);
    return made;
}

json about(const std::string& entity, const std::string& attribute) {
    return list(json{{"entities", list(json{{"id", entity}, {"type", "Room"}})},
                     {"propertyNames", list(attribute)}});
}

TEST(clause_6_8_3_1_register_context_source, is_shown_updated_and_deleted) {
    const auto client = fresh_tenant();
    EXPECT_EQ(show(client.post(registrations, registration())),
              created("/ngsi-ld/v1/csourceRegistrations/urn:csr:1"));
    EXPECT_EQ(show(client.get(registrations + "/urn:csr:1")), ok(registration()));
    EXPECT_EQ(show(client.patch(registrations + "/urn:csr:1", {{"description", "d"}})),
              no_content());
    EXPECT_EQ(show(client.get(registrations + "/urn:csr:1")),
              ok(registration("urn:csr:1", {{"description", "d"}})));
    EXPECT_EQ(show(client.remove(registrations + "/urn:csr:1")), no_content());
    for (const auto& answer :
         {client.get(registrations + "/urn:csr:1"), client.remove(registrations + "/urn:csr:1"),
          client.patch(registrations + "/urn:csr:1", {{"description", "d"}})})
        EXPECT_EQ(kind_of(answer), "404 ResourceNotFound");
}

TEST(clause_5_9_2_register_context_source, an_id_is_made_where_none_is_sent) {
    const auto client = fresh_tenant();
    auto payload = registration();
    payload.erase("id");
    const auto answer = client.post(registrations + "/", payload);
    EXPECT_EQ(answer.status, 201U) << answer;
    EXPECT_EQ(client.get(answer.header("Location")).status, 200U);
}

TEST(clause_5_9_2_register_context_source, refusals_leave_nothing) {
    const auto client = fresh_tenant();
    EXPECT_EQ(client.post(entities, room("urn:r:1")).status, 201U);
    struct row {
        json more;
        const char* kind;
    };
    for (const auto& [more, kind] : {
             row{{{"information", json::array()}}, "400 BadRequestData"},
             row{{{"expiresAt", "2001-01-01T00:00:00Z"}}, "400 BadRequestData"},
             row{{{"mode", "exclusive"}}, "400 BadRequestData"},
             row{{{"mode", "auxiliary"}, {"operations", list("updateOps")}}, "400 BadRequestData"},
             row{{{"mode", "redirect"}}, "409 Conflict"},
             row{{{"mode", "exclusive"}, {"information", about("urn:r:1", "temperature")}},
                 "409 Conflict"},
         })
        EXPECT_EQ(kind_of(client.post(registrations, registration("urn:csr:1", more))), kind)
            << more.dump();
    EXPECT_EQ(client.get(registrations + "?type=*").content(), json::array());
    const json other{{"mode", "exclusive"}, {"information", about("urn:r:1", "humidity")}};
    EXPECT_EQ(client.post(registrations, registration("urn:csr:1", other)).status, 201U);
    EXPECT_EQ(kind_of(client.post(registrations, registration("urn:csr:1"))), "409 AlreadyExists");
    EXPECT_EQ(kind_of(client.post(registrations, registration("urn:csr:2", other))),
              "409 Conflict");
}

TEST(clause_5_10_2_query_registrations, filters_and_pages) {
    const auto client = fresh_tenant();
    const json here{{"type", "Point"}, {"coordinates", {8.68, 49.41}}};
    EXPECT_EQ(client
                  .post(registrations, registration("urn:csr:1", {{"scope", "/Madrid/Centro"},
                                                                  {"location", here},
                                                                  {"colour", "red"}}))
                  .status,
              201U);
    EXPECT_EQ(
        client
            .post(registrations,
                  registration(
                      "urn:csr:2",
                      {{"information",
                        list(json{{"entities", list(json{{"type", "Room"}, {"id", "urn:r:2"}})},
                                  {"propertyNames", list("temperature")}},
                             json{{"entities", list(json{{"type", "Car"}})}})}}))
            .status,
        201U);
    EXPECT_EQ(
        client
            .post(registrations, registration("urn:csr:3", {{"observationInterval",
                                                             {{"startAt", "2020-01-01T00:00:00Z"},
                                                              {"endAt", "2021-01-01T00:00:00Z"}}}}))
            .status,
        201U);
    struct row {
        const char* query;
        json ids;
    };
    for (const auto& [query, ids] : {
             row{"type=Room", list("urn:csr:1", "urn:csr:2")},
             row{"type=Car", list("urn:csr:2")},
             row{"type=Room&id=urn:r:1", list("urn:csr:1")},
             row{"type=Room&idPattern=r:2$", list("urn:csr:1", "urn:csr:2")},
             row{"attrs=humidity&type=Room", list("urn:csr:1")},
             row{"q=temperature%3E1", list("urn:csr:1", "urn:csr:2")},
             row{"type=Room&scopeQ=/Madrid/%23", list("urn:csr:1")},
             row{"type=Room&csf=colour==%22red%22", list("urn:csr:1")},
             row{"type=Room&csf=endpoint==%22http://127.0.0.1:9%22",
                 list("urn:csr:1", "urn:csr:2")},
             row{"type=Room&georel=near;maxDistance==2000&geometry=Point&coordinates=[8.68,49.41]",
                 list("urn:csr:1")},
             row{"type=Room&timerel=before&timeAt=2020-06-01T00:00:00Z", list("urn:csr:3")},
             row{"type=Room&timerel=after&timeAt=2022-06-01T00:00:00Z", json::array()},
             row{"type=Room&limit=1", list("urn:csr:1")},
             row{"type=Room&limit=1&offset=1", list("urn:csr:2")},
         })
        EXPECT_EQ(ids_in(client.get(registrations + "?" + query)), ids) << query;
    const auto car = client.get(registrations + "?type=Car").content();
    EXPECT_EQ(car[0]["information"], list(json{{"entities", list(json{{"type", "Car"}})}}))
        << "only what matches is shown (5.10.2.5)";
    EXPECT_EQ(
        client.get(registrations + "?type=Room&count=true&limit=0").header("NGSILD-Results-Count"),
        "2");
    EXPECT_EQ(kind_of(client.get(registrations)), "400 BadRequestData");
}

TEST(clause_5_9_2_register_context_source, what_expires_is_gone) {
    const auto client = fresh_tenant();
    const auto soon =
        std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now()) +
        std::chrono::seconds(1);
    EXPECT_EQ(client.post(registrations, registration("urn:csr:1", {{"expiresAt", to_text(soon)}}))
                  .status,
              201U);
    EXPECT_EQ(client.get(registrations + "/urn:csr:1").status, 200U);
    EXPECT_TRUE(meridian::test::wait_for(
        [&] { return client.get(registrations + "/urn:csr:1").status == 404; }));
    EXPECT_EQ(client.post(registrations, registration()).status, 201U);
}

} // namespace
} // namespace meridian::api::test
