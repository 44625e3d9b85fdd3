/// Clause 6.3: what is common to all resources: media types, methods, tenants, headers; and the
/// broker's own resources.
#include "api/support.hpp"

namespace meridian::api::test {
namespace {

const std::string room_path = entities + "/urn:ngsi-ld:Room:1";
const std::string room_text = to_text(room());

http_client tenant_with_room() {
    auto client = fresh_tenant();
    EXPECT_EQ(client.post(entities, room()).status, 201U);
    return client;
}

TEST(clause_6_3_4_media_types, an_accept_that_nothing_serves_is_406_with_the_list_of_types) {
    const auto client = tenant_with_room();
    const auto refusal =
        shown(406, {"application/json", "application/ld+json", "application/geo+json"},
              {{"Content-Type", "application/json"}});
    EXPECT_EQ(show(client.get(room_path, {{"Accept", "text/html"}})), refusal);
    EXPECT_EQ(show(client.get(entities + "?type=Room", {{"Accept", "text/html"}})), refusal);
}

TEST(clause_6_3_4_media_types, the_list_of_a_406_is_that_of_the_resource) {
    const auto client = tenant_with_room();
    const auto refusal = [](const json& available) {
        return shown(406, available, {{"Content-Type", "application/json"}});
    };
    const header_lines geo{{"Accept", "application/geo+json"}};
    EXPECT_EQ(show(client.get(temporal + "/urn:x:none", geo)),
              refusal({"application/json", "application/ld+json", "text/csv"}));
    EXPECT_EQ(show(client.get("/ngsi-ld/v1/types", geo)),
              refusal({"application/json", "application/ld+json"}));
}

TEST(clause_6_3_4_media_types, accept_is_weighed) {
    const auto client = tenant_with_room();
    const std::vector<std::pair<std::string, std::string>> rows{
        {"*/*", "application/json"},
        {"application/*", "application/json"},
        {"text/html, application/ld+json;q=0.5", "application/ld+json"},
        {"application/json;q=0.4, application/ld+json;q=0.5", "application/ld+json"},
        {"application/json;q=0, */*;q=0.1", "application/ld+json"},
        {"APPLICATION/GEO+JSON", "application/geo+json"},
    };
    for (const auto& [accept, type] : rows)
        EXPECT_EQ(client.get(room_path, {{"Accept", accept}}).header("Content-Type"), type)
            << accept;
}

TEST(clause_6_3_4_media_types, a_body_in_another_type_is_415_without_a_body_and_nothing_is_made) {
    const auto client = fresh_tenant();
    for (const auto* type : {"text/plain", "application/xml", "application/geo+json"})
        EXPECT_EQ(show(client.send("POST", entities, room_text, {{"Content-Type", type}})),
                  shown(415))
            << type;
    EXPECT_EQ(client.get(room_path).status, 404U);
}

TEST(clause_6_3_4_media_types, parameters_of_a_content_type_are_ignored) {
    const auto client = fresh_tenant();
    const header_lines headers{{"Content-Type", "Application/JSON; charset=utf-8"}};
    EXPECT_EQ(client.send("POST", entities, room_text, headers).status, 201U);
}

TEST(clause_6_3_4_media_types, merge_patch_is_accepted_by_the_patches) {
    const auto client = tenant_with_room();
    const header_lines headers{{"Content-Type", "application/merge-patch+json"}};
    EXPECT_EQ(show(client.send("PATCH", room_path, R"({"temperature":{"value":1}})", headers)),
              no_content());
}

TEST(clause_6_3_4_content_length, a_body_without_a_length_is_411) {
    const auto tenant = fresh_tenant();
    for (const auto* headers : {"Transfer-Encoding: chunked\r\n", ""}) {
        meridian::test::raw_connection connection(tenant.port());
        connection.send("POST /ngsi-ld/v1/entities HTTP/1.1\r\nHost: h\r\n"
                        "Content-Type: application/json\r\n" +
                        std::string(headers) + "\r\n");
        EXPECT_EQ(show(connection.read()), shown(411)) << headers;
    }
}

TEST(clause_6_3_14_tenants, an_unknown_tenant_is_404_for_all_but_the_creating_operations) {
    const http_client client(shared_broker().port(), {{"NGSILD-Tenant", "nowhere"}});
    const auto refusal = refused(404, "NonexistentTenant", "there is no tenant 'nowhere'");
    const json fragment{{"n", {{"type", "Property"}, {"value", 1}}}};
    EXPECT_EQ(show(client.get(room_path)), refusal);
    EXPECT_EQ(show(client.get(entities + "?type=Room")), refusal);
    EXPECT_EQ(show(client.remove(room_path)), refusal);
    EXPECT_EQ(show(client.patch(room_path, fragment)), refusal);
    EXPECT_EQ(show(client.post(room_path + "/attrs", fragment)), refusal);
    EXPECT_EQ(show(client.post(batch + "/upsert", list(room()))), refusal);
    EXPECT_EQ(show(client.post(batch + "/delete", list("urn:x:1"))), refusal);
    EXPECT_EQ(show(client.get("/ngsi-ld/v1/types")), refusal);
    EXPECT_EQ(show(client.get(temporal + "/urn:x:1")), refusal);
    EXPECT_EQ(show(client.get(subscriptions)), refusal);
}

TEST(clause_5_5_10_tenants, a_creation_makes_the_tenant_and_others_do_not_see_in) {
    const auto name = meridian::test::fresh_tenant_name();
    const http_client inside(shared_broker().port(), {{"NGSILD-Tenant", name}});
    EXPECT_EQ(inside.post(entities, room()).status, 201U);
    EXPECT_EQ(show(inside.get(room_path)), ok(room()));
    EXPECT_EQ(fresh_tenant().get(room_path).status, 404U);
    EXPECT_EQ(http_client(shared_broker().port()).get(room_path).status, 404U);
}

TEST(clause_5_5_10_tenants, the_answer_names_the_tenant) {
    const auto name = meridian::test::fresh_tenant_name();
    const http_client client(shared_broker().port(), {{"NGSILD-Tenant", name}});
    EXPECT_EQ(client.post(entities, room()).header("NGSILD-Tenant"), name);
    EXPECT_EQ(client.get(room_path).header("NGSILD-Tenant"), name);
    EXPECT_EQ(client.get(entities + "/urn:x:none").header("NGSILD-Tenant"), name);
}

TEST(http_methods, head_is_get_without_its_body) {
    const auto client = tenant_with_room();
    const auto got = client.get(room_path);
    auto head = client.send("HEAD", room_path);
    EXPECT_EQ(head.body, "");
    head.body = got.body;
    EXPECT_EQ(show(head), show(got));
    EXPECT_EQ(head.header("Content-Length"), got.header("Content-Length"));
}

struct allow_row {
    std::string path;
    std::string allow;
};

TEST(http_methods, options_and_405_name_what_is_allowed) {
    const http_client client(shared_broker().port());
    const std::vector<allow_row> rows{
        {"/entities", "GET, HEAD, POST, DELETE, OPTIONS"},
        {"/entities/urn:x:1", "GET, HEAD, PATCH, PUT, DELETE, OPTIONS"},
        {"/entities/urn:x:1/attrs", "POST, PATCH, OPTIONS"},
        {"/entities/urn:x:1/attrs/a", "PATCH, PUT, DELETE, OPTIONS"},
        {"/entityOperations/upsert", "POST, OPTIONS"},
        {"/subscriptions", "POST, GET, HEAD, OPTIONS"},
        {"/subscriptions/urn:x:1", "GET, HEAD, PATCH, DELETE, OPTIONS"},
        {"/types", "GET, HEAD, OPTIONS"},
        {"/info/sourceIdentity", "GET, HEAD, OPTIONS"},
    };
    for (const auto& row : rows) {
        const auto path = "/ngsi-ld/v1" + row.path;
        EXPECT_EQ(show(client.send("OPTIONS", path)), shown(204, "", {{"Allow", row.allow}}))
            << path;
        const auto refused_method = client.send("TRACE", path);
        EXPECT_EQ(refused_method.status, 405U) << path;
        EXPECT_EQ(refused_method.header("Allow"), row.allow) << path;
    }
}

TEST(http_paths, a_trailing_slash_is_no_difference) {
    const auto client = fresh_tenant();
    EXPECT_EQ(client.post(entities + "/", room()).status, 201U);
    EXPECT_EQ(show(client.get(room_path + "/")), ok(room()));
    EXPECT_EQ(show(client.get(entities + "/?type=Room")), ok(list(room())));
    EXPECT_EQ(client.post(batch + "/upsert/?options=replace", list(room())).status, 204U);
    EXPECT_EQ(client.get("/version/").status, 200U);
}

TEST(http_paths, an_unknown_resource_is_404) {
    const http_client client(shared_broker().port());
    for (const auto* path : {"/", "/nowhere", "/ngsi-ld/v1", "/ngsi-ld/v2/entities",
                             "/ngsi-ld/v1/entities/urn:x:1/attrs/a/b"})
        EXPECT_EQ(
            show(client.get(path)),
            refused(404, "ResourceNotFound", "there is no resource '" + std::string(path) + "'"));
}

TEST(http_headers, unknown_ones_are_ignored) {
    const auto client = tenant_with_room();
    EXPECT_EQ(show(client.get(room_path, {{"NGSILD-Path", "/a"},
                                          {"fiware-service", "x"},
                                          {"fiware-servicepath", "/y"},
                                          {"X-Unheard", "of"}})),
              ok(room()));
}

TEST(own_resources, version_names_the_program_and_the_specification) {
    const auto answer = http_client(shared_broker().port()).get("/version");
    auto body = answer.content();
    EXPECT_TRUE(body["uptime"].is_number_unsigned());
    body.erase("uptime");
    EXPECT_EQ(body,
              (json{{"meridian version", "0.1.0"}, {"specification", "ETSI GS CIM 009 V1.9.1"}}));
    EXPECT_EQ(answer.status, 200U);
}

TEST(own_resources, health_and_ready_are_up) {
    const http_client client(shared_broker().port());
    const auto up = shown(200, {{"status", "UP"}}, {{"Content-Type", "application/json"}});
    EXPECT_EQ(show(client.get("/q/health")), up);
    EXPECT_EQ(show(client.get("/q/ready")), up);
}

TEST(own_resources, metrics_count_requests_by_route_method_and_status) {
    const http_client client(shared_broker().port());
    (void)client.get(entities + "/urn:x:counted");
    const auto answer = client.get("/metrics");
    EXPECT_EQ(answer.header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
    for (const auto* name :
         {"# TYPE ", "route=\"/ngsi-ld/v1/entities/{}\"", "method=\"GET\"", "status=\"404\"",
          "meridian_context_cache_entries", "process_resident_memory_bytes", "_bucket{"})
        EXPECT_NE(answer.body.find(name), std::string::npos) << name << '\n' << answer.body;
}

TEST(clause_6_33_3_1_source_identity, names_this_broker_and_how_long_it_runs) {
    const auto answer = http_client(shared_broker().port()).get("/ngsi-ld/v1/info/sourceIdentity");
    const auto body = answer.content();
    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(body["id"], "urn:ngsi-ld:ContextSource:meridian");
    EXPECT_EQ(body["type"], "ContextSourceIdentity");
    EXPECT_TRUE(body["contextSourceUptime"].get<std::string>().starts_with("PT")) << body;
    EXPECT_FALSE(body["contextSourceAlias"].get<std::string>().empty()) << body;
    EXPECT_EQ(body.size(), 5U) << body;
}

} // namespace
} // namespace meridian::api::test
