/// Input that is wrong: refused as the standard says, naming what is at fault, and nothing changes.
#include "api/support.hpp"

namespace meridian::api::test {
namespace {

constexpr std::string_view room_path = "/ngsi-ld/v1/entities/urn:ngsi-ld:Room:1";

struct bad_row {
    std::string method;
    std::string target;
    std::string body;
    std::string kind;  ///< status and error type
    std::string named; ///< stands in the detail or the pointer
};

void expect_refusals(const std::vector<bad_row>& rows) {
    const auto client = fresh_tenant();
    ASSERT_EQ(client.post(entities, room()).status, 201U);
    const auto before = client.get(entities + "?local=true&options=sysAttrs").content();
    for (const auto& row : rows) {
        const auto answer = client.send(row.method, row.target, row.body);
        const auto case_name = row.method + " " + row.target + " " + row.body;
        EXPECT_EQ(kind_of(answer), row.kind) << case_name << '\n' << answer;
        EXPECT_EQ(answer.header("Content-Type"), "application/json") << case_name;
        const auto details = answer.content();
        for (const auto* member : {"type", "title", "detail", "status"})
            EXPECT_TRUE(details.contains(member)) << case_name << ": " << member;
        EXPECT_NE(answer.body.find(row.named), std::string::npos) << case_name << '\n' << answer;
    }
    EXPECT_EQ(client.get(entities + "?local=true&options=sysAttrs").content(), before);
}

TEST(clause_5_5_4_validation, payloads_that_are_no_json_or_no_entity_are_refused) {
    const std::string to = entities;
    std::string deep = R"({"id":"urn:x:2","type":"T","a":)";
    for (int i = 0; i < 70; ++i)
        deep += "[";
    for (int i = 0; i < 70; ++i)
        deep += "]";
    deep += "}";
    const std::string nul("{\"id\":\"urn:x:2\",\"type\":\"T\",\"a\":\"x\0y\"}", 36);
    expect_refusals({
        {"POST", to, R"({"id":"urn:x:2",)", "400 InvalidRequest", "byte 17"},
        {"POST", to, "hello", "400 InvalidRequest", "byte"},
        {"POST", to, R"({"id":"urn:x:2","type":"T"} x)", "400 InvalidRequest", "byte"},
        {"POST", to, "{\"id\":\"urn:x:2\",\"type\":\"T\",\"a\":\"\xff\"}", "400 InvalidRequest",
         ""},
        {"POST", to, nul, "400 InvalidRequest", ""},
        {"POST", to, R"({"id":"urn:x:2","type":"T","a":"\u0000"})", "400 InvalidRequest", "/a"},
        {"POST", to, R"({"id":"urn:x:2","type":"T","a":"\ud800"})", "400 InvalidRequest", ""},
        {"POST", to, deep, "400 InvalidRequest", "deep"},
        {"POST", to, R"({"id":"urn:x:2","id":"urn:x:3","type":"T"})", "400 InvalidRequest", "id"},
        {"POST", to, "[]", "400 InvalidRequest", "object"},
        {"POST", to, R"({"type":"T"})", "400 BadRequestData", "id"},
        {"POST", to, R"({"id":"urn:x:2"})", "400 BadRequestData", "type"},
        {"POST", to, R"({"id":"no uri","type":"T"})", "400 BadRequestData", "/id"},
        {"POST", to, R"({"id":"urn:x:2","type":7})", "400 BadRequestData", "type"},
        {"POST", to, R"({"id":"urn:x:2","type":"T","a":{"type":"Property"}})", "400 BadRequestData",
         "https://uri.etsi.org/ngsi-ld/default-context/a"},
        {"POST", to, R"({"id":"urn:x:2","type":"T","a":{"type":"Property","value":null}})",
         "400 BadRequestData", "/a"},
        {"POST", to, R"({"id":"urn:x:2","type":"T","a":{"type":"Relationship","object":"x y"}})",
         "400 BadRequestData", "/a"},
        {"POST", to,
         R"({"id":"urn:x:2","type":"T","a":{"type":"Property","value":1,"observedAt":"noon"}})",
         "400 BadRequestData", "observedAt"},
        {"POST", to,
         R"({"id":"urn:x:2","type":"T","a":{"type":"GeoProperty","value":{"type":"Point"}}})",
         "400 BadRequestData", "/a"},
        {"POST", to,
         R"({"id":"urn:x:2","type":"T","location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[1]}}})",
         "400 BadRequestData", "location"},
        {"POST", to, R"({"id":"urn:x:2","type":"T","a<b":1})", "400 BadRequestData", "a<b"},
        {"POST", to, R"({"id":"urn:x:2","type":"T","@context":{"a":"urn:y"}})",
         "400 BadRequestData", "@context"},
        {"POST", to, R"({"id":"urn:x:2","type":"T","scope":"///"})", "400 BadRequestData", "scope"},
    });
}

