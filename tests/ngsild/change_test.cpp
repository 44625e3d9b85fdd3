#include "support.hpp"

namespace meridian::ngsild {
namespace {

timestamp at(int day) {
    return *parse_date_time("2026-01-0" + std::to_string(day) + "T00:00:00Z");
}

/// An Entity that is stored, and changes of it. Day 1 created it, day 2 changes it.
class changes : public testing::Test {
protected:
    void store(std::string_view text) {
        auto made = parse(text);
        ASSERT_TRUE(made) << made.error().detail();
        names_.learn_all(names_of(*made));
        document_ = create_entity(*made, {names_, at(1)}).document;
    }
    /// The Entity with the Attribute `a`.
    void store_attribute(std::string_view text) { store(with_attribute(text)); }

    [[nodiscard]] stored_entity old() const {
        auto view = document_view::open(document_);
        EXPECT_TRUE(view);
        return {"urn:e:1", at(1), at(1), 1, *view};
    }
    entity_fragment fragment(std::string_view text,
                             input_format format = input_format::normalized_or_concise) {
        auto payload = parse_json(text);
        EXPECT_TRUE(payload);
        auto made = parse_entity_fragment(*payload, *jsonld::core_context(), format);
        EXPECT_TRUE(made) << text << (made ? "" : made.error().detail());
        names_.learn_all(names_of(*made));
        return std::move(*made);
    }
    entity_fragment attribute_fragment(std::string_view text) {
        auto payload = parse_json(text);
        EXPECT_TRUE(payload);
        auto made = parse_attribute_fragment(*payload, in_default("a"), *jsonld::core_context());
        EXPECT_TRUE(made) << text << (made ? "" : made.error().detail());
        names_.learn_all(names_of(*made));
        return std::move(*made);
    }
    [[nodiscard]] change_scope day(int number) const { return {names_, at(number)}; }

    entity decoded(const change& made) {
        const auto view = document_view::open(made.document);
        EXPECT_TRUE(view);
        return view ? decode(*view, names_) : entity{};
    }
    /// What the Entity's Attributes are after the change, as JSON.
    json after(const result<change>& made) {
        EXPECT_TRUE(made) << (made ? "" : made.error().detail());
        return made ? shown(decoded(*made)) : json();
    }
    /// createdAt and modifiedAt of the first instance of `a`, as days.
    std::pair<timestamp, timestamp> times(const result<change>& made) {
        const auto subject = decoded(*made);
        const auto& instance = subject.attributes.at(0).instances.at(0);
        return {instance.created_at, instance.modified_at};
    }

    known_names names_;
    std::string document_;
};

using clause_5_6_1_create = changes;
using clause_5_6_2_update = changes;
using clause_5_6_3_append = changes;
using clause_5_6_4_partial_update = changes;
using clause_5_6_5_delete_attribute = changes;
using clause_5_6_6_delete = changes;
using clause_5_6_17_merge = changes;
using clause_5_6_18_replace = changes;
using clause_5_6_19_replace_attribute = changes;

TEST_F(clause_5_6_1_create, everything_gets_the_stamp_of_the_change) {
    auto subject = parse(R"({"id":"urn:e:1","type":"T","scope":"/s","a":{"value":1,"b":2}})");
    names_.learn_all(names_of(*subject));
    const auto made = create_entity(*subject, day(1));
    EXPECT_EQ(made.happened, change::what::created);
    EXPECT_EQ(made.created_at, at(1));
    EXPECT_EQ(made.types_after, std::vector{names_.find(in_default("T"))});
    EXPECT_EQ(made.scopes_after, std::vector<std::string>{"/s"});
    ASSERT_EQ(made.attributes.size(), 1u);
    EXPECT_EQ(made.attributes[0].happened, attribute_change::what::created);
    const auto stored = decoded(made);
    EXPECT_EQ(stored.attributes[0].instances[0], *made.attributes[0].after);
    EXPECT_EQ(stored.attributes[0].instances[0].attributes[0].instances[0].created_at, at(1));
}

TEST_F(clause_5_6_2_update, instance_is_replaced_whole_and_keeps_created_at) {
    store_attribute(R"({"value":25,"unitCode":"CEL","observedAt":"2022-03-14T01:59:26.535Z"})");
    const auto made = update_attributes(
        old(), fragment(R"({"a":{"type":"Property","value":100,"b":"urn:ngsi-ld:null"}})"), day(2));
    EXPECT_EQ(after(made), R"({"a":{"type":"Property","value":100}})"_json_of);
    EXPECT_EQ(times(made), (std::pair{at(1), at(2)}));
    EXPECT_EQ(made->happened, change::what::updated);
    EXPECT_EQ(made->created_at, at(1));
    EXPECT_EQ(made->modified_at, at(2));
    EXPECT_EQ(made->updated, std::vector{in_default("a")});
    ASSERT_EQ(made->attributes.size(), 1u);
    EXPECT_EQ(made->attributes[0].happened, attribute_change::what::updated);
    EXPECT_EQ(made->attributes[0].before->value, 25);
    EXPECT_EQ(made->attributes[0].after->value, 100);
}

TEST_F(clause_5_6_2_update, absent_instances_are_appended_beside_their_attribute) {
    store(R"({"id":"urn:e:1","type":"T","a":1,"b":2})");
    const auto made = update_attributes(
        old(), fragment(R"({"c":3,"a":{"value":4,"datasetId":"urn:d:1"}})"), day(2));
    EXPECT_EQ(after(made), R"({"a":[{"type":"Property","value":1},
        {"type":"Property","value":4,"datasetId":"urn:d:1"}],
        "b":{"type":"Property","value":2},"c":{"type":"Property","value":3}})"_json_of);
    EXPECT_TRUE(made->not_updated.empty());
}

