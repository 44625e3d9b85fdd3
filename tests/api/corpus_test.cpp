/// The published normalized examples of the Smart Data Models through the whole broker.
#include "api/support.hpp"

#include "support/receiver.hpp"
#include "support/smart_data_models.hpp"

#include <fstream>
#include <map>
#include <mutex>

namespace meridian::api::test {
namespace {

namespace fs = std::filesystem;
using meridian::test::received;
using meridian::test::receiver;
using meridian::test::reply;

json read_file(const fs::path& file) {
    std::ifstream in(file);
    return json::parse(in, nullptr, false);
}

/// Serves the corpus' @contexts: each URL of the corpus has a path here, and each model one where
/// its example's whole @context is.
class context_host {
public:
    explicit context_host(const fs::path& folder) {
        const auto urls = read_file(folder / "urls.json");
        for (const auto& [url, file] : urls.at("contexts").items())
            if (file.is_string())
                add("/url/" + std::to_string(paths_.size()), url,
                    read_file(folder / file.get<std::string>())["@context"]);
    }
    /// The URL here of an example's @context.
    std::string host_of(const std::string& model, const json& context) {
        add("/model/" + model, "model:" + model, context);
        return host_.url("/model/" + model);
    }

private:
    void add(const std::string& path, const std::string& url, const json& context) {
        const std::lock_guard lock(mutex_);
        paths_[url] = path;
        documents_[path] = context;
    }
    /// URLs replaced by those of this host; ones that the corpus lacks are left out.
    json hosted(const json& context) const {
        if (context.is_array()) {
            auto out = json::array();
            for (const auto& each : context)
                if (const auto mapped = hosted(each); !mapped.is_null())
                    out.push_back(mapped);
            return out;
        }
        if (!context.is_string())
            return context;
        const auto url = context.get<std::string>();
        if (url.starts_with("https://uri.etsi.org/ngsi-ld/v1/"))
            return context;
        const auto found = paths_.find(url);
        return found == paths_.end() ? json() : json(host_.url(found->second));
    }
    reply answer(const received& asked) {
        const std::lock_guard lock(mutex_);
        const auto found = documents_.find(asked.target);
        if (found == documents_.end())
            return {404, "", "text/plain"};
        auto context = hosted(found->second);
        if (context.is_null())
            context = json::object();
        return {200, json{{"@context", context}}.dump(), "application/ld+json"};
    }

    std::mutex mutex_;
    std::map<std::string, std::string> paths_;
    std::map<std::string, json> documents_;
    receiver host_{[this](const received& asked) { return answer(asked); }};
};

/// 4.5.4: what an Attribute's instance is in the simplified form.
json simplified_instance(const json& instance) {
    for (const auto* member : {"value", "object", "vocab", "json"})
        if (instance.contains(member))
            return member == std::string_view("vocab") || member == std::string_view("json")
                       ? json{{member, instance[member]}}
                       : instance[member];
    if (instance.contains("languageMap"))
        return json{{"languageMap", instance["languageMap"]}};
    return instance;
}

json simplified(const json& entity) {
    auto out = json::object();
    for (const auto& [name, member] : entity.items()) {
        if (name == "id" || name == "type" || name == "scope")
            out[name] = member;
        else if (member.is_object())
            out[name] = simplified_instance(member);
        else {
            auto data_sets = json::object();
            for (const auto& instance : member)
                data_sets[instance.value("datasetId", "@none")] = simplified_instance(instance);
            out[name] = {{"dataset", data_sets}};
        }
    }
    return out;
}

/// Without the moments that the broker sets itself (5.2.2), on any level.
json without_system_attributes(json value) {
    if (value.is_object()) {
        value.erase("createdAt");
        value.erase("modifiedAt");
    }
    if (value.is_structured())
        for (auto& member : value)
            member = without_system_attributes(member);
    return value;
}

struct example {
    std::string model;
    json payload;
};

void round_trip(const example& of, const std::string& context_url) {
    const header_lines link{
        {"Link",
         "<" + context_url +
             ">; rel=\"http://www.w3.org/ns/json-ld#context\"; type=\"application/ld+json\""}};
    const auto client = fresh_tenant();
    auto payload = of.payload;
    payload.erase("@context");
    const auto made = client.post(entities, payload, link);
    if (meridian::test::faulty_examples().contains(of.model)) {
        EXPECT_EQ(kind_of(made), "400 BadRequestData") << of.model;
        return;
    }
    ASSERT_EQ(made.status, 201U) << of.model << '\n' << made;
    const auto location = made.header("Location");
    const auto as = [&](const std::string& format) {
        return client.get(location + "?format=" + format, link);
    };
    const auto expected = without_system_attributes(payload);
    EXPECT_EQ(shown(200, as("normalized").content()), shown(200, expected)) << of.model;
    EXPECT_EQ(shown(200, as("simplified").content()), shown(200, simplified(expected))) << of.model;
    const auto concise = as("concise").content();
    const auto other = fresh_tenant();
    ASSERT_EQ(other.post(entities, concise, link).status, 201U) << of.model << concise;
    EXPECT_EQ(shown(200, other.get(location, link).content()), shown(200, expected)) << of.model;
    if (payload.contains("location") && payload["location"].value("type", "") == "GeoProperty") {
        auto on_map = link;
        on_map.emplace_back("Accept", "application/geo+json");
        const auto feature = client.get(location, on_map).content();
        EXPECT_EQ(shown(200, feature["geometry"]), shown(200, expected["location"]["value"]))
            << of.model;
        auto properties = expected;
        properties.erase("id");
        EXPECT_EQ(shown(200, feature["properties"]), shown(200, properties)) << of.model;
    }
}

TEST(smart_data_models, normalized_examples_survive_the_broker_in_every_representation) {
    const auto folder = meridian::test::corpus_folder(MERIDIAN_SOURCE_DIR);
    if (!fs::exists(folder))
        GTEST_SKIP() << "no corpus at " << folder;
    context_host contexts(folder);
    std::size_t count = 0;
    for (const auto& file : fs::recursive_directory_iterator(folder)) {
        if (file.path().filename() != "example-normalized.jsonld")
            continue;
        ++count;
        const example each{file.path().parent_path().parent_path().filename().string(),
                           read_file(file.path())};
        round_trip(each, contexts.host_of(each.model, each.payload.value("@context", json())));
    }
    EXPECT_GT(count, 50U);
}

} // namespace
} // namespace meridian::api::test
