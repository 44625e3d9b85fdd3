#include "rendering.hpp"

namespace meridian::ngsild {
namespace {

using kind = attribute_kind;
using format = representation_format;
using what = attribute_change::what;

class notified {
public:
    rendering subject;
    std::vector<attribute_change> changes;
    bool previous_values = false;
    bool entity_deleted = false;
    bool lost_attributes = false;

    void changed(what happened, std::string_view name, std::optional<attribute_instance> before) {
        attribute_change out{happened, subject.id(name), 0, std::move(before), {}};
        if (out.before && !out.before->dataset_id.empty())
            out.dataset = subject.dictionary.learn(out.before->dataset_id);
        changes.push_back(std::move(out));
    }
    json show(format as = format::normalized, bool sys_attrs = false, std::string_view lang = {}) {
        representation how;
        how.format = as;
        how.sys_attrs = sys_attrs;
        how.lang = std::string(lang);
        std::string out;
        append_notified_entity(out, subject.row(),
                               {changes, at(9), previous_values, entity_deleted, lost_attributes},
                               how, subject.names(), at(10));
        return parsed(out);
    }
};

TEST(clause_5_8_6_notification, a_deleted_attribute_is_its_name_and_the_null) {
    notified one;
    one.subject.add("speed", kind::property, "55");
    one.changed(what::deleted, "owner", instance(kind::relationship, R"("urn:p:Bob")"));
    one.changed(what::deleted, "street", instance(kind::language_property, R"({"fr":"a"})"));
    const auto expected = [](std::string_view speed) {
        auto out = parsed(R"({"id":"urn:ngsi-ld:Vehicle:A4567","type":"Vehicle","speed":0,
                              "owner":"urn:ngsi-ld:null","street":"urn:ngsi-ld:null"})");
        out["speed"] = parsed(speed);
        return out;
    };
    EXPECT_EQ(one.show(), expected(R"({"type":"Property","value":55})"));
    EXPECT_EQ(one.show(format::concise), expected("55"));
    EXPECT_EQ(one.show(format::simplified), expected("55"));
}

TEST(clause_5_8_6_notification,
     a_deleted_entity_tells_the_attributes_whose_deletion_was_asked_for) {
    notified one;
    one.subject.add("speed", kind::property, "55");
    one.changed(what::deleted, "speed", instance(kind::property, "55"));
    one.entity_deleted = true;
    auto expected = parsed(R"({"id":"urn:ngsi-ld:Vehicle:A4567","type":"Vehicle",
                               "deletedAt":"2026-11-21T09:00:09Z"})");
    EXPECT_EQ(one.show(), expected);
    one.lost_attributes = true;
    expected["speed"] = "urn:ngsi-ld:null";
    EXPECT_EQ(one.show(), expected);
}

TEST(clause_5_8_6_notification, a_deletion_with_sys_attrs_is_an_object_with_deleted_at) {
    notified one;
    one.changed(what::deleted, "street", instance(kind::language_property, R"({"fr":"a"})"));
    EXPECT_EQ(one.show(format::normalized, true)["street"],
              parsed(R"({"type":"LanguageProperty","languageMap":{"@none":"urn:ngsi-ld:null"},
                         "createdAt":"2026-11-21T09:00:00Z","modifiedAt":"2026-11-21T09:00:01Z",
                         "deletedAt":"2026-11-21T09:00:09Z"})"));
}

TEST(clause_5_8_6_notification, a_deleted_dataset_stands_beside_the_living_instances) {
    notified one;
    one.subject.add("speed", kind::property, "55");
    one.changed(what::deleted, "speed", with_dataset(instance(kind::property, "50"), "urn:d:gps"));
    EXPECT_EQ(one.show()["speed"], parsed(R"([{"type":"Property","value":55},
                         {"type":"Property","value":"urn:ngsi-ld:null","datasetId":"urn:d:gps"}])"));
    EXPECT_EQ(one.show(format::simplified)["speed"],
              parsed(R"({"dataset":{"@none":55,"urn:d:gps":"urn:ngsi-ld:null"}})"));
}