TEST_F(clause_5_6_2_update, null_deletes_just_the_instance_that_it_names) {
    store_attribute(R"([{"value":1},{"value":2,"datasetId":"urn:d:1"}])");
    EXPECT_EQ(after(update_attributes(old(), fragment(R"({"a":"urn:ngsi-ld:null"})"), day(2))),
              R"({"a":{"type":"Property","value":2,"datasetId":"urn:d:1"}})"_json_of);
    const auto made = update_attributes(
        old(), fragment(R"({"a":{"value":"urn:ngsi-ld:null","datasetId":"urn:d:1"}})"), day(2));
    EXPECT_EQ(after(made), R"({"a":{"type":"Property","value":1}})"_json_of);
    EXPECT_EQ(made->attributes[0].happened, attribute_change::what::deleted);
}

TEST_F(clause_5_6_2_update, null_of_what_is_absent_is_not_updated) {
    store_attribute("1");
    const auto made = update_attributes(old(), fragment(R"({"b":"urn:ngsi-ld:null"})"), day(2));
    ASSERT_TRUE(made);
    EXPECT_EQ(made->happened, change::what::none);
    EXPECT_EQ(made->modified_at, at(1));
    ASSERT_EQ(made->not_updated.size(), 1u);
    EXPECT_EQ(made->not_updated[0].first, in_default("b"));
}

TEST_F(clause_5_6_2_update, null_within_a_value_is_bad_request_data) {
    store_attribute(R"({"value":{"b":1}})");
    const auto made =
        update_attributes(old(), fragment(R"({"a":{"value":{"b":"urn:ngsi-ld:null"}}})"), day(2));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().kind(), problem_kind::bad_request_data);
}

TEST_F(clause_5_6_2_update, scope_is_replaced_only_where_there_is_one) {
    store_attribute("1");
    EXPECT_EQ(update_attributes(old(), fragment(R"({"scope":"/b"})"), day(2))->happened,
              change::what::none);
    store(R"({"id":"urn:e:1","type":"T","scope":["/a","/c"]})");
    EXPECT_EQ(update_attributes(old(), fragment(R"({"scope":"/b"})"), day(2))->scopes_after,
              std::vector<std::string>{"/b"});
    EXPECT_EQ(
        update_attributes(old(), fragment(R"({"scope":"urn:ngsi-ld:null"})"), day(2))->scopes_after,
        std::vector<std::string>{});
}

TEST_F(clause_5_6_2_update, types_are_added_and_never_removed) {
    store_attribute("1");
    const auto made = update_attributes(old(), fragment(R"({"type":["U"]})"), day(2));
    EXPECT_EQ(decoded(*made).types, (std::vector{in_default("T"), in_default("U")}));
    EXPECT_EQ(made->happened, change::what::updated);
    EXPECT_TRUE(made->attributes.empty());
}

