#include "support.hpp"

namespace meridian::ngsild {
namespace {

struct accepted_case {
    const char* sent;
    const char* normalized;
};
class attribute_is_read : public testing::TestWithParam<accepted_case> {};

TEST_P(attribute_is_read, as_normalized) {
    const auto made = parse(with_attribute(GetParam().sent));
    ASSERT_TRUE(made) << GetParam().sent << ": " << made.error().detail();
    ASSERT_EQ(made->attributes.size(), 1u);
    EXPECT_EQ(made->attributes[0].name, in_default("a"));
    const auto expected = parse_json(GetParam().normalized);
    ASSERT_TRUE(expected);
    const auto all = shown(*made);
    EXPECT_EQ(*all.begin(), *expected) << GetParam().sent;
}

INSTANTIATE_TEST_SUITE_P(
    clause_4_5_2_property, attribute_is_read,
    testing::Values(
        accepted_case{"7", R"({"type":"Property","value":7})"},
        accepted_case{R"("x<y>'")", R"({"type":"Property","value":"x<y>'"})"},
        accepted_case{"[]", R"({"type":"Property","value":[]})"},
        accepted_case{R"([1,{"b":2}])", R"({"type":"Property","value":[1,{"b":2}]})"},
        accepted_case{R"({"b":{"c":1}})", R"({"type":"Property","value":{"b":{"c":1}}})"},
        accepted_case{R"({"@type":"DateTime","@value":"2026-01-01T00:00:00Z"})",
                      R"({"type":"Property","value":)"
                      R"({"@type":"DateTime","@value":"2026-01-01T00:00:00Z"}})"},
        accepted_case{R"({"value":{"@type":"@json","@value":null}})",
                      R"({"type":"Property","value":{"@type":"@json","@value":null}})"},
        accepted_case{R"({"@type":"Property","value":1})", R"({"type":"Property","value":1})"},
        accepted_case{R"({"value":1,"unitCode":"CEL","observedAt":"2026-01-01T00:00:00,5Z"})",
                      R"({"type":"Property","value":1,"observedAt":"2026-01-01T00:00:00.500Z",)"
                      R"("unitCode":"CEL"})"},
        accepted_case{R"({"value":1,"createdAt":"x","modifiedAt":3,"instanceId":"i",)"
                      R"("previousValue":2})",
                      R"({"type":"Property","value":1})"},
        accepted_case{R"({"value":1,"valueType":"DateTime"})",
                      R"({"type":"Property","value":1,)"
                      R"("valueType":"https://uri.etsi.org/ngsi-ld/DateTime"})"},
        accepted_case{R"({"value":1,"datasetId":"@none"})", R"({"type":"Property","value":1})"},
        accepted_case{R"({"value":1,"b":{"object":"urn:x:1","c":[2]}})",
                      R"({"type":"Property","value":1,"b":{"type":"Relationship",)"
                      R"("object":"urn:x:1","c":{"type":"Property","value":[2]}}})"},
        accepted_case{R"([{"value":1},{"value":2,"datasetId":"urn:d:1"}])",
                      R"([{"type":"Property","value":1},)"
                      R"({"type":"Property","value":2,"datasetId":"urn:d:1"}])"},
        accepted_case{R"([{"type":"Property","value":1}])", R"({"type":"Property","value":1})"}));

INSTANTIATE_TEST_SUITE_P(
    clause_4_5_other_kinds, attribute_is_read,
    testing::Values(
        accepted_case{R"({"object":["urn:x:1","urn:x:2"],"objectType":["B","C"]})",
                      R"({"type":"Relationship","object":["urn:x:1","urn:x:2"],"objectType":[)"
                      R"("https://uri.etsi.org/ngsi-ld/default-context/B",)"
                      R"("https://uri.etsi.org/ngsi-ld/default-context/C"]})"},
        accepted_case{R"({"type":"Point","coordinates":[1,2]})",
                      R"({"type":"GeoProperty","value":{"type":"Point","coordinates":[1,2]}})"},
        accepted_case{R"({"value":{"type":"Point","coordinates":[1,2]},"b":1})",
                      R"({"type":"GeoProperty","value":{"type":"Point","coordinates":[1,2]},)"
                      R"("b":{"type":"Property","value":1}})"},
        accepted_case{
            R"({"type":"GeoProperty","value":"{\"type\":\"Point\",\"coordinates\":[1,2]}"})",
            R"({"type":"GeoProperty","value":{"type":"Point","coordinates":[1,2]}})"},
        accepted_case{
            R"({"languageMap":{"en-GB":"a","@none":["b","c"]}})",
            R"({"type":"LanguageProperty","languageMap":{"en-GB":"a","@none":["b","c"]}})"},
        accepted_case{R"({"vocab":["x","https://e.org/y"]})",
                      R"({"type":"VocabProperty","vocab":[)"
                      R"("https://uri.etsi.org/ngsi-ld/default-context/x","https://e.org/y"]})"},
        accepted_case{R"({"json":{"id":1,"value":null}})",
                      R"({"type":"JsonProperty","json":{"id":1,"value":null}})"},
        accepted_case{R"({"valueList":[1,"b"]})", R"({"type":"ListProperty","valueList":[1,"b"]})"},
        accepted_case{R"({"objectList":["urn:x:1",{"object":"urn:x:2"}]})",
                      R"({"type":"ListRelationship","objectList":[{"object":"urn:x:1"},)"
                      R"({"object":"urn:x:2"}]})"}));

struct refused_case {
    const char* sent;
    const char* pointer;
};
class attribute_is_refused : public testing::TestWithParam<refused_case> {};

TEST_P(attribute_is_refused, as_bad_request_data) {
    const auto made = parse(with_attribute(GetParam().sent));
    ASSERT_FALSE(made) << GetParam().sent;
    EXPECT_EQ(made.error().kind(), problem_kind::bad_request_data);
    EXPECT_EQ(made.error().pointer(), GetParam().pointer) << GetParam().sent;
}

INSTANTIATE_TEST_SUITE_P(
    clause_4_5, attribute_is_refused,
    testing::Values(
        refused_case{"null", "/a"}, refused_case{R"({"value":null})", "/a/value"},
        refused_case{R"({"value":{"b":[{"c":null}]}})", "/a/value/b/0/c"},
        refused_case{R"({"type":"Property"})", "/a"},
        refused_case{R"({"type":"DateTime","value":"2026-01-01"})", "/a/type"},
        refused_case{R"({"type":["Property"],"value":1})", "/a/type"},
        refused_case{R"({"type":"Relationship","value":"urn:x:1"})", "/a"},
        refused_case{R"({"type":"Relationship","object":"urn:x:1","value":1})", "/a/value"},
        refused_case{R"({"value":1,"object":"urn:x:1"})", "/a/object"},
        refused_case{R"({"object":"no uri"})", "/a/object"},
        refused_case{R"({"object":[]})", "/a/object"},
        refused_case{R"({"object":"urn:x:1","unitCode":"CEL"})", "/a/unitCode"},
        refused_case{R"({"object":"urn:x:1","previousValue":1})", "/a/previousValue"},
        refused_case{R"({"value":1,"entity":{}})", "/a/entity"},
        refused_case{R"({"value":1,"unitCode":3})", "/a/unitCode"},
        refused_case{R"({"value":1,"observedAt":"yesterday"})", "/a/observedAt"},
        refused_case{R"({"value":1,"expiresAt":"2026-01-01"})", "/a/expiresAt"},
        refused_case{R"({"value":1,"datasetId":"x"})", "/a/datasetId"},
        refused_case{R"({"value":1,"@context":{}})", "/a/@context"},
        refused_case{R"({"value":1,"scope":"/a"})", "/a/scope"},
        refused_case{R"({"value":1,"b-c":2})", "/a/b-c"},
        refused_case{R"({"value":1,"b":1,"https://uri.etsi.org/ngsi-ld/default-context/b":2})",
                     "/a/https:~1~1uri.etsi.org~1ngsi-ld~1default-context~1b"},
        refused_case{R"([{"value":1},{"value":2}])", "/a"},
        refused_case{R"([{"type":"Property","value":1},7])", "/a/1"},
        refused_case{R"({"languageMap":{"en":1}})", "/a/languageMap/en"},
        refused_case{R"({"languageMap":{"e n":"x"}})", "/a/languageMap/e n"},
        refused_case{R"({"languageMap":"x"})", "/a/languageMap"},
        refused_case{R"({"languageMap":{"en":"x"},"unitCode":"CEL"})", "/a/unitCode"},
        refused_case{R"({"languageMap":{"en":"x"},"valueType":"String"})", "/a/valueType"},
        refused_case{R"({"vocab":[]})", "/a/vocab"}, refused_case{R"({"vocab":{}})", "/a/vocab"},
        refused_case{R"({"json":null})", "/a/json"},
        refused_case{R"({"valueList":1})", "/a/valueList"},
        refused_case{R"({"objectList":[1]})", "/a/objectList/0"},
        refused_case{R"({"objectList":[{"object":["urn:x:1"]}]})", "/a/objectList/0"},
        refused_case{R"({"value":1,"ngsildproof":7})", "/a/ngsildproof"}));

INSTANTIATE_TEST_SUITE_P(
    clause_5_5_4_ngsild_null, attribute_is_refused,
    testing::Values(refused_case{R"("urn:ngsi-ld:null")", "/a"},
                    refused_case{R"({"value":"urn:ngsi-ld:null"})", "/a/value"},
                    refused_case{R"({"value":{"b":"urn:ngsi-ld:null"}})", "/a/value/b"},
                    refused_case{R"({"object":"urn:ngsi-ld:null"})", "/a/object"},
                    refused_case{R"({"languageMap":{"@none":"urn:ngsi-ld:null"}})",
                                 "/a/languageMap/@none"},
                    refused_case{R"({"vocab":"urn:ngsi-ld:null"})", "/a/vocab"},
                    refused_case{R"({"json":"urn:ngsi-ld:null"})", "/a/json"},
                    refused_case{R"({"valueList":["urn:ngsi-ld:null"]})", "/a/valueList"},
                    refused_case{R"({"objectList":["urn:ngsi-ld:null"]})", "/a/objectList/0"},
                    refused_case{R"({"value":1,"unitCode":"urn:ngsi-ld:null"})", "/a/unitCode"},
                    refused_case{R"({"value":1,"b":"urn:ngsi-ld:null"})", "/a/b"}));

INSTANTIATE_TEST_SUITE_P(
    clause_4_7_geometries, attribute_is_refused,
    testing::Values(
        refused_case{R"({"type":"GeometryCollection","geometries":[]})", "/a/type"},
        refused_case{R"({"type":"GeoProperty","value":{"type":"Circle","coordinates":[1,2]}})",
                     "/a/value"},
        refused_case{R"x({"type":"GeoProperty","value":"POINT (1 2)"})x", "/a/value"},
        refused_case{R"({"type":"Point","coordinates":[181,2]})", "/a"},
        refused_case{R"({"type":"Point","coordinates":[1,-90.5]})", "/a"},
        refused_case{R"({"type":"Point","coordinates":[1]})", "/a"},
        refused_case{R"({"type":"Point","coordinates":["1",2]})", "/a"},
        refused_case{R"({"type":"LineString","coordinates":[[1,2]]})", "/a"},
        refused_case{R"({"type":"Polygon","coordinates":[]})", "/a"},
        refused_case{R"({"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1]]]})", "/a"},
        refused_case{R"({"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1]]]})", "/a"},
        refused_case{R"({"type":"MultiPolygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]})",
                     "/a"}));

