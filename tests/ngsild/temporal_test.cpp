#include "rendering.hpp"

#include "meridian/ngsild/temporal.hpp"

#include <deque>

namespace meridian::ngsild {
namespace {

using kind = attribute_kind;

/// A Temporal Evolution put together by a test.
class evolution {
public:
    known_names dictionary;
    temporal_representation how;
    std::vector<history_row> rows;

    evolution() { how.instance_ids = false; }
    name_id id(std::string_view name) { return dictionary.learn(full(name)); }

    evolution& add(std::string_view name, attribute_instance one, std::int64_t iid = 0,
                   std::optional<timestamp> first_ts = {}) {
        if (!one.dataset_id.empty())
            dictionary.learn(one.dataset_id);
        return add(
            to_history_row(id(name), one, history_origin::current_state, dictionary, first_ts),
            iid);
    }
    evolution& add(new_history_row row, std::int64_t iid = 0) {
        owned_.push_back(std::move(row));
        rows.push_back(owned_.back().view(iid));
        return *this;
    }
    temporal_head head() { return {"urn:v:1", {id("Vehicle")}, at(0), at(9), {}, {}}; }
    json show() {
        compacted_names names(jsonld::core_context(), dictionary);
        std::string out;
        append_temporal_entity(out, head(), rows, how, names);
        return parsed(out);
    }

private:
    std::deque<new_history_row> owned_;
};

attribute_instance observed(kind of, std::string_view value, int seconds) {
    auto out = instance(of, value);
    out.observed_at = at(seconds);
    return out;
}

TEST(clause_4_5_7_temporal, instances_are_an_array_with_observed_at) {
    evolution one;
    one.add("speed", observed(kind::property, "120", 3))
        .add("speed", observed(kind::property, "80.5", 5))
        .add("owner", observed(kind::relationship, R"("urn:p:Bob")", 4));
    one.how.context_member = R"("https://e.org/c")";
    EXPECT_EQ(one.show(), parsed(R"({"id":"urn:v:1","type":"Vehicle","speed":[
        {"type":"Property","value":120,"observedAt":"2026-11-21T09:00:03Z"},
        {"type":"Property","value":80.5,"observedAt":"2026-11-21T09:00:05Z"}],
        "owner":[{"type":"Relationship","object":"urn:p:Bob",
                  "observedAt":"2026-11-21T09:00:04Z"}],"@context":"https://e.org/c"})"));
}

TEST(clause_4_5_7_temporal, members_names_and_sub_attributes_come_back) {
    evolution one;
    auto speed = with_dataset(observed(kind::property, "120", 3), "urn:d:gps");
    speed.members["unitCode"] = "KMH";
    speed.value_type = full("Speed");
    auto gender =
        instance(kind::vocab_property, R"("https://uri.etsi.org/ngsi-ld/default-context/x")");
    one.dictionary.learn(full("by"));
    speed.attributes.push_back({full("by"), {gender}});
    one.add("speed", speed, 26);
    one.how.instance_ids = true;
    auto shown = one.show()["speed"][0];
    EXPECT_EQ(shown["instanceId"], to_instance_id({at(3), 26}));
    shown.erase("instanceId");
    EXPECT_EQ(shown, parsed(R"({"type":"Property","value":120,
        "datasetId":"urn:d:gps","observedAt":"2026-11-21T09:00:03Z","unitCode":"KMH",
        "valueType":"Speed","by":{"type":"VocabProperty","vocab":"x"}})"));
}

TEST(clause_4_5_7_temporal, deletions_are_nulls_with_deleted_at_under_sys_attrs) {
    evolution one;
    const auto before = instance(kind::language_property, R"({"en":"a"})");
    one.add(to_deletion_row(one.id("says"), 0, before, at(7)));
    EXPECT_EQ(
        one.show()["says"],
        parsed(R"([{"type":"LanguageProperty","languageMap":{"@none":"urn:ngsi-ld:null"}}])"));
    one.how.sys_attrs = true;
    EXPECT_EQ(one.show()["says"],
              parsed(R"([{"type":"LanguageProperty","languageMap":{"@none":"urn:ngsi-ld:null"},
                          "createdAt":"2026-11-21T09:00:00Z",
                          "deletedAt":"2026-11-21T09:00:07Z"}])"));
}

TEST(clause_4_5_6_temporal, scope_is_a_property_that_copies_modified_at) {
    evolution one;
    one.add(to_scope_row({"/A"}, at(0), at(1)), 5)
        .add(to_scope_row({"/A", "/B"}, at(0), at(2)), 6)
        .add(to_scope_row({}, at(0), at(3)), 7);
    one.how.instance_ids = true;
    EXPECT_EQ(one.show(), parsed(R"({"id":"urn:v:1","type":"Vehicle","scope":[
        {"type":"Property","value":"/A","observedAt":"2026-11-21T09:00:01Z"},
        {"type":"Property","value":["/A","/B"],"observedAt":"2026-11-21T09:00:02Z"},
        {"type":"Property","value":"urn:ngsi-ld:null","observedAt":"2026-11-21T09:00:03Z"}]})"));
    one.how.format = temporal_format::simplified;
    EXPECT_EQ(one.show()["scope"], parsed(R"({"type":"Property","values":[
        ["/A","2026-11-21T09:00:01Z"],[["/A","/B"],"2026-11-21T09:00:02Z"],
        ["urn:ngsi-ld:null","2026-11-21T09:00:03Z"]]})"));
    one.how.shown.scope = false;
    EXPECT_FALSE(one.show().contains("scope"));
}

