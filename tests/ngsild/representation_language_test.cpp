#include "ngsild/representation/language.hpp"
#include "rendering.hpp"

namespace meridian::ngsild {
namespace {

using format = representation_format;

void add_street(rendering& to) {
    auto street = instance(attribute_kind::language_property,
                           R"({"fr":"Grand Place","nl":["Grote Markt","GM"]})");
    street.observed_at = at(-60);
    to.add("street", {street});
}

json shown(rendering& of, std::string_view lang, format as) {
    representation how;
    how.lang = std::string(lang);
    how.format = as;
    return of.show(how)["street"];
}

TEST(clause_4_15_language_filter, language_properties_become_properties_with_lang) {
    rendering one;
    add_street(one);
    EXPECT_EQ(shown(one, "fr", format::normalized),
              parsed(R"({"type":"Property","value":"Grand Place","lang":"fr",
                         "observedAt":"2026-11-21T08:59:00Z"})"));
    EXPECT_EQ(shown(one, "nl", format::concise),
              parsed(R"({"value":["Grote Markt","GM"],"lang":"nl",
                         "observedAt":"2026-11-21T08:59:00Z"})"));
    EXPECT_EQ(shown(one, "fr", format::simplified), "Grand Place");
}

struct language_case {
    std::string_view lang;
    std::string_view map;
    std::string_view tag;
};

TEST(clause_4_15_language_filter, the_best_fitting_language_is_chosen) {
    const std::vector<language_case> cases{
        {"en", R"({"en":"a","fr":"b"})", "en"},
        {"EN", R"({"fr":"b","en":"a"})", "en"},
        {"fr-CH,fr", R"({"en":"a","fr":"b"})", "fr"},
        {"fr-CH", R"({"en":"a","fr":"b"})", "fr"},    // more general
        {"fr", R"({"en":"a","fr-CA":"b"})", "fr-CA"}, // more special
        {"fr", R"({"fr-CA":"b","fr":"c"})", "fr"},    // itself first
        {"f", R"({"en":"a","fr":"b"})", "en"},        // no part of a tag
        {"*", R"({"en":"a","@none":"b"})", "@none"},
        {"de", R"({"en":"a","@none":"b"})", "@none"}, // any supported one
        {"de", R"({"en":"a","fr":"b"})", "en"},
        {"en;q=0.8,fr;q=0.9", R"({"en":"a","fr":"b"})", "fr"}, // by quality
        {"fr-CH,fr;q=0.9,en;q=0.8,*;q=0.5", R"({"de":"c","en":"a"})", "en"},
        {"fr-CH,fr;q=0.9,en;q=0.8,*;q=0.5", R"({"de":"c","nl":"a"})", "de"},
        {"en;q=0, fr", R"({"en":"a","fr":"b"})", "fr"},
        {";;,,q=", R"({"en":"a"})", "en"},
        {"en", "{}", ""},
    };
    for (const auto& one : cases)
        EXPECT_EQ(language_preference(one.lang).choose(one.map).tag, one.tag)
            << one.lang << " of " << one.map;
}

} // namespace
} // namespace meridian::ngsild
