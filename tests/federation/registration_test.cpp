/// Clauses 5.2.8–5.2.11, 5.2.34, 4.20 and the rules of 5.9.2.4 that no other Registration matters
/// for.
#include "federation/support.hpp"
#include "meridian/federation/registry.hpp"

namespace meridian::federation::test {
namespace {

TEST(clause_5_2_9_registration, whole_payload_is_accepted_and_shown_as_it_was_sent) {
    const auto payload = parsed(R"({
        "id": "urn:csr:1", "type": "ContextSourceRegistration", "registrationName": "n",
        "description": "d", "mode": "redirect", "endpoint": "http://127.0.0.1:9/x/", "tenant": "t",
        "information": [
          {"entities": [{"id": "urn:r:1", "type": "Room"}, {"type": ["A", "B"], "idPattern": "^x"}],
           "propertyNames": ["p"], "relationshipNames": ["r"]},
          {"propertyNames": ["q"]}],
        "operations": ["retrieveOps", "updateEntity"],
        "contextSourceInfo": [{"key": "Authorization", "value": "Bearer x"}],
        "contextSourceAlias": "other", "datasetId": ["urn:d:1", "@none"], "scope": "/a/b",
        "location": {"type": "Point", "coordinates": [1, 2]},
        "management": {"timeout": 250, "cooldown": 10, "localOnly": true, "cacheDuration": "PT1S"},
        "refreshRate": "PT1M", "expiresAt": "2027-01-01T00:00:00Z", "colour": "red"})");
    const auto one = made(7, payload);
    std::string text;
    append_registration(text, *one, shown_as{*jsonld::core_context()});
    EXPECT_EQ(nlohmann::json::parse(text), nlohmann::json::parse(to_text(payload)));
    EXPECT_EQ(one->endpoint, "http://127.0.0.1:9/x");
    EXPECT_EQ(one->mode, mode::redirect);
    EXPECT_EQ(one->timeout.count(), 250);
    EXPECT_TRUE(one->local_only);
    EXPECT_EQ(one->source_info_of("authorization"), "Bearer x");
    EXPECT_TRUE(one->operations.has(operation::query_entity));
    EXPECT_TRUE(one->operations.has(operation::update_entity));
    EXPECT_FALSE(one->operations.has(operation::create_entity));
    EXPECT_EQ(one->information[0].attributes, (std::vector<std::string>{iri("p"), iri("r")}));
}

TEST(clause_5_2_9_registration, faults_are_refused_by_name) {
    struct row {
        const char* members;
        const char* why;
    };
    for (const auto& [members, why] : {
             row{R"({"type": "Subscription"})", "type must be \"ContextSourceRegistration\""},
             row{R"({"endpoint": "ftp://x"})", "endpoint must be an http or https URI"},
             row{R"({"endpoint": null})", "endpoint must not be null"},
             row{R"({"information": []})", "information must be an array that is not empty"},
             row{R"({"information": [{}]})",
                 "information must hold objects that are not empty (5.2.10)"},
             row{R"({"information": [{"entities": [{"id": "urn:a:1"}]}]})",
                 "information.entities.type is missing"},
             row{R"({"information": [{"entities": [{"type": "A", "id": "no uri"}]}]})",
                 "information.entities.id must be a valid URI"},
             row{R"({"information": [{"propertyNames": []}]})",
                 "information.propertyNames must be an array that is not empty"},
             row{R"({"mode": "other"})",
                 "mode must be inclusive, exclusive, redirect or auxiliary"},
             row{R"({"operations": ["fly"]})",
                 "operations: there is no operation or group 'fly' (4.20)"},
             row{R"({"expiresAt": "2020-01-01T00:00:00Z"})", "expiresAt lies in the past (4.22)"},
             row{R"({"management": {"timeout": 0}})",
                 "management.timeout must be a number above 0 and at most 1000000000"},
             row{R"({"management": {"localOnly": "yes"}})",
                 "management.localOnly must be true or false"},
             row{R"({"contextSourceInfo": [{"key": "a", "value": 1}]})",
                 "contextSourceInfo must hold objects with the texts key and value (5.2.22)"},
             row{R"({"contextSourceInfo": [{"key": "a b", "value": "1"}]})",
                 "contextSourceInfo 'a b' is no header (RFC 7230)"},
             row{R"({"contextSourceInfo": [{"key": "accept", "value": "text/html"}]})",
                 "contextSourceInfo 'accept' must be application/json or application/ld+json "
                 "(4.3.6.6)"},
             row{R"({"location": {"type": "Point", "coordinates": [500, 0]}})", ""},
             row{R"({"observationInterval": {"endAt": "2020-01-01T00:00:00Z"}})",
                 "observationInterval must be an object with startAt (5.2.11)"},
             row{R"({"datasetId": ["x"]})", "datasetId must hold valid URIs or \"@none\""},
             row{R"({"refreshRate": "soon"})", "refreshRate must be an ISO 8601 duration"},
             row{R"({"scope": "/a/#"})", "scope '/a/#' is not a Scope (4.18)"},
             row{R"({"mode": "exclusive"})",
                 "information of an exclusive Registration must name Attributes (4.3.6.3)"},
             row{R"({"mode": "auxiliary", "operations": ["updateOps"]})",
                 "operations of an auxiliary Registration must be retrieveOps, retrieveEntity or "
                 "queryEntity (5.9.2.4)"},
         }) {
        const auto fault = fault_of(payload_with(members));
        if (*why)
            EXPECT_EQ(fault, why) << members;
        else
            EXPECT_NE(fault, "") << members;
    }
}

TEST(clause_5_5_8_update, a_fragment_replaces_members_and_nulls_remove_them) {
    const auto body = body_of(payload_with(R"({"description": "d", "colour": "red", "size": 1})"));
    const auto fragment = body_of(parsed(R"({"description": "urn:ngsi-ld:null", "colour": null,
                           "registrationName": "n"})"),
                                  payload_kind::fragment);
    auto expected = body_of(payload_with(R"({"size": 1, "registrationName": "n"})"));
    EXPECT_EQ(nlohmann::json(merged(body, fragment)), nlohmann::json(expected));
}

TEST(clause_4_20_operation_names, the_default_is_federation_ops) {
    const auto one = made(1, payload_with());
    EXPECT_TRUE(one->operations.has(operation::retrieve_entity));
    EXPECT_TRUE(one->operations.has(operation::query_batch));
    EXPECT_FALSE(one->operations.has(operation::update_entity));
    EXPECT_EQ(operations_of("redirectionOps")->has(operation::create_entity), true);
    EXPECT_EQ(name_of(operation::retrieve_context_source_identity),
              "retrieveContextSourceIdentity");
}

/// Whether `later` may be registered beside `earlier`.
bool fits(const char* earlier, const char* later) {
    std::vector<registration_ptr> all{made(1, payload_with(earlier))};
    const snapshot present(1, std::move(all));
    auto payload = payload_with(later);
    payload["id"] = "urn:csr:2";
    return conflicting(*made(2, payload), present, noon) == nullptr;
}

TEST(clause_4_3_6_3_proxied, exclusive_ones_exclude_other_proxied_ones_of_the_same_attributes) {
    const auto* exclusive = R"({"mode": "exclusive", "information": [{"entities":
        [{"id": "urn:r:1", "type": "Room"}], "propertyNames": ["p", "q"]}]})";
    const auto* same_entity_other = R"({"mode": "exclusive", "information": [{"entities":
        [{"id": "urn:r:1", "type": "Room"}], "propertyNames": ["other"]}]})";
    const auto* redirect_all = R"({"mode": "redirect", "information": [{"entities":
        [{"id": "urn:r:1", "type": "Room"}]}]})";
    const auto* redirect_pattern = R"({"mode": "redirect", "information": [{"entities":
        [{"idPattern": "^urn:r:", "type": "Room"}], "propertyNames": ["q"]}]})";
    const auto* redirect_others = R"({"mode": "redirect", "information": [{"entities":
        [{"idPattern": "^urn:s:", "type": "Room"}]}]})";
    const auto* inclusive = R"({"information": [{"entities": [{"type": "Room"}]}]})";
    EXPECT_FALSE(fits(exclusive, exclusive));
    EXPECT_TRUE(fits(exclusive, same_entity_other));
    EXPECT_FALSE(fits(exclusive, redirect_all));
    EXPECT_FALSE(fits(redirect_all, exclusive));
    EXPECT_FALSE(fits(exclusive, redirect_pattern));
    EXPECT_FALSE(fits(redirect_pattern, exclusive));
    EXPECT_TRUE(fits(exclusive, redirect_others));
    EXPECT_TRUE(fits(redirect_all, redirect_all));
    EXPECT_TRUE(fits(exclusive, inclusive));
    EXPECT_TRUE(fits(inclusive, exclusive));
}

} // namespace
} // namespace meridian::federation::test
