#include "support.hpp"

#include <vector>

using namespace meridian;
using namespace meridian::jsonld;
using namespace meridian::jsonld::test;

namespace {

/// The Smart Data Models' @contexts, by subject.
std::map<std::string, json> corpus_contexts() {
    std::map<std::string, json> found;
    std::error_code ignored;
    auto folder = shared_folder() / "corpus/smart-data-models";
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored))
        if (auto path = entry.path() / "context.jsonld"; std::filesystem::exists(path))
            found[entry.path().filename().string()] = parsed(text_of(path)).at("@context");
    return found;
}

context_ptr built_from(const json& local) {
    auto outcome = build_context(local, {});
    return outcome ? outcome->built : nullptr;
}

/// A simple definition that names its IRI in full says itself what is expected.
bool is_plain_iri(const json& value) {
    return value.is_string() && value.get_ref<const std::string&>().starts_with("http") &&
           value.get_ref<const std::string&>().find("://") != std::string::npos;
}

} // namespace

TEST(smart_data_models_contexts, terms_expand_and_compact_as_they_say) {
    const auto contexts = corpus_contexts();
    if (contexts.empty())
        GTEST_SKIP() << "no corpus in " << shared_folder() << " (MERIDIAN_SHARED)";
    for (const auto& [subject, local] : contexts) {
        const auto names = built_from(local);
        ASSERT_NE(nullptr, names) << subject;
        for (const auto& [term, value] : local.get_ref<const json::object_t&>()) {
            if (term.starts_with('@'))
                continue;
            const auto iri = names->expand(term);
            if (const auto* core = core_context()->find(term)) {
                EXPECT_EQ(core->iri, iri) << subject << ' ' << term;
            } else if (is_plain_iri(value)) {
                EXPECT_EQ(value, iri) << subject << ' ' << term;
            }
            EXPECT_EQ(iri, names->expand(names->compact(iri))) << subject << ' ' << term;
            EXPECT_LE(names->compact(iri).size(), term.size()) << subject << ' ' << term;
        }
    }
}

TEST(smart_data_models_contexts, some_names_as_pyld_expands_them) {
    const auto contexts = corpus_contexts();
    if (contexts.empty())
        GTEST_SKIP() << "no corpus in " << shared_folder() << " (MERIDIAN_SHARED)";
    struct row {
        const char* subject;
        const char* term;
        const char* iri;
    };
    const row rows[] = {
        {"dataModel.Weather", "WeatherObserved",
         "https://smartdatamodels.org/dataModel.Weather/WeatherObserved"},
        {"dataModel.Weather", "temperature",
         "https://smartdatamodels.org/dataModel.Weather/temperature"},
        {"dataModel.Weather", "location", "https://uri.etsi.org/ngsi-ld/location"},
        {"dataModel.Parking", "availableSpotNumber",
         "https://smartdatamodels.org/dataModel.Parking/availableSpotNumber"},
        {"dataModel.Device", "batteryLevel",
         "https://smartdatamodels.org/dataModel.Device/batteryLevel"},
        {"dataModel.Device", "controlledProperty",
         "https://smartdatamodels.org/dataModel.Device/controlledProperty"},
        {"data-models", "name", "https://uri.etsi.org/ngsi-ld/name"},
        {"data-models", "relationships", "https://uri.etsi.org/ngsi-ld/relationships"},
        {"data-models", "ngsi-ld", "https://uri.etsi.org/ngsi-ld/"},
        {"data-models", "address", "https://schema.org/address"},
        {"data-models", "error", "https://uri.etsi.org/ngsi-ld/error"},
    };
    for (const auto& [subject, term, iri] : rows)
        EXPECT_EQ(iri, built_from(contexts.at(subject))->expand(term)) << subject << ' ' << term;
}

TEST(jsonld_properties, thousands_of_terms_expand_and_compact_to_themselves) {
    json local = json::object();
    local["p"] = "http://p.example/";
    for (int i = 0; i < 3'000; ++i) {
        auto name = "term" + std::to_string(i);
        if (i % 3 == 0)
            local[name] = "p:" + name;
        else if (i % 3 == 1)
            local[name] = json{{"@id", "http://q.example/" + name}, {"@type", "@id"}};
        else
            local[name] = json::object();
    }
    const auto names = built_from(local);
    ASSERT_NE(nullptr, names);
    for (int i = 0; i < 3'000; ++i) {
        auto name = "term" + std::to_string(i);
        EXPECT_EQ(name, names->compact(names->expand(name)));
    }
}
