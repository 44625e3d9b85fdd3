#include "support.hpp"

using namespace meridian;
using namespace meridian::jsonld;
using namespace meridian::jsonld::test;

namespace {

struct row {
    std::string_view name;
    std::string_view iri;
    std::string_view compacted; ///< empty: the name again
    std::string_view why;
};

void expect_rows(const context& names, std::initializer_list<row> rows) {
    for (const auto& [name, iri, compacted, why] : rows) {
        EXPECT_EQ(iri, names.expand(name)) << why;
        EXPECT_EQ(compacted.empty() ? name : compacted, names.compact(iri)) << why;
    }
}

} // namespace

TEST(clause_5_5_7_names, core_context_alone) {
    expect_rows(*core_context(),
                {{"Vehicle", "https://uri.etsi.org/ngsi-ld/default-context/Vehicle", "", "default"},
                 {"type", "@type", "", "alias of a keyword"},
                 {"@type", "@type", "type", "answers have `type` alone (4.4)"},
                 {"@id", "@id", "id", "answers have `id` alone (4.4)"},
                 {"location", "https://uri.etsi.org/ngsi-ld/location", "", "core term"},
                 {"ngsi-ld:location", "https://uri.etsi.org/ngsi-ld/location", "location",
                  "the term is shorter"},
                 {"ngsi-ld:colour", "https://uri.etsi.org/ngsi-ld/colour", "", "core prefix"},
                 {"geojson:crs", "https://purl.org/geojson/vocab#crs", "", "core prefix"},
                 {"ngsi-ld://x", "ngsi-ld://x", "", "an authority: no prefixed name"},
                 {"http://a.example/b", "http://a.example/b", "", "IRI"},
                 {"urn:x:y", "urn:x:y", "", "IRI of another scheme"},
                 {"_:b0", "_:b0", "", "blank node"},
                 {":x", "https://uri.etsi.org/ngsi-ld/default-context/:x", "", "no prefix"},
                 {"ngsi-ld", "https://uri.etsi.org/ngsi-ld/", "", "a prefix is a term"},
                 {"größe", "https://uri.etsi.org/ngsi-ld/default-context/größe", "", "UTF-8"}});
}

TEST(clause_5_5_7_names, user_terms_prefixes_and_definitions) {
    auto names = built(R"([{
        "ex": "http://ex.example/", "deep": "ex:deep/", "sub": "deep:sub#",
        "no_prefix": "http://ex.example/x", "long": {"@id": "http://l.example/"},
        "flagged": {"@id": "http://f.example/x", "@prefix": true},
        "Vehicle": "ex:Vehicle", "Auto": "ex:Vehicle", "Karre": "ex:Vehicle",
        "brand": {"@id": "ex:brand", "@type": "xsd:string"}, "xsd": "http://www.w3.org/2001/XMLSchema#",
        "maker": {"@id": "brand"}, "at": {"@type": "DateTime"}, "on": {"@type": "ngsi-ld:Date"},
        "ex:owner": {"@type": "@id"}, "kind": "@type", "gone": null, "gone2": {"@id": null},
        "parent": {"@reverse": "ex:child"}, "@a b": "ex:ab", "a/b": {"@container": ["@set", "@index"]}
    }])");
    const std::string own = "https://uri.etsi.org/ngsi-ld/default-context/";
    expect_rows(
        *names,
        {{"ex:a", "http://ex.example/a", "", "prefix"},
         {"sub:a", "http://ex.example/deep/sub#a", "", "prefix by prefixes, the shortest name"},
         {"ex:deep/a", "http://ex.example/deep/a", "deep:a", "the shortest name"},
         {"no_prefix:a", "no_prefix:a", "", "does not end like a prefix"},
         {"long:a", "long:a", "", "an expanded definition is no prefix"},
         {"flagged:a", "http://f.example/xa", "", "unless it says so"},
         {"Vehicle", "http://ex.example/Vehicle", "Auto", "the shortest term"},
         {"brand", "http://ex.example/brand", "", "expanded definition"},
         {"maker", "http://ex.example/brand", "brand", "equal length: by bytes"},
         {"at", own + "at", "", "no @id: the vocabulary"},
         {"ex:owner", "http://ex.example/owner", "", "term that is a prefixed name"},
         {"kind", "@type", "type", "alias of a keyword; the core's comes first"},
         {"gone", own + "gone", "ngsi-ld:default-context/gone", "decoupled"},
         {"gone2", own + "gone2", "ngsi-ld:default-context/gone2", "decoupled"},
         {"parent", "http://ex.example/child", "ex:child", "a reverse term is not compacted to"},
         {"a/b", own + "a/b", "", "a path"},
         {"@a b", "http://ex.example/ab", "", "not like a keyword, found by fuzzing"},
         {"other", own + "other", "", "undefined"}});
}