struct series_case {
    kind of;
    const char* value;
    const char* expected;
};

TEST(clause_4_5_9_simplified_temporal, every_kind_has_its_member) {
    const std::vector<series_case> cases{
        {kind::property, R"("Joe Bloggs")",
         R"({"type":"Property","values":[["Joe Bloggs","2026-11-21T09:00:02Z"]]})"},
        {kind::property, "20.0", R"({"type":"Property","values":[[20.0,"2026-11-21T09:00:02Z"]]})"},
        {kind::property, "true", R"({"type":"Property","values":[[true,"2026-11-21T09:00:02Z"]]})"},
        {kind::property, "9007199254740993",
         R"({"type":"Property","values":[[9007199254740993,"2026-11-21T09:00:02Z"]]})"},
        {kind::geo_property, R"({"type":"Point","coordinates":[1,2]})",
         R"({"type":"GeoProperty","values":[[{"type":"Point","coordinates":[1,2]},
             "2026-11-21T09:00:02Z"]]})"},
        {kind::language_property, R"({"en":"yes","fr":"oui"})",
         R"({"type":"LanguageProperty","languageMaps":[[{"languageMap":{"en":"yes","fr":"oui"}},
             "2026-11-21T09:00:02Z"]]})"},
        {kind::list_property, R"(["First","Second"])",
         R"({"type":"ListProperty","valueLists":[[["First","Second"],"2026-11-21T09:00:02Z"]]})"},
        {kind::json_property, R"([{"id":"85a6cc52-0589-45f9"}])",
         R"({"type":"JsonProperty","jsons":[[{"json":[{"id":"85a6cc52-0589-45f9"}]},
             "2026-11-21T09:00:02Z"]]})"},
        {kind::json_property, R"("text")",
         R"({"type":"JsonProperty","jsons":[[{"json":"text"},"2026-11-21T09:00:02Z"]]})"},
        {kind::vocab_property, R"("https://uri.etsi.org/ngsi-ld/default-context/Male")",
         R"({"type":"VocabProperty","vocabs":[[{"vocab":"Male"},"2026-11-21T09:00:02Z"]]})"},
        {kind::vocab_property, R"(["https://uri.etsi.org/ngsi-ld/default-context/Male"])",
         R"({"type":"VocabProperty","vocabs":[[{"vocab":["Male"]},"2026-11-21T09:00:02Z"]]})"},
        {kind::relationship, R"(["urn:d:1","urn:d:2"])",
         R"({"type":"Relationship","objects":[[["urn:d:1","urn:d:2"],"2026-11-21T09:00:02Z"]]})"},
        {kind::list_relationship, R"([{"object":"urn:p:Alice"},{"object":"urn:p:Bob"}])",
         R"({"type":"ListRelationship",
             "objectLists":[[["urn:p:Alice","urn:p:Bob"],"2026-11-21T09:00:02Z"]]})"},
    };
    for (const auto& each : cases) {
        evolution one;
        one.how.format = temporal_format::simplified;
        one.add("a", observed(each.of, each.value, 2));
        EXPECT_EQ(one.show()["a"], parsed(each.expected));
    }
}