TEST(clause_4_7_geometries, each_supported_type_is_taken) {
    for (const auto* geometry :
         {R"({"type":"MultiPoint","coordinates":[[1,2,3]]})",
          R"({"type":"LineString","coordinates":[[1,2],[3,4]]})",
          R"({"type":"MultiLineString","coordinates":[[[1,2],[3,4]]]})",
          R"({"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]],"bbox":[0,0,1,1]})",
          R"({"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]]]})"}) {
        const auto made = parse(with_attribute(geometry));
        ASSERT_TRUE(made) << geometry << made.error().detail();
        EXPECT_EQ(made->attributes[0].instances[0].kind, attribute_kind::geo_property);
    }
}

TEST(clause_4_7_geometries, vertices_have_a_limit) {
    const auto payload =
        parse_json(with_attribute(R"({"type":"MultiPoint","coordinates":[[1,2],[1,2]]})"));
    EXPECT_FALSE(parse_entity(*payload, *jsonld::core_context(), {.geometry_vertices = 1}));
    EXPECT_TRUE(parse_entity(*payload, *jsonld::core_context(), {.geometry_vertices = 2}));
}

struct entity_case {
    const char* sent;
    const char* pointer;
};
class entity_is_refused : public testing::TestWithParam<entity_case> {};
TEST_P(entity_is_refused, as_bad_request_data) {
    const auto made = parse(GetParam().sent);
    ASSERT_FALSE(made) << GetParam().sent;
    EXPECT_EQ(made.error().kind(), problem_kind::bad_request_data);
    EXPECT_EQ(made.error().pointer(), GetParam().pointer);
}
INSTANTIATE_TEST_SUITE_P(
    clause_5_2_4, entity_is_refused,
    testing::Values(
        entity_case{"[]", ""}, entity_case{R"({"type":"T"})", ""},
        entity_case{R"({"id":"urn:e:1"})", ""}, entity_case{R"({"id":"e 1","type":"T"})", "/id"},
        entity_case{R"({"id":7,"type":"T"})", "/id"},
        entity_case{R"({"id":"urn:ngsi-ld:null","type":"T"})", "/id"},
        entity_case{R"({"id":"urn:e:1","@id":"urn:e:1","type":"T"})", "/@id"},
        entity_case{R"({"id":"urn:e:1","type":[]})", "/type"},
        entity_case{R"({"id":"urn:e:1","type":["T",1]})", "/type/1"},
        entity_case{R"({"id":"urn:e:1","type":"T<"})", "/type"},
        entity_case{R"({"id":"urn:e:1","type":""})", "/type"},
        entity_case{R"({"id":"urn:e:1","type":"1T"})", "/type"},
        entity_case{R"({"id":"urn:e:1","type":"T","scope":"/a//b"})", "/scope"},
        entity_case{R"({"id":"urn:e:1","type":"T","scope":["/a","/1"]})", "/scope/1"},
        entity_case{R"({"id":"urn:e:1","type":"T","scope":"urn:ngsi-ld:null"})", "/scope"},
        entity_case{R"({"id":"urn:e:1","type":"T","expiresAt":"soon"})", "/expiresAt"},
        entity_case{R"({"id":"urn:e:1","type":"T","value":1})", "/value"},
        entity_case{R"({"id":"urn:e:1","type":"T","datasetId":"urn:d:1"})", "/datasetId"},
        entity_case{R"({"id":"urn:e:1","type":"T","ngsi-ld:createdAt":1})", "/ngsi-ld:createdAt"},
        entity_case{R"({"id":"urn:e:1","type":"T","a(":1})", "/a("},
        entity_case{R"({"id":"urn:e:1","type":"T","a b":1})", "/a b"}));

TEST(clause_5_2_4, entity_is_read_with_all_its_members) {
    const auto made = parse(R"({"@id":"urn:e:1","@type":["T","U","T"],"scope":["Madrid","/Madrid",)"
                            R"("/A/Ñandú_1"],"expiresAt":"2030-01-01T00:00:00Z","createdAt":7,)"
                            R"("@context":"https://x.org","name":"n","été":1})");
    ASSERT_TRUE(made) << made.error().detail();
    entity expected;
    expected.id = "urn:e:1";
    expected.types = {in_default("T"), in_default("U")};
    expected.scopes = {"/Madrid", "/A/Ñandú_1"};
    expected.expires_at = parse_date_time("2030-01-01T00:00:00Z");
    attribute_instance name;
    name.value = "n";
    attribute_instance summer;
    summer.value = 1;
    expected.attributes = {{in_default("name"), {name}}, {in_default("été"), {summer}}};
    EXPECT_EQ(*made, expected);
}

TEST(clause_5_5_4, nesting_has_a_limit) {
    std::string text = "1";
    for (int level = 0; level < 20; ++level)
        text = R"({"value":1,"b":)" + text + "}";
    EXPECT_FALSE(parse(with_attribute(text)));
}

TEST(clause_5_4_fragment, keeps_nulls_and_tells_bare_values) {
    const auto payload = R"({"type":"U","scope":"urn:ngsi-ld:null","expiresAt":"urn:ngsi-ld:null",
        "a":"urn:ngsi-ld:null","b":7,"c":{"type":"Property","value":"urn:ngsi-ld:null",
        "d":"urn:ngsi-ld:null"},"e":{"observedAt":"2026-01-01T00:00:00Z"},
        "f":{"languageMap":{"@none":"urn:ngsi-ld:null"}},"g":{"vocab":"x"}})"_json_of;
    const auto made = parse_entity_fragment(payload, *jsonld::core_context(),
                                            input_format::normalized_or_concise);
    ASSERT_TRUE(made) << made.error().detail();
    EXPECT_EQ(made->types, std::vector{in_default("U")});
    EXPECT_TRUE(made->scopes_are_null);
    EXPECT_TRUE(made->expires_at_is_null);
    auto expected = json::object();
    expected[in_default("a")] = "urn:ngsi-ld:null";
    expected[in_default("b")] = R"({"value":7})"_json_of;
    expected[in_default("c")] = R"({"type":"Property","value":"urn:ngsi-ld:null"})"_json_of;
    expected[in_default("c")][in_default("d")] = "urn:ngsi-ld:null";
    expected[in_default("e")] = R"({"observedAt":"2026-01-01T00:00:00Z"})"_json_of;
    expected[in_default("f")] =
        R"({"type":"LanguageProperty","languageMap":{"@none":"urn:ngsi-ld:null"}})"_json_of;
    expected[in_default("g")] = R"({"type":"VocabProperty"})"_json_of;
    expected[in_default("g")]["vocab"] = in_default("x");
    EXPECT_EQ(made->attributes, expected);
    EXPECT_EQ(names_of(*made),
              (std::vector{in_default("U"), in_default("a"), in_default("b"), in_default("c"),
                           in_default("d"), in_default("e"), in_default("f"), in_default("g")}));
}

TEST(clause_4_5_4_simplified, becomes_normalized_with_open_kinds) {
    const auto payload = R"({"a":"urn:x:1","b":{"vocab":"v"},"c":{"dataset":{"@none":1,
        "urn:d:1":{"languageMap":{"en":"x"}}}},"d":{"type":"Point","coordinates":[1,2]}})"_json_of;
    const auto made =
        parse_entity_fragment(payload, *jsonld::core_context(), input_format::simplified);
    ASSERT_TRUE(made) << made.error().detail();
    auto expected = json::object();
    expected[in_default("a")] = R"({"value":"urn:x:1"})"_json_of;
    expected[in_default("b")] = R"({"type":"VocabProperty"})"_json_of;
    expected[in_default("b")]["vocab"] = in_default("v");
    expected[in_default("c")] =
        R"([{"value":1},{"type":"LanguageProperty","languageMap":{"en":"x"},
            "datasetId":"urn:d:1"}])"_json_of;
    expected[in_default("d")] =
        R"({"type":"GeoProperty","value":{"type":"Point","coordinates":[1,2]}})"_json_of;
    EXPECT_EQ(made->attributes, expected);
}

TEST(clause_5_6_4_attribute_fragment, is_an_instance_even_without_a_value) {
    const auto made =
        parse_attribute_fragment(R"({"unitCode":"CEL","@context":"https://x.org"})"_json_of,
                                 in_default("a"), *jsonld::core_context());
    ASSERT_TRUE(made);
    auto expected = json::object();
    expected[in_default("a")] = R"({"unitCode":"CEL"})"_json_of;
    EXPECT_EQ(made->attributes, expected);
    EXPECT_FALSE(parse_attribute_fragment(json(7), in_default("a"), *jsonld::core_context()));
    EXPECT_FALSE(parse_attribute_fragment(
        R"({"value":7})"_json_of, "https://uri.etsi.org/ngsi-ld/scope", *jsonld::core_context()));
}

} // namespace
} // namespace meridian::ngsild
