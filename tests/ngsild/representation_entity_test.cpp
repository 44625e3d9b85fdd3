#include "rendering.hpp"

namespace meridian::ngsild {
namespace {

using kind = attribute_kind;
using format = representation_format;

attribute_instance speed() {
    auto out = instance(kind::property, "55");
    out.observed_at = at(-60);
    out.members["unitCode"] = "KMH";
    auto nested = instance(kind::property, "0.9");
    out.attributes.push_back({full("reliability"), {nested}});
    return out;
}

TEST(clause_4_5_1_entity, members_stand_in_order_and_single_types_are_strings) {
    rendering one;
    one.subject.scopes = {"/Madrid"};
    one.add("brandName", kind::property, R"("Mercedes")");
    EXPECT_EQ(one.text({}),
              R"({"id":"urn:ngsi-ld:Vehicle:A4567","type":"Vehicle",)"
              R"("scope":"/Madrid","brandName":{"type":"Property","value":"Mercedes"}})");
}

TEST(clause_4_5_1_entity, several_types_and_scopes_are_arrays) {
    rendering one;
    one.subject.types.push_back(full("Car"));
    one.subject.scopes = {"/Madrid", "/Fleet/A"};
    EXPECT_EQ(one.text({}), R"({"id":"urn:ngsi-ld:Vehicle:A4567","type":["Vehicle","Car"],)"
                            R"("scope":["/Madrid","/Fleet/A"]})");
}

TEST(clause_4_5_2_property, normalized_keeps_its_members_and_sub_attributes) {
    rendering one;
    one.add("speed", {speed()});
    EXPECT_EQ(one.attribute_as(format::normalized, "speed"),
              parsed(R"({"type":"Property","value":55,"observedAt":"2026-11-21T08:59:00Z",
                         "unitCode":"KMH","reliability":{"type":"Property","value":0.9}})"));
}

TEST(clause_4_5_2_property, concise_drops_types_and_is_bare_without_members) {
    rendering one;
    one.add("speed", {speed()}).add("brandName", kind::property, R"("Mercedes")");
    EXPECT_EQ(one.attribute_as(format::concise, "speed"),
              parsed(R"({"value":55,"observedAt":"2026-11-21T08:59:00Z","unitCode":"KMH",
                         "reliability":0.9})"));
    EXPECT_EQ(one.attribute_as(format::concise, "brandName"), parsed(R"("Mercedes")"));
}

TEST(clause_4_5_2_property, concise_objects_are_bare_unless_they_look_like_an_attribute) {
    rendering one;
    one.add("address", kind::property, R"({"street":"A \"type\" of","city":{"type":"x"}})")
        .add("typed", kind::property, R"({"a":1,"type":"PostalAddress"})")
        .add("list", kind::property, "[1,[2]]")
        .add("things", kind::property, R"([{"a":1}])");
    EXPECT_EQ(one.show(format::concise),
              parsed(R"({"id":"urn:ngsi-ld:Vehicle:A4567","type":"Vehicle",
                         "address":{"street":"A \"type\" of","city":{"type":"x"}},
                         "typed":{"value":{"a":1,"type":"PostalAddress"}},
                         "list":[1,[2]],"things":{"value":[{"a":1}]}})"));
}

TEST(clause_4_5_2_property, value_type_is_compacted) {
    rendering one;
    auto tested = instance(kind::property, R"("2018-12-04T12:00:00Z")");
    tested.value_type = "https://uri.etsi.org/ngsi-ld/DateTime";
    one.add("testedAt", {tested});
    const auto shown = one.attribute_as(format::normalized, "testedAt");
    EXPECT_EQ(shown, parsed(R"({"type":"Property","value":"2018-12-04T12:00:00Z",
                                "valueType":"DateTime"})"));
}

TEST(clause_4_5_3_relationship, object_type_is_compacted_in_all_but_the_simplified_form) {
    rendering one;
    auto owner = instance(kind::relationship, R"("urn:ngsi-ld:Person:Bob")");
    owner.object_type = json::array({full("Person"), full("Driver")});
    one.add("owner", {owner});
    EXPECT_EQ(one.attribute_as(format::normalized, "owner"),
              parsed(R"({"type":"Relationship","object":"urn:ngsi-ld:Person:Bob",
                         "objectType":["Person","Driver"]})"));
    EXPECT_EQ(one.attribute_as(format::concise, "owner"),
              parsed(R"({"object":"urn:ngsi-ld:Person:Bob","objectType":["Person","Driver"]})"));
    EXPECT_EQ(one.attribute_as(format::simplified, "owner"), "urn:ngsi-ld:Person:Bob");
}

struct kind_case {
    kind of;
    const char* value;
    const char* normalized;
    const char* concise;
    const char* simplified;
};

TEST(clause_4_5_4_simplified, every_kind_in_every_format) {
    const std::vector<kind_case> cases{
        {kind::property, R"("David Robert Jones")",
         R"({"type":"Property","value":"David Robert Jones"})", R"("David Robert Jones")",
         R"("David Robert Jones")"},
        {kind::geo_property, R"({"type":"Point","coordinates":[13.3986,52.5547]})",
         R"({"type":"GeoProperty","value":{"type":"Point","coordinates":[13.3986,52.5547]}})",
         R"({"type":"Point","coordinates":[13.3986,52.5547]})",
         R"({"type":"Point","coordinates":[13.3986,52.5547]})"},
        {kind::language_property, R"({"en":"yes","fr":"oui"})",
         R"({"type":"LanguageProperty","languageMap":{"en":"yes","fr":"oui"}})",
         R"({"languageMap":{"en":"yes","fr":"oui"}})",
         R"({"languageMap":{"en":"yes","fr":"oui"}})"},
        {kind::json_property, R"({"id":"85a6cc52-0589-45f9","value":"Overstay 60 minutes"})",
         R"({"type":"JsonProperty",
             "json":{"id":"85a6cc52-0589-45f9","value":"Overstay 60 minutes"}})",
         R"({"json":{"id":"85a6cc52-0589-45f9","value":"Overstay 60 minutes"}})",
         R"({"json":{"id":"85a6cc52-0589-45f9","value":"Overstay 60 minutes"}})"},
        {kind::vocab_property, R"("https://uri.etsi.org/ngsi-ld/default-context/Male")",
         R"({"type":"VocabProperty","vocab":"Male"})", R"({"vocab":"Male"})",
         R"({"vocab":"Male"})"},
        {kind::vocab_property, R"(["https://uri.etsi.org/ngsi-ld/default-context/A"])",
         R"({"type":"VocabProperty","vocab":["A"]})", R"({"vocab":["A"]})", R"({"vocab":["A"]})"},
        {kind::relationship, R"(["urn:ngsi-ld:Device:14142","urn:ngsi-ld:Device:13562"])",
         R"({"type":"Relationship",
             "object":["urn:ngsi-ld:Device:14142","urn:ngsi-ld:Device:13562"]})",
         R"({"object":["urn:ngsi-ld:Device:14142","urn:ngsi-ld:Device:13562"]})",
         R"(["urn:ngsi-ld:Device:14142","urn:ngsi-ld:Device:13562"])"},
        {kind::list_property, R"(["First","Second"])",
         R"({"type":"ListProperty","valueList":["First","Second"]})",
         R"({"valueList":["First","Second"]})", R"(["First","Second"])"},
        {kind::list_relationship, R"([{"object":"urn:stop:0101"},{"object":"urn:stop:0102"}])",
         R"({"type":"ListRelationship",
             "objectList":[{"object":"urn:stop:0101"},{"object":"urn:stop:0102"}]})",
         R"({"objectList":["urn:stop:0101","urn:stop:0102"]})",
         R"(["urn:stop:0101","urn:stop:0102"])"},
    };
    for (const auto& one : cases) {
        rendering subject;
        subject.add("a", one.of, one.value);
        EXPECT_EQ(subject.attribute_as(format::normalized, "a"), parsed(one.normalized));
        EXPECT_EQ(subject.attribute_as(format::concise, "a"), parsed(one.concise));
        EXPECT_EQ(subject.attribute_as(format::simplified, "a"), parsed(one.simplified));
    }
}

