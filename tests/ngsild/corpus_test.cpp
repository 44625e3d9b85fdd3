#include "support.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

// The published normalized examples of the Smart Data Models, where a checkout of the corpus is at
// hand: MERIDIAN_SHARED names its parent folder, else it is looked for beside the sources.

namespace meridian::ngsild {
namespace {

namespace fs = std::filesystem;

fs::path corpus_folder() {
    const char* shared = std::getenv("MERIDIAN_SHARED");
    const auto base = shared != nullptr ? fs::path(shared)
                                        : fs::path(MERIDIAN_SOURCE_DIR).parent_path() / "shared";
    return base / "corpus" / "smart-data-models";
}

json read_file(const fs::path& file) {
    std::ifstream in(file);
    std::stringstream text;
    text << in.rdbuf();
    auto value = parse_json(text.str(), {.depth = 64, .members = 20'000});
    return value ? std::move(*value) : json();
}

/// The contexts of the corpus by their URLs; ones that it lacks are empty.
class corpus_contexts {
public:
    explicit corpus_contexts(const fs::path& folder) {
        const auto urls = read_file(folder / "urls.json");
        for (const auto& [url, file] : urls.at("contexts").items())
            if (file.is_string())
                documents_[url] = read_file(folder / file.get<std::string>());
    }
    jsonld::context_ptr build(const json& local) {
        const auto find = [&](std::string_view url) -> const json* {
            static const auto empty = R"({"@context":{}})"_json_of;
            const auto found = documents_.find(std::string(url));
            return found == documents_.end() ? &empty : &found->second;
        };
        const auto built = jsonld::build_context(local, find);
        return built ? built->built : nullptr;
    }

private:
    std::map<std::string, json> documents_;
};

// Faults of the published files, each with what is wrong in it.
const std::map<std::string, std::string>& faulty_examples() {
    static const std::map<std::string, std::string> faults{
        {"BicycleParkingStation", "names with dots (4.6.2)"},
        {"Catalogue", "a Relationship with value in the place of object"},
        {"CityWork", "a type with a trailing blank"},
        {"Device", "an Attribute called value (4.5.1)"},
        {"FloodMonitoring", "an Attribute of type string"},
        {"Lamp", "several default instances (4.5.5)"},
        {"PhreaticObserved", "times with two T"},
        {"Sensor", "several default instances (4.5.5)"},
        {"SolarEnergy", "a Point of several positions"},
        {"Vehicle", "a time with an offset, which is not Z (4.6.3)"},
        {"WaterObserved", "a time as the object of a Relationship"},
        {"WaterQualityObserved", "names with hyphens (4.6.2)"},
        {"WeatherForecast", "an id that is no URI"},
    };
    return faults;
}

TEST(smart_data_models, normalized_examples_parse_and_survive_storage) {
    const auto folder = corpus_folder();
    if (!fs::exists(folder))
        GTEST_SKIP() << "no corpus at " << folder;
    corpus_contexts contexts(folder);
    std::size_t count = 0;
    for (const auto& file : fs::recursive_directory_iterator(folder)) {
        if (file.path().filename() != "example-normalized.jsonld")
            continue;
        ++count;
        const auto model = file.path().parent_path().parent_path().filename().string();
        const auto payload = read_file(file.path());
        ASSERT_TRUE(payload.is_object()) << model;
        const auto context = contexts.build(payload.value("@context", json()));
        ASSERT_TRUE(context) << model;
        const auto made = parse_entity(payload, *context);
        if (const auto fault = faulty_examples().find(model); fault != faulty_examples().end()) {
            EXPECT_FALSE(made) << model << " has a fault: " << fault->second;
            continue;
        }
        if (!made) {
            ADD_FAILURE() << model << ": " << made.error().pointer() << " "
                          << made.error().detail();
            continue;
        }
        known_names dictionary;
        dictionary.learn_all(names_of(*made));
        const auto bytes = encode(*made, dictionary);
        const auto view = document_view::open(bytes);
        ASSERT_TRUE(view) << model;
        auto again = decode(*view, dictionary);
        again.id = made->id;
        EXPECT_EQ(again, *made) << model;
    }
    EXPECT_GT(count, 50u);
}

} // namespace
} // namespace meridian::ngsild