TEST(clause_5_5_4_validation, fragments_that_are_wrong_are_refused) {
    const std::string path(room_path);
    expect_refusals({
        {"PATCH", path, R"({"temperature":{"type":"Relationship","object":"x y"}})",
         "400 BadRequestData", "temperature"},
        {"PATCH", path, "[1]", "400 InvalidRequest", "object"},
        {"PATCH", path, R"({"id":"urn:x:other","a":1})", "400 BadRequestData", "id"},
        {"PUT", path, R"({"id":"urn:x:other","type":"Room"})", "400 BadRequestData", "id"},
        {"POST", path + "/attrs", R"({"a":{"type":"Property"}})", "400 BadRequestData", "/a"},
        {"PATCH", path + "/attrs", R"({"a":{"type":"Wish","value":1}})", "400 BadRequestData",
         "/a"},
        {"PATCH", path + "/attrs/temperature", R"({"observedAt":"noon"})", "400 BadRequestData",
         "observedAt"},
        {"PATCH", path + "/attrs/temperature", "7", "400 InvalidRequest", ""},
        {"POST", batch + "/create", R"({"id":"urn:x:2","type":"T"})", "400 BadRequestData",
         "array"},
        {"POST", batch + "/create", "[", "400 InvalidRequest", "byte"},
        {"POST", batch + "/delete", "[7]", "400 BadRequestData", "ids"},
        {"POST", batch + "/query", R"({"type":"Query","q":"a>"})", "400 BadRequestData", "q"},
    });
}

TEST(clause_6_3_2_errors, parameters_that_are_wrong_are_refused) {
    const auto query = [](const std::string& text) { return entities + "?type=Room&" + text; };
    expect_refusals({
        {"GET", query("foo=1"), "", "400 InvalidRequest", "foo"},
        {"GET", query("options=foo"), "", "400 InvalidRequest", "foo"},
        {"GET", query("format=foo"), "", "400 InvalidRequest", "foo"},
        {"GET", query("q=temperature%3E"), "", "400 BadRequestData", "q: "},
        {"GET", query("q=(temperature%3E1"), "", "400 BadRequestData", "q: "},
        {"GET", query("q=temperature~=%22(%22"), "", "400 BadRequestData", "q"},
        {"GET", query("idPattern=("), "", "400 BadRequestData", "idPattern"},
        {"GET", query("id=nonsense"), "", "400 BadRequestData", "id"},
        {"GET", query("georel=near"), "", "400 BadRequestData", "geo"},
        {"GET", query("georel=beside&geometry=Point&coordinates=%5B1,2%5D"), "",
         "400 BadRequestData", "georel"},
        {"GET", query("georel=near%3BmaxDistance==x&geometry=Point&coordinates=%5B1,2%5D"), "",
         "400 BadRequestData", "georel: expected a number of metres"},
        {"GET", query("georel=within&geometry=Blob&coordinates=%5B1,2%5D"), "",
         "400 BadRequestData", "geometry"},
        {"GET", query("georel=within&geometry=Polygon&coordinates=%5B1,2"), "",
         "400 BadRequestData", "coordinates"},
        {"GET", query("georel=within&geometry=Polygon&coordinates=%5B%5B%5B0,0%5D%5D%5D"), "",
         "400 BadRequestData", "coordinates"},
        {"GET", query("scopeQ=/a/%23/b"), "", "400 BadRequestData", "scopeQ"},
        {"GET", query("limit=x"), "", "400 BadRequestData", "limit"},
        {"GET", query("limit=-1"), "", "400 BadRequestData", "limit"},
        {"GET", query("offset=x"), "", "400 BadRequestData", "offset"},
        {"GET", query("count=maybe"), "", "400 BadRequestData", "count"},
        {"GET", query("local=maybe"), "", "400 BadRequestData", "local"},
        {"GET", query("limit=1001"), "", "403 TooManyResults", "1000"},
        {"GET", entities + "?type=(", "", "400 BadRequestData", "type"},
        {"GET", entities + "?type=", "", "400 BadRequestData", "type"},
        {"GET", entities + "?type=%ff", "", "400 InvalidRequest", ""},
        {"GET", entities + "?type=%zz", "", "400 InvalidRequest", ""},
        {"GET", entities + "/no-uri", "", "400 BadRequestData", "no-uri"},
        {"GET", entities + "/urn:x:%00", "", "400 InvalidRequest", ""},
        {"DELETE", entities + "/no-uri", "", "400 BadRequestData", "no-uri"},
        {"DELETE", entities, "", "400 BadRequestData", ""},
        {"DELETE", std::string(room_path) + "/attrs/temperature?datasetId=x%20y", "",
         "400 BadRequestData", "datasetId"},
        {"DELETE", std::string(room_path) + "/attrs/temperature?deleteAll=x", "",
         "400 BadRequestData", "deleteAll"},
        {"GET", temporal + "?type=Room&timerel=before", "", "400 BadRequestData", "timeAt"},
        {"GET", temporal + "?type=Room", "", "400 BadRequestData", ""},
        {"GET", temporal + "?type=Room&timerel=x&timeAt=2026-01-01T00:00:00Z", "",
         "400 BadRequestData", "timerel"},
        {"GET", "/ngsi-ld/v1/types?details=x", "", "400 BadRequestData", "details"},
    });
}