TEST_F(clause_5_6_2_update, nested_times_are_kept_where_nothing_changed) {
    store_attribute(R"({"value":1,"b":2,"c":3})");
    const auto made =
        update_attributes(old(), fragment(R"({"a":{"value":9,"b":2,"c":4,"d":5}})"), day(2));
    const auto subject = decoded(*made);
    const auto& nested = subject.attributes[0].instances[0].attributes;
    ASSERT_EQ(nested.size(), 3u);
    EXPECT_EQ(nested[0].instances[0].modified_at, at(1));
    EXPECT_EQ(nested[1].instances[0].created_at, at(1));
    EXPECT_EQ(nested[1].instances[0].modified_at, at(2));
    EXPECT_EQ(nested[2].instances[0].created_at, at(2));
}

TEST_F(clause_5_6_2_update, untouched_instances_are_copied_byte_for_byte) {
    store(R"({"id":"urn:e:1","type":"T","a":1,"b":{"value":{"x":[1,2]},"c":{"vocab":"v"}}})");
    const auto made = update_attributes(old(), fragment(R"({"a":2})"), day(2));
    const auto view = document_view::open(made->document);
    EXPECT_EQ(view->instance(1).slice, old().document.instance(1).slice);
    EXPECT_EQ(view->instance(1).modified_at, at(1));
}

TEST_F(clause_5_6_3_append, overwrites_unless_told_not_to) {
    store_attribute("1");
    const auto sent = R"({"a":2,"b":3})";
    const auto overwritten = append_attributes(old(), fragment(sent), overwrite::yes, day(2));
    EXPECT_EQ(after(overwritten), R"({"a":{"type":"Property","value":2},
        "b":{"type":"Property","value":3}})"_json_of);
    EXPECT_EQ(times(overwritten), (std::pair{at(1), at(2)}));
    const auto appended = append_attributes(old(), fragment(sent), overwrite::no, day(2));
    EXPECT_EQ(after(appended), R"({"a":{"type":"Property","value":1},
        "b":{"type":"Property","value":3}})"_json_of);
    EXPECT_EQ(appended->updated, std::vector{in_default("b")});
    ASSERT_EQ(appended->not_updated.size(), 1u);
    EXPECT_EQ(appended->not_updated[0].first, in_default("a"));
}

TEST_F(clause_5_6_3_append, scope_is_replaced_or_appended) {
    store(R"({"id":"urn:e:1","type":"T","scope":"/a"})");
    const auto sent = R"({"scope":["/b","/a"]})";
    EXPECT_EQ(append_attributes(old(), fragment(sent), overwrite::yes, day(2))->scopes_after,
              (std::vector<std::string>{"/b", "/a"}));
    EXPECT_EQ(append_attributes(old(), fragment(sent), overwrite::no, day(2))->scopes_after,
              (std::vector<std::string>{"/a", "/b"}));
}

TEST_F(clause_5_6_3_append, nulls_are_refused) {
    store_attribute("1");
    for (const auto* sent : {R"({"a":"urn:ngsi-ld:null"})", R"({"a":{"value":"urn:ngsi-ld:null"}})",
                             R"({"b":{"value":1,"unitCode":"urn:ngsi-ld:null"}})"})
        EXPECT_EQ(append_attributes(old(), fragment(sent), overwrite::yes, day(2)).error().kind(),
                  problem_kind::bad_request_data)
            << sent;
}

TEST_F(clause_5_6_3_append, instance_without_a_value_is_bad_request_data) {
    store_attribute("1");
    EXPECT_EQ(append_attributes(old(), fragment(R"({"a":{"type":"Property","unitCode":"C"}})"),
                                overwrite::yes, day(2))
                  .error()
                  .kind(),
              problem_kind::bad_request_data);
}

TEST_F(clause_5_6_4_partial_update, members_are_replaced_and_others_stay) {
    store_attribute(R"({"value":{"x":1,"y":2},"unitCode":"CEL","b":{"value":1,"c":2}})");
    const auto made = partial_update_attribute(
        old(), attribute_fragment(R"({"value":{"x":9},"observedAt":"2026-01-01T00:00:00Z","b":7})"),
        day(2));
    EXPECT_EQ(after(made), R"({"a":{"type":"Property","value":{"x":9},
        "observedAt":"2026-01-01T00:00:00Z","unitCode":"CEL",
        "b":{"type":"Property","value":7}}})"_json_of);
    EXPECT_EQ(times(made), (std::pair{at(1), at(2)}));
}

TEST_F(clause_5_6_4_partial_update, nulls_remove_members_or_the_instance) {
    store_attribute(R"({"value":1,"unitCode":"CEL","b":2})");
    EXPECT_EQ(
        after(partial_update_attribute(
            old(), attribute_fragment(R"({"unitCode":"urn:ngsi-ld:null","b":"urn:ngsi-ld:null"})"),
            day(2))),
        R"({"a":{"type":"Property","value":1}})"_json_of);
    EXPECT_EQ(after(partial_update_attribute(
                  old(), attribute_fragment(R"({"value":"urn:ngsi-ld:null"})"), day(2))),
              json::object());
}