TEST(clause_4_5_4_simplified, example_2_several_instances_stand_under_dataset) {
    rendering one;
    const auto name = [](std::string_view value, std::string_view dataset) {
        return with_dataset(instance(kind::property, value), dataset);
    };
    one.add("name", {name(R"("David Robert Jones")", ""),
                     name(R"("David Bowie")", "urn:ngsi-ld:datasetId:001"),
                     name(R"("Ziggy Stardust")", "urn:ngsi-ld:datasetId:002")});
    EXPECT_EQ(one.attribute_as(format::simplified, "name"), parsed(R"({"dataset":{
        "@none":"David Robert Jones","urn:ngsi-ld:datasetId:001":"David Bowie",
        "urn:ngsi-ld:datasetId:002":"Ziggy Stardust"}})"));
}

TEST(clause_4_5_4_simplified, examples_13_15_and_19_datasets_of_other_kinds) {
    rendering one;
    const auto add = [&](std::string_view name, kind of, const char* first, const char* second) {
        one.add(name, {instance(of, first),
                       with_dataset(instance(of, second), "urn:ngsi-ld:datasetId:001")});
    };
    add("providedBy", kind::relationship, R"("urn:ngsi-ld:Device:31415")",
        R"("urn:ngsi-ld:Device:27182")");
    add("periods", kind::list_property, R"(["First","Second"])", R"(["1st","2nd"])");
    add("route", kind::list_relationship, R"([{"object":"urn:ngsi-ld:BusStop:0101"}])",
        R"([{"object":"urn:ngsi-ld:BusStop:0102"}])");
    add("says", kind::language_property, R"({"en":"yes"})", R"({"fr":"oui"})");
    EXPECT_EQ(one.show(format::simplified),
              parsed(R"({"id":"urn:ngsi-ld:Vehicle:A4567","type":"Vehicle",
        "providedBy":{"dataset":{"@none":"urn:ngsi-ld:Device:31415",
            "urn:ngsi-ld:datasetId:001":"urn:ngsi-ld:Device:27182"}},
        "periods":{"dataset":{"@none":["First","Second"],
            "urn:ngsi-ld:datasetId:001":["1st","2nd"]}},
        "route":{"dataset":{"@none":["urn:ngsi-ld:BusStop:0101"],
            "urn:ngsi-ld:datasetId:001":["urn:ngsi-ld:BusStop:0102"]}},
        "says":{"dataset":{"@none":{"languageMap":{"en":"yes"}},
            "urn:ngsi-ld:datasetId:001":{"languageMap":{"fr":"oui"}}}}})"));
}