TEST(http_limits, a_body_over_the_limit_is_413) {
    const auto client = fresh_tenant();
    meridian::test::raw_connection connection(client.port());
    connection.send("POST /ngsi-ld/v1/entities HTTP/1.1\r\nHost: h\r\n"
                    "Content-Type: application/json\r\nContent-Length: 10000001\r\n\r\n");
    const auto answer = connection.read();
    // 5.5.3 with RFC 7807 4.2: table 5.5.2-1 has no type for it.
    EXPECT_EQ(show(answer), shown(413,
                                  {{"type", "about:blank"},
                                   {"title", "Payload Too Large"},
                                   {"detail", "the body is larger than 10000000 bytes"},
                                   {"status", 413}},
                                  {{"Content-Type", "application/json"}}));
    EXPECT_EQ(answer.header("Connection"), "close");
}

TEST(http_limits, a_long_target_is_414_and_a_long_header_431) {
    const auto client = fresh_tenant();
    const std::string path(room_path);
    EXPECT_EQ(client.get(path + "?attrs=" + std::string(8'100, 'a')).status, 414U);
    EXPECT_EQ(client.get(path, {{"X-Long", std::string(17'000, 'a')}}).status, 431U);
}

TEST(http_limits, what_is_no_http_is_400_and_the_server_lives_on) {
    const auto client = fresh_tenant();
    for (const std::string_view nonsense :
         {"nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET  /x HTTP/1.1\r\nHost: h\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: h\r\nBad Header: 1\r\n\r\n",
          "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1x\r\n\r\n",
          "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"}) {
        meridian::test::raw_connection connection(client.port());
        connection.send(nonsense);
        const auto status = connection.read().status;
        EXPECT_TRUE(status == 400 || status == 505) << nonsense << status;
    }
    EXPECT_EQ(client.get("/q/health").status, 200U);
}

TEST(limits, a_batch_over_the_maximum_is_413_and_makes_nothing) {
    const auto client = fresh_tenant();
    auto many = json::array();
    for (int i = 0; i <= 1'000; ++i)
        many.push_back({{"id", "urn:x:" + std::to_string(i)}, {"type", "T"}});
    EXPECT_EQ(client.post(batch + "/create", many).status, 413U);
    EXPECT_EQ(show(client.get(entities + "?type=T")), ok(json::array()));
}

/// `part` so many times, with `between` between them.
std::string repeated(std::string_view part, std::string_view between, int times) {
    std::string out(part);
    for (int i = 1; i < times; ++i)
        out.append(between).append(part);
    return out;
}

TEST(clause_5_5_2_too_complex_query, a_query_beyond_a_limit_is_403_and_says_where) {
    const auto client = fresh_tenant();
    const auto names = [](int count) {
        std::string out = "t0";
        for (int i = 1; i < count; ++i)
            out += ",t" + std::to_string(i);
        return out;
    };
    const std::vector<std::pair<std::string, std::string>> rows{
        {"q=" + repeated("a==1", ";", 151), "q: too many terms at byte 500"},
        {"q=a==" + repeated("1", ",", 151), "q: too many values at byte 203"},
        {"q=" + repeated("a", ".", 17), "q: too many names in the path at byte 33"},
        {"q=" + std::string(17, '(') + "a" + std::string(17, ')'),
         "q: parentheses are nested too deep at byte 17"},
        {"type=" + std::string(17, '(') + "A" + std::string(17, ')'),
         "type: parentheses are nested too deep at byte 17"},
        {"type=" + names(401), "type: too many terms at byte 1894"},
        {"type=T&scopeQ=" + std::string(17, '(') + "/a" + std::string(17, ')'),
         "scopeQ: parentheses are nested too deep at byte 17"},
        {"type=T&pick=" + names(401), "pick: too many names at byte 1890"},
    };
    for (const auto& [parameters, detail] : rows)
        EXPECT_EQ(show(client.get(entities + "?" + parameters)),
                  refused(403, "TooComplexQuery", detail))
            << parameters;
    json wanted{{"type", "Query"}, {"entities", json::array()}};
    for (int i = 0; i <= 100; ++i)
        wanted["entities"].push_back({{"type", "T"}, {"idPattern", "^urn:" + std::to_string(i)}});
    EXPECT_EQ(show(client.post(batch + "/query", wanted)),
              refused(403, "TooComplexQuery",
                      "the Query's member 'entities' has more than 100 EntitySelectors",
                      "/entities"));
    wanted["entities"].erase(100);
    EXPECT_EQ(show(client.post(batch + "/query", wanted)), ok(json::array()));
}

TEST(clause_6_3_20_invalid_parameters, options_that_an_operation_has_not_are_400_invalid_request) {
    const auto client = fresh_tenant();
    ASSERT_EQ(client.post(entities, room()).status, 201U);
    const auto before = stored(client, "urn:ngsi-ld:Room:1");
    const json fragment{{"temperature", {{"type", "Property"}, {"value", 1}}}};
    const std::string attributes = std::string(room_path) + "/attrs";
    // 6.6.3.2 names no options for PATCH; POST knows noOverwrite alone (6.6.3.1).
    for (const auto* options : {"noOverwrite", "nonsense"})
        EXPECT_EQ(kind_of(client.patch(attributes + "?options=" + options, fragment)),
                  "400 InvalidRequest")
            << options;
    EXPECT_EQ(kind_of(client.post(attributes + "?options=nonsense", fragment)),
              "400 InvalidRequest");
    EXPECT_EQ(stored(client, "urn:ngsi-ld:Room:1"), before);
}

TEST(problem_details, point_at_the_member) {
    const auto client = fresh_tenant();
    const header_lines ld_json{{"Content-Type", "application/ld+json"}};
    const auto pointer = [](const http_answer& answer) {
        return answer.content().value("pointer", std::string{"none"});
    };
    json wanted{{"type", "Subscription"},
                {"entities", list(json{{"type", "Room"}})},
                {"notification", {{"endpoint", {{"uri", "ftp://example.org"}}}}}};
    EXPECT_EQ(pointer(client.post(subscriptions, wanted)), "/notification/endpoint/uri");
    wanted["notification"]["endpoint"]["uri"] = "http://127.0.0.1:9/n";
    wanted["q"] = "a==";
    EXPECT_EQ(pointer(client.post(subscriptions, wanted)), "/q");
    const json query{{"type", "Query"}, {"entities", list(json{{"type", "Room"}})}, {"q", "("}};
    EXPECT_EQ(pointer(client.post(batch + "/query", query)), "/q");
    auto entity = room();
    entity["@context"] = 7;
    EXPECT_EQ(pointer(client.post(entities, entity, ld_json)), "/@context");
    entity = room();
    entity["temperature"]["observedAt"] = "yesterday";
    EXPECT_EQ(pointer(client.post(entities, entity)), "/temperature/observedAt");
    const auto made = client.post(batch + "/create", list(room("urn:x:1"), entity));
    EXPECT_EQ(made.status, 207U);
    EXPECT_EQ(made.content()["errors"][0]["error"]["pointer"], "/temperature/observedAt");
}

} // namespace
} // namespace meridian::api::test