TEST_F(clause_5_6_4_partial_update, kind_cannot_change) {
    store_attribute("1");
    EXPECT_EQ(partial_update_attribute(old(), attribute_fragment(R"({"object":"urn:x:1"})"), day(2))
                  .error()
                  .kind(),
              problem_kind::bad_request_data);
}

TEST_F(clause_5_6_4_partial_update, members_that_the_kind_must_not_have_are_bad_request_data) {
    store_attribute(R"({"object":"urn:x:1"})");
    EXPECT_EQ(partial_update_attribute(old(), attribute_fragment(R"({"unitCode":"CEL"})"), day(2))
                  .error()
                  .kind(),
              problem_kind::bad_request_data);
}

TEST_F(clause_5_6_4_partial_update, absent_instance_is_resource_not_found) {
    store_attribute(R"({"value":1,"datasetId":"urn:d:1"})");
    EXPECT_EQ(partial_update_attribute(old(), attribute_fragment(R"({"value":2})"), day(2))
                  .error()
                  .kind(),
              problem_kind::resource_not_found);
}

TEST_F(clause_5_6_5_delete_attribute, takes_the_instance_all_or_the_scope) {
    store(R"({"id":"urn:e:1","type":"T","scope":"/s","a":[{"value":1},
             {"value":2,"datasetId":"urn:d:1"}]})");
    const auto a = in_default("a");
    EXPECT_EQ(after(delete_attribute(old(), a, "", delete_all::no, day(2))),
              R"({"a":{"type":"Property","value":2,"datasetId":"urn:d:1"}})"_json_of);
    EXPECT_EQ(after(delete_attribute(old(), a, "urn:d:1", delete_all::no, day(2))),
              R"({"a":{"type":"Property","value":1}})"_json_of);
    EXPECT_EQ(after(delete_attribute(old(), a, "", delete_all::yes, day(2))), json::object());
    EXPECT_TRUE(delete_attribute(old(), "scope", "", delete_all::no, day(2))->scopes_after.empty());
    for (const auto& [name, dataset] : {std::pair{in_default("x"), ""}, std::pair{a, "urn:d:9"}})
        EXPECT_EQ(delete_attribute(old(), name, dataset, delete_all::no, day(2)).error().kind(),
                  problem_kind::resource_not_found);
}

TEST_F(clause_5_6_6_delete, names_all_that_was_there) {
    store(R"({"id":"urn:e:1","type":"T","scope":"/s","a":1,"b":2})");
    const auto made = delete_entity(old(), day(2));
    EXPECT_EQ(made.happened, change::what::deleted);
    EXPECT_EQ(made.document, "");
    EXPECT_EQ(made.types_before.size(), 1u);
    EXPECT_TRUE(made.types_after.empty());
    EXPECT_EQ(made.attributes.size(), 2u);
    EXPECT_EQ(made.attributes[1].before->value, 2);
}