TEST(clause_4_5_5_multi_attribute, several_instances_are_an_array_of_objects) {
    rendering one;
    one.add("speed", {instance(kind::property, "55"),
                      with_dataset(instance(kind::property, "54.5"), "urn:d:gps")});
    EXPECT_EQ(one.attribute_as(format::normalized, "speed"),
              parsed(R"([{"type":"Property","value":55},
                         {"type":"Property","value":54.5,"datasetId":"urn:d:gps"}])"));
    EXPECT_EQ(one.attribute_as(format::concise, "speed"),
              parsed(R"([{"value":55},{"value":54.5,"datasetId":"urn:d:gps"}])"));
}

TEST(clause_4_5_5_multi_attribute, dataset_filter_keeps_what_it_names) {
    rendering one;
    one.add("speed", {instance(kind::property, "55"),
                      with_dataset(instance(kind::property, "54.5"), "urn:d:gps")})
        .add("brandName", kind::property, R"("Mercedes")");
    representation how;
    how.format = format::simplified;
    how.dataset_ids = {"urn:d:gps", "urn:d:unheard"};
    EXPECT_EQ(one.show(how), parsed(R"({"id":"urn:ngsi-ld:Vehicle:A4567","type":"Vehicle",
                                        "speed":54.5})"));
    how.dataset_ids = {"@none"};
    EXPECT_EQ(one.show(how), parsed(R"({"id":"urn:ngsi-ld:Vehicle:A4567","type":"Vehicle",
                                        "speed":55,"brandName":"Mercedes"})"));
    how.dataset_ids = {"urn:d:unheard"};
    EXPECT_EQ(one.show(how), parsed(R"({"id":"urn:ngsi-ld:Vehicle:A4567","type":"Vehicle"})"));
}

