#include "support.hpp"

#include "../support/smart_data_models.hpp"

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

namespace meridian::ngsild {
namespace {

namespace fs = std::filesystem;

using test::faulty_examples;

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

TEST(smart_data_models, normalized_examples_parse_and_survive_storage) {
    const auto folder = test::corpus_folder(MERIDIAN_SOURCE_DIR);
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