struct previous_case {
    kind of;
    const char* before;
    const char* after;
    const char* normalized;
};

TEST(clause_5_2_14_show_changes, previous_values_have_the_name_of_their_kind) {
    const std::vector<previous_case> cases{
        {kind::property, "1", "2", R"({"type":"Property","value":2,"previousValue":1})"},
        {kind::relationship, R"("urn:a:1")", R"("urn:a:2")",
         R"({"type":"Relationship","object":"urn:a:2","previousObject":"urn:a:1"})"},
        {kind::language_property, R"({"en":"a"})", R"({"en":"b"})",
         R"({"type":"LanguageProperty","languageMap":{"en":"b"},
             "previousLanguageMap":{"en":"a"}})"},
        {kind::vocab_property, R"("https://uri.etsi.org/ngsi-ld/default-context/A")",
         R"("https://uri.etsi.org/ngsi-ld/default-context/B")",
         R"({"type":"VocabProperty","vocab":"B","previousVocab":"A"})"},
        {kind::json_property, R"({"id":1})", R"({"id":2})",
         R"({"type":"JsonProperty","json":{"id":2},"previousJson":{"id":1}})"},
        {kind::list_property, "[1]", "[2]",
         R"({"type":"ListProperty","valueList":[2],"previousValueList":[1]})"},
        {kind::list_relationship, R"([{"object":"urn:a:1"}])", R"([{"object":"urn:a:2"}])",
         R"({"type":"ListRelationship","objectList":[{"object":"urn:a:2"}],
             "previousObjectList":[{"object":"urn:a:1"}]})"},
    };
    for (const auto& each : cases) {
        notified one;
        one.previous_values = true;
        one.subject.add("a", each.of, each.after);
        one.changed(what::updated, "a", instance(each.of, each.before));
        EXPECT_EQ(one.show()["a"], parsed(each.normalized));
    }
}

TEST(clause_5_2_14_show_changes, a_creation_has_no_previous_value_and_a_deletion_has) {
    notified one;
    one.previous_values = true;
    one.subject.add("speed", kind::property, "55");
    one.changed(what::created, "speed", std::nullopt);
    one.changed(what::deleted, "owner", instance(kind::relationship, R"("urn:p:Bob")"));
    EXPECT_EQ(one.show(format::concise),
              parsed(R"({"id":"urn:ngsi-ld:Vehicle:A4567","type":"Vehicle","speed":55,
                         "owner":{"object":"urn:ngsi-ld:null","previousObject":"urn:p:Bob"}})"));
}

TEST(clause_5_2_14_show_changes, language_filter_reduces_the_previous_map_too) {
    notified one;
    one.previous_values = true;
    one.subject.add("street", kind::language_property, R"({"fr":"b","en":"c"})");
    one.changed(what::updated, "street", instance(kind::language_property, R"({"fr":"a"})"));
    EXPECT_EQ(one.show(format::normalized, false, "fr")["street"],
              parsed(R"({"type":"Property","value":"b","lang":"fr","previousValue":"a"})"));
}

TEST(clause_5_8_6_notification, a_deleted_entity_tells_deleted_at_and_with_changes_its_attributes) {
    notified one;
    one.entity_deleted = true;
    one.subject.add("speed", kind::property, "55");
    one.changed(what::deleted, "speed", instance(kind::property, "55"));
    EXPECT_EQ(one.show(), parsed(R"({"id":"urn:ngsi-ld:Vehicle:A4567","type":"Vehicle",
                                     "deletedAt":"2026-11-21T09:00:09Z"})"));
    one.previous_values = true;
    EXPECT_EQ(one.show(), parsed(R"({"id":"urn:ngsi-ld:Vehicle:A4567","type":"Vehicle",
        "deletedAt":"2026-11-21T09:00:09Z",
        "speed":{"type":"Property","value":"urn:ngsi-ld:null","previousValue":55}})"));
}

} // namespace
} // namespace meridian::ngsild