TEST(clause_5_5_7_names, coercions_of_user_terms) {
    auto names = built(R"({"xsd": "http://www.w3.org/2001/XMLSchema#",
        "a": {"@id": "http://a.example/a", "@type": "xsd:float"}, "b": {"@type": "DateTime"},
        "c": {"@type": "ngsi-ld:Date"}, "d": {"@type": "@id"}, "e": {"@type": "@none"},
        "f": {"@container": "@language"}, "g": {"@type": "@vocab", "@container": ["@set"]},
        "h": {"@container": ["@graph", "@id"]}})");
    const std::string own = "https://uri.etsi.org/ngsi-ld/default-context/";
    const std::pair<const char*, term_definition> rows[] = {
        {"a", {"http://a.example/a", coercion::other, "http://www.w3.org/2001/XMLSchema#float"}},
        {"b", {own + "b", coercion::date_time}},
        {"c", {own + "c", coercion::date}},
        {"d", {own + "d", coercion::id}},
        {"e", {own + "e"}},
        {"f", {own + "f", coercion::none, "", container::language}},
        {"g", {own + "g", coercion::vocab, "", container::set}},
        {"h", {own + "h", coercion::none, "", container::graph}},
    };
    for (const auto& [term, expected] : rows) {
        ASSERT_NE(nullptr, names->find(term)) << term;
        EXPECT_EQ(expected, *names->find(term)) << term;
    }
}

TEST(clause_5_5_7_names, core_wins_wherever_it_stands) {
    constexpr auto core = R"("https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld")";
    const std::string user = R"({"@vocab": "http://v.example/", "ngsi-ld": "http://n.example/",
        "value": "http://u.example/value", "type": "http://u.example/type", "id": null,
        "location": {"@id": "http://u.example/location", "@container": "@list"},
        "mine": "ngsi-ld:mine", "v": "ngsi-ld:hasValue", "plain": {}})";
    for (const auto& local : {user, '[' + user + ',' + core + ']',
                              '[' + (core + (',' + user)) + ']', '[' + user + ']'}) {
        auto names = built(local);
        expect_rows(*names, {{"value", "https://uri.etsi.org/ngsi-ld/hasValue", "", local},
                             {"v", "https://uri.etsi.org/ngsi-ld/hasValue", "value", local},
                             {"type", "@type", "", local},
                             {"id", "@id", "", local},
                             {"location", "https://uri.etsi.org/ngsi-ld/location", "", local},
                             {"mine", "https://uri.etsi.org/ngsi-ld/mine", "", local},
                             {"plain", "http://v.example/plain", "", local},
                             {"undefined", "https://uri.etsi.org/ngsi-ld/default-context/undefined",
                              "", "the core, being last, sets the @vocab"}});
        EXPECT_EQ("http://v.example/undefined", names->compact("http://v.example/undefined"));
        EXPECT_EQ(container::none, names->find("location")->holds);
    }
}

TEST(clause_5_5_7_names, vocabulary_of_definitions) {
    auto names = built(R"([{"@vocab": "http://v.example/", "a": {}}, {"p": "http://p.example/"},
        {"@vocab": "p:deep/", "b": {}}, {"@vocab": "more#", "c": {}}, {"@vocab": "", "d": {}},
        {"@vocab": null, "e": {}}])");
    EXPECT_EQ("http://v.example/a", names->expand("a"));
    EXPECT_EQ("http://p.example/deep/b", names->expand("b"));
    EXPECT_EQ("http://p.example/deep/more#c", names->expand("c"));
    EXPECT_EQ("http://p.example/deep/more#d", names->expand("d"));
    EXPECT_EQ("https://uri.etsi.org/ngsi-ld/default-context/e", names->expand("e"));
}

TEST(clause_5_5_7_names, later_contexts_override_earlier_ones) {
    auto names = built(R"([{"a": "http://one.example/a", "b": "http://one.example/b"},
                           {"a": "http://two.example/a", "c": "b"}])");
    expect_rows(*names, {{"a", "http://two.example/a", "", "the later one"},
                         {"b", "http://one.example/b", "", "kept"},
                         {"c", "http://one.example/b", "b", "by an earlier term"}});
    EXPECT_EQ("http://one.example/a", names->compact("http://one.example/a"));
}

TEST(clause_5_5_7_names, ids_are_prefixed_names_or_iris_only) {
    auto names = built(R"({"ex": "http://ex.example/", "Vehicle": "ex:Vehicle"})");
    EXPECT_EQ("http://ex.example/a", names->expand_id("ex:a"));
    EXPECT_EQ("urn:ngsi-ld:Vehicle:1", names->expand_id("urn:ngsi-ld:Vehicle:1"));
    EXPECT_EQ("Vehicle", names->expand_id("Vehicle"));
    EXPECT_EQ("", names->expand_id(""));
}

TEST(clause_5_5_7_names, name_within_the_default_vocabulary_gives_way_to_a_term) {
    const std::string own = "https://uri.etsi.org/ngsi-ld/default-context/";
    auto names = built(R"({"Vehicle": "http://a.example/Vehicle"})");
    EXPECT_EQ("ngsi-ld:default-context/Vehicle", names->compact(own + "Vehicle"));
    EXPECT_EQ("ngsi-ld:default-context/a:b", names->compact(own + "a:b"));
    EXPECT_EQ("ngsi-ld:default-context/@id", names->compact(own + "@id"));
    EXPECT_EQ("Bus", names->compact(own + "Bus"));
}

TEST(clause_5_5_7_names, every_prefixed_name_expands_to_the_iri_again) {
    auto names = built(R"({"a": "http://a.example/", "ab": "http://a.example/b/",
                           "a:c": "http://a.example/c", "x": "http://a.example/b/c#"})");
    for (auto iri : {"http://a.example/", "http://a.example/b", "http://a.example/b/",
                     "http://a.example/b/c", "http://a.example/b/c#", "http://a.example/b/c#d",
                     "http://a.example///x", "http://a.example/c", "http://b.example/", "a", ""})
        if (std::string_view(iri).find(':') != std::string_view::npos) {
            EXPECT_EQ(iri, names->expand(names->compact(iri))) << names->compact(iri);
        }
}