TEST(clause_6_3_11_system_attributes, stand_on_the_entity_and_on_every_level) {
    rendering one;
    auto owner = instance(kind::relationship, R"("urn:ngsi-ld:Person:Bob")");
    owner.expires_at = at(60);
    owner.attributes.push_back({full("since"), {instance(kind::property, "2020")}});
    one.subject.expires_at = at(120);
    one.add("owner", {owner});
    representation how;
    how.sys_attrs = true;
    EXPECT_EQ(one.show(how), parsed(R"({"id":"urn:ngsi-ld:Vehicle:A4567","type":"Vehicle",
        "createdAt":"2026-11-21T09:00:00Z","modifiedAt":"2026-11-21T09:00:02Z",
        "expiresAt":"2026-11-21T09:02:00Z",
        "owner":{"type":"Relationship","object":"urn:ngsi-ld:Person:Bob",
            "expiresAt":"2026-11-21T09:01:00Z",
            "createdAt":"2026-11-21T09:00:00Z","modifiedAt":"2026-11-21T09:00:01Z",
            "since":{"type":"Property","value":2020,"createdAt":"2026-11-21T09:00:00Z",
                     "modifiedAt":"2026-11-21T09:00:01Z"}}})"));
    how.format = format::concise;
    EXPECT_EQ(one.show(how)["owner"]["since"],
              parsed(R"({"value":2020,"createdAt":"2026-11-21T09:00:00Z",
                         "modifiedAt":"2026-11-21T09:00:01Z"})"));
}

TEST(clause_4_22_transient, expired_instances_are_left_out_on_every_level) {
    rendering one;
    auto gone = instance(kind::property, "1");
    gone.expires_at = at(10);
    auto owner = instance(kind::relationship, R"("urn:ngsi-ld:Person:Bob")");
    owner.attributes.push_back({full("since"), {gone}});
    auto other = with_dataset(gone, "urn:d:1");
    one.add("gone", {gone})
        .add("owner", {owner})
        .add("half", {instance(kind::property, "2"), other});
    EXPECT_EQ(one.show(), parsed(R"({"id":"urn:ngsi-ld:Vehicle:A4567","type":"Vehicle",
        "owner":{"type":"Relationship","object":"urn:ngsi-ld:Person:Bob"},
        "half":{"type":"Property","value":2}})"));
}

TEST(clause_4_21_projection, only_and_except_and_entity_members) {
    rendering one;
    one.subject.scopes = {"/A"};
    one.add("a", kind::property, "1").add("b", kind::property, "2");
    representation how;
    how.format = format::simplified;
    how.shown.how = projection::mode::only;
    how.shown.attributes = {one.id("b")};
    EXPECT_EQ(one.show(how), parsed(R"({"id":"urn:ngsi-ld:Vehicle:A4567","type":"Vehicle",
                                        "scope":"/A","b":2})"));
    how.shown.how = projection::mode::except;
    how.shown.scope = false;
    EXPECT_EQ(one.show(how),
              parsed(R"({"id":"urn:ngsi-ld:Vehicle:A4567","type":"Vehicle","a":1})"));
    how.shown.id = how.shown.type = false;
    how.shown.modified_at_picked = true;
    EXPECT_EQ(one.text(how), R"({"modifiedAt":"2026-11-21T09:00:02Z","a":1})");
}

TEST(clause_4_5_1_entity, context_is_the_last_member_of_each_entity) {
    rendering one;
    representation how;
    how.context_member = R"(["https://e.org/c.jsonld"])";
    const auto row = one.row();
    std::string out;
    append_entities(out, {row, row}, how, one.names(), at(10));
    const auto each =
        R"({"id":"urn:ngsi-ld:Vehicle:A4567","type":"Vehicle","@context":["https://e.org/c.jsonld"]})";
    EXPECT_EQ(out, std::string("[") + each + "," + each + "]");
    out.clear();
    append_entities(out, {}, how, one.names(), at(10));
    EXPECT_EQ(out, "[]");
}

} // namespace
} // namespace meridian::ngsild
