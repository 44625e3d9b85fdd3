#include "support.hpp"

using namespace meridian;
using namespace meridian::jsonld;
using namespace meridian::jsonld::test;

namespace {

constexpr std::string_view folder = "https://uri.etsi.org/ngsi-ld/v1/";

/// The published files have a line with their address before the document.
json published_terms(const std::filesystem::path& path) {
    auto text = text_of(path);
    return parsed(std::string_view(text).substr(text.find('{'))).at("@context");
}

/// Members in one order, so that only what is said counts.
nlohmann::json unordered(const json& value) {
    return nlohmann::json::parse(value.dump());
}

} // namespace

TEST(annex_b_core_context, every_version_is_built_in_by_http_and_https) {
    for (int version = 3; version <= 9; ++version) {
        auto name = "ngsi-ld-core-context-v1." + std::to_string(version) + ".jsonld";
        auto text = built_in_document(std::string(folder) + name);
        EXPECT_EQ(text_of(std::filesystem::path(MERIDIAN_SOURCE_DIR) / "schemas/contexts" / name),
                  text)
            << name;
        EXPECT_EQ(text, built_in_document("http://uri.etsi.org/ngsi-ld/v1/" + name));
        EXPECT_EQ("https://uri.etsi.org/ngsi-ld/default-context/",
                  parsed(text).at("@context").at("@vocab"));
    }
}

TEST(annex_b_core_context, address_without_version_is_the_newest) {
    EXPECT_EQ(built_in_document(core_context_url),
              built_in_document(std::string(folder) + "ngsi-ld-core-context.jsonld"));
    EXPECT_FALSE(built_in_document(core_context_url).empty());
}

TEST(annex_b_core_context, other_addresses_are_not_built_in) {
    for (auto url : {"", "ngsi-ld-core-context-v1.9.jsonld", "https://uri.etsi.org/ngsi-ld/v1/",
                     "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.2.jsonld",
                     "https://example.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld",
                     "ftp://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld"})
        EXPECT_EQ("", built_in_document(url)) << url;
}

TEST(annex_b_core_context, terms_equal_the_published_ones) {
    int compared = 0;
    for (int version = 3; version <= 9; ++version) {
        auto name = "ngsi-ld-core-context-v1." + std::to_string(version) + ".jsonld";
        auto path = shared_folder() / "spec/contexts" / name;
        if (!std::filesystem::exists(path))
            continue;
        EXPECT_EQ(unordered(published_terms(path)),
                  unordered(parsed(built_in_document(std::string(folder) + name)).at("@context")))
            << name;
        ++compared;
    }
    if (compared == 0)
        GTEST_SKIP() << "no published contexts in " << shared_folder() << " (MERIDIAN_SHARED)";
}

TEST(clause_4_4_core_context, terms_have_the_iris_coercions_and_containers_of_annex_b) {
    const std::string ngsi_ld = "https://uri.etsi.org/ngsi-ld/";
    struct row {
        const char* term;
        term_definition expected;
    };
    const row rows[] = {
        {"id", {"@id"}},
        {"type", {"@type"}},
        {"ngsi-ld", {ngsi_ld, coercion::none, "", container::none, true}},
        {"geojson", {"https://purl.org/geojson/vocab#", coercion::none, "", container::none, true}},
        {"Property", {ngsi_ld + "Property"}},
        {"value", {ngsi_ld + "hasValue"}},
        {"object", {ngsi_ld + "hasObject", coercion::id}},
        {"vocab", {ngsi_ld + "hasVocab", coercion::vocab}},
        {"json", {ngsi_ld + "hasJSON", coercion::json}},
        {"observedAt", {ngsi_ld + "observedAt", coercion::date_time}},
        {"languageMap", {ngsi_ld + "hasLanguageMap", coercion::none, "", container::language}},
        {"valueList", {ngsi_ld + "hasValueList", coercion::none, "", container::list}},
        {"features",
         {"https://purl.org/geojson/vocab#features", coercion::none, "", container::set}},
        {"dataset", {ngsi_ld + "hasDataset", coercion::none, "", container::index}},
        {"ngsildproof", {ngsi_ld + "ngsildproof"}},
        {"description", {"http://purl.org/dc/terms/description"}},
    };
    for (const auto& [term, expected] : rows) {
        const auto* found = core_context()->find(term);
        ASSERT_NE(nullptr, found) << term;
        EXPECT_EQ(expected, *found) << term;
    }
    EXPECT_EQ(nullptr, core_context()->find("Vehicle"));
    EXPECT_EQ(nullptr, core_context()->find("@vocab"));
}

TEST(clause_4_4_core_context, every_term_compacts_to_itself) {
    const auto document = parsed(built_in_document(core_context_url));
    for (const auto& [name, value] : document.at("@context").get_ref<const json::object_t&>())
        if (!name.starts_with('@')) {
            EXPECT_EQ(name, core_context()->compact(core_context()->expand(name)));
        }
}

TEST(clause_5_5_5_default_context, no_context_is_the_core_alone) {
    for (auto local : {"null", "[]", "{}", "[null]",
                       R"("https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld")",
                       R"(["http://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.3.jsonld"])",
                       R"([{"a": "http://a.example/"}, null])"})
        EXPECT_EQ(core_context(), built(local)) << local;
    EXPECT_EQ('"' + std::string(core_context_url) + '"', core_context()->member_text());
    EXPECT_EQ(core_context_url, core_context()->link_url());
}