struct merge_case {
    const char* stored;
    const char* sent;
    const char* merged; ///< the Attribute `a` after it; null where it is gone
};
class clause_5_5_12_merge : public changes, public testing::WithParamInterface<merge_case> {};
TEST_P(clause_5_5_12_merge, gives_what_the_table_says) {
    store_attribute(GetParam().stored);
    const auto sent = R"({"a":)" + std::string(GetParam().sent) + "}";
    const auto made = merge_entity(old(), fragment(sent), {}, day(2));
    auto expected = json::object();
    if (GetParam().merged != nullptr)
        expected["a"] = *parse_json(GetParam().merged);
    EXPECT_EQ(after(made), expected) << sent;
    if (GetParam().merged != nullptr && made) {
        EXPECT_EQ(times(made), (std::pair{at(1), at(2)}));
    }
}
INSTANTIATE_TEST_SUITE_P(
    table, clause_5_5_12_merge,
    testing::Values(
        merge_case{R"({"value":25,"unitCode":"CEL"})",
                   R"({"type":"Property","value":100,"observedAt":"2022-03-14T13:00:00Z"})",
                   R"({"type":"Property","value":100,"observedAt":"2022-03-14T13:00:00Z",)"
                   R"("unitCode":"CEL"})"},
        merge_case{R"({"value":{"street":"S","city":"B","country":"G"}})",
                   R"({"type":"Property","value":{"street":"P","country":"urn:ngsi-ld:null"}})",
                   R"({"type":"Property","value":{"street":"P","city":"B"}})"},
        merge_case{R"({"value":{"b":{"c":1,"d":2}}})", R"({"b":{"c":"urn:ngsi-ld:null"}})",
                   R"({"type":"Property","value":{"b":{"d":2}}})"},
        merge_case{"1", R"({"b":{"c":"urn:ngsi-ld:null","d":2}})",
                   R"({"type":"Property","value":{"b":{"d":2}}})"},
        merge_case{"[1,2]", "[3]", R"({"type":"Property","value":[3]})"},
        merge_case{R"({"@type":"Date","@value":"2026-01-01"})", R"({"b":1})",
                   R"({"type":"Property","value":{"b":1}})"},
        merge_case{"1", R"("urn:ngsi-ld:null")", nullptr},
        merge_case{R"({"object":"urn:x:1"})", R"({"object":"urn:ngsi-ld:null"})", nullptr},
        merge_case{R"({"languageMap":{"en":"x"}})",
                   R"({"languageMap":{"@none":"urn:ngsi-ld:null"}})", nullptr},
        merge_case{R"({"languageMap":{"en":"x","fr":"y"}})",
                   R"({"languageMap":{"fr":"urn:ngsi-ld:null","de":"z"}})",
                   R"({"type":"LanguageProperty","languageMap":{"en":"x","de":"z"}})"},
        merge_case{R"({"valueList":[1]})", R"({"valueList":["urn:ngsi-ld:null"]})", nullptr},
        merge_case{R"({"valueList":[1,2]})", R"({"valueList":[3]})",
                   R"({"type":"ListProperty","valueList":[3]})"},
        merge_case{R"({"json":{"b":1}})", R"({"json":{"c":null}})",
                   R"({"type":"JsonProperty","json":{"b":1,"c":null}})"},
        merge_case{R"({"type":"Point","coordinates":[1,2]})",
                   R"({"type":"GeoProperty","value":{"coordinates":[3,4]}})",
                   R"({"type":"GeoProperty","value":{"type":"Point","coordinates":[3,4]}})"},
        merge_case{R"({"value":1,"unitCode":"CEL","b":2})", R"({"object":"urn:x:1"})",
                   R"({"type":"Relationship","object":"urn:x:1",)"
                   R"("b":{"type":"Property","value":2}})"},
        merge_case{R"({"object":"urn:x:1"})", R"("urn:x:2")",
                   R"({"type":"Relationship","object":"urn:x:2"})"},
        merge_case{R"({"value":1,"b":{"value":2,"unitCode":"C"},"c":3})",
                   R"({"type":"Property","b":{"value":4},"c":"urn:ngsi-ld:null","d":5})",
                   R"({"type":"Property","value":1,"b":{"type":"Property","value":4,)"
                   R"("unitCode":"C"},"d":{"type":"Property","value":5}})"},
        merge_case{R"({"value":1,"b":[{"value":2},{"value":3,"datasetId":"urn:d:1"}]})",
                   R"({"type":"Property","b":[{"value":"urn:ngsi-ld:null"},)"
                   R"({"value":4,"datasetId":"urn:d:2"}]})",
                   R"({"type":"Property","value":1,"b":[{"type":"Property","value":3,)"
                   R"("datasetId":"urn:d:1"},)"
                   R"({"type":"Property","value":4,"datasetId":"urn:d:2"}]})"},
        merge_case{R"({"value":1,"unitCode":"CEL"})", R"({"observedAt":"2026-01-01T00:00:00Z"})",
                   R"({"type":"Property","value":1,"observedAt":"2026-01-01T00:00:00Z",)"
                   R"("unitCode":"CEL"})"}));

TEST_F(clause_5_6_17_merge, what_ends_invalid_is_bad_request_data) {
    store_attribute("1");
    for (const auto* sent :
         {R"({"a":{"type":"Relationship"}})", R"({"b":{"type":"Property","unitCode":"C"}})",
          R"({"a":{"value":[{"b":"urn:ngsi-ld:null"}]}})"}) {
        const auto made = merge_entity(old(), fragment(sent), {}, day(2));
        ASSERT_FALSE(made) << sent;
        EXPECT_EQ(made.error().kind(), problem_kind::bad_request_data);
    }
}