TEST(clause_4_5_9_simplified_temporal, second_element_is_the_queried_property) {
    evolution one;
    one.how.format = temporal_format::simplified;
    one.how.property = time_property::modified_at;
    one.add("a", observed(kind::property, "1", 7)).add("a", observed(kind::property, "2", 8));
    EXPECT_EQ(one.show()["a"], parsed(R"({"type":"Property","values":[
        [1,"2026-11-21T09:00:01Z"],[2,"2026-11-21T09:00:01Z"]]})"));
}

TEST(clause_4_5_9_simplified_temporal, datasets_are_kept_apart_and_filtered) {
    evolution one;
    one.how.format = temporal_format::simplified;
    one.add("a", observed(kind::property, "1", 7))
        .add("a", with_dataset(observed(kind::property, "2", 8), "urn:d:1"));
    EXPECT_EQ(one.show()["a"], parsed(R"([
        {"type":"Property","values":[[1,"2026-11-21T09:00:07Z"]]},
        {"type":"Property","datasetId":"urn:d:1","values":[[2,"2026-11-21T09:00:08Z"]]}])"));
    one.how.dataset_ids = {"@none"};
    EXPECT_EQ(one.show()["a"],
              parsed(R"({"type":"Property","values":[[1,"2026-11-21T09:00:07Z"]]})"));
}

TEST(clause_4_15_language_filter, reaches_the_temporal_evolution) {
    evolution one;
    one.how.lang = "fr";
    one.add("says", observed(kind::language_property, R"({"en":"yes","fr":"oui"})", 2));
    EXPECT_EQ(one.show()["says"], parsed(R"([{"type":"Property","value":"oui","lang":"fr",
                                              "observedAt":"2026-11-21T09:00:02Z"}])"));
    one.how.format = temporal_format::simplified;
    EXPECT_EQ(one.show()["says"],
              parsed(R"({"type":"Property","values":[["oui","2026-11-21T09:00:02Z"]]})"));
}

TEST(clause_4_5_19_aggregated, one_member_a_method) {
    evolution one;
    compacted_names names(jsonld::core_context(), one.dictionary);
    const std::vector<aggregated_attribute> attributes{
        {one.id("speed"),
         kind::property,
         {{aggregation_method::max, {{at(0), at(240), "120"}, {at(240), at(480), "100"}}},
          {aggregation_method::avg, {{at(0), at(240), "120.5"}}}}}};
    std::string out;
    append_aggregated_entity(out, one.head(), attributes, one.how, names);
    EXPECT_EQ(parsed(out), parsed(R"({"id":"urn:v:1","type":"Vehicle","speed":{"type":"Property",
        "max":[[120,"2026-11-21T09:00:00Z","2026-11-21T09:04:00Z"],
               [100,"2026-11-21T09:04:00Z","2026-11-21T09:08:00Z"]],
        "avg":[[120.5,"2026-11-21T09:00:00Z","2026-11-21T09:04:00Z"]]}})"));
}

} // namespace
} // namespace meridian::ngsild