TEST_F(clause_5_6_17_merge, null_of_what_is_absent_changes_nothing) {
    store_attribute("1");
    EXPECT_EQ(merge_entity(old(), fragment(R"({"b":"urn:ngsi-ld:null"})"), {}, day(2))->happened,
              change::what::none);
}

TEST_F(clause_5_6_17_merge, bare_string_replaces_what_the_language_tag_stands_for) {
    store_attribute(R"({"languageMap":{"en":"x","fr":"y"}})");
    merge_options options;
    options.lang = "fr";
    EXPECT_EQ(after(merge_entity(old(), fragment(R"({"a":"z"})", input_format::simplified), options,
                                 day(2))),
              R"({"a":{"type":"LanguageProperty","languageMap":{"en":"x","fr":"z"}}})"_json_of);
}

TEST_F(clause_5_6_17_merge, common_observed_at_goes_where_one_was_and_none_is_sent) {
    store(R"({"id":"urn:e:1","type":"T","a":{"value":1,"observedAt":"2025-01-01T00:00:00Z"},"b":1,
             "c":{"value":1,"observedAt":"2025-01-01T00:00:00Z"}})");
    merge_options options;
    options.observed_at = at(2);
    const auto made = merge_entity(
        old(), fragment(R"({"a":2,"b":2,"c":{"value":2,"observedAt":"2025-02-02T00:00:00Z"}})"),
        options, day(2));
    EXPECT_EQ(after(made), R"({
        "a":{"type":"Property","value":2,"observedAt":"2026-01-02T00:00:00Z"},
        "b":{"type":"Property","value":2},
        "c":{"type":"Property","value":2,"observedAt":"2025-02-02T00:00:00Z"}})"_json_of);
}

TEST_F(clause_5_6_17_merge, scope_types_and_expires_at_follow_the_fragment) {
    store(R"({"id":"urn:e:1","type":"T","scope":"/a","expiresAt":"2030-01-01T00:00:00Z"})");
    const auto made = merge_entity(
        old(), fragment(R"({"type":"U","scope":"/b","expiresAt":"urn:ngsi-ld:null"})"), {}, day(2));
    const auto subject = decoded(*made);
    EXPECT_EQ(subject.types, (std::vector{in_default("T"), in_default("U")}));
    EXPECT_EQ(subject.scopes, std::vector<std::string>{"/b"});
    EXPECT_EQ(made->expires_before, parse_date_time("2030-01-01T00:00:00Z"));
    EXPECT_EQ(made->expires_after, std::nullopt);
}

TEST_F(clause_5_6_18_replace, attributes_begin_anew_and_the_entity_keeps_created_at) {
    store(R"({"id":"urn:e:1","type":"T","scope":"/s","a":1,"b":2})");
    auto subject = parse(R"({"id":"urn:e:1","type":"U","a":3,"c":4})");
    names_.learn_all(names_of(*subject));
    const auto made = replace_entity(old(), *subject, day(2));
    EXPECT_EQ(after(made), R"({"a":{"type":"Property","value":3},
        "c":{"type":"Property","value":4}})"_json_of);
    EXPECT_EQ(times(made), (std::pair{at(2), at(2)}));
    EXPECT_EQ(made->created_at, at(1));
    EXPECT_EQ(decoded(*made).types, std::vector{in_default("U")});
    EXPECT_TRUE(made->scopes_after.empty());
    using what = attribute_change::what;
    std::vector<what> happened;
    for (const auto& one : made->attributes)
        happened.push_back(one.happened);
    EXPECT_EQ(happened, (std::vector{what::updated, what::created, what::deleted}));
}

TEST_F(clause_5_6_19_replace_attribute, instance_is_replaced_whole) {
    store_attribute(R"({"value":1,"unitCode":"CEL","b":2})");
    const auto made =
        replace_attribute(old(), attribute_fragment(R"({"object":"urn:x:1"})"), day(2));
    EXPECT_EQ(after(made), R"({"a":{"type":"Relationship","object":"urn:x:1"}})"_json_of);
    EXPECT_EQ(times(made), (std::pair{at(1), at(2)}));
    EXPECT_EQ(
        replace_attribute(old(), attribute_fragment(R"({"value":1,"datasetId":"urn:d:1"})"), day(2))
            .error()
            .kind(),
        problem_kind::resource_not_found);
    EXPECT_EQ(
        replace_attribute(old(), attribute_fragment(R"({"value":"urn:ngsi-ld:null"})"), day(2))
            .error()
            .kind(),
        problem_kind::bad_request_data);
}

} // namespace
} // namespace meridian::ngsild
