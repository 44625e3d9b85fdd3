#include "meridian/ngsild/parse.hpp"
#include "meridian/ngsild/temporal_input.hpp"

#include <algorithm>

namespace meridian::ngsild {

namespace {

void collect(std::vector<std::string>& out, const std::vector<attribute>& attributes) {
    for (const auto& one : attributes) {
        out.push_back(one.name);
        for (const auto& instance : one.instances) {
            if (!instance.dataset_id.empty())
                out.push_back(instance.dataset_id);
            collect(out, instance.attributes);
        }
    }
}

/// The names in an expanded instance or array of instances: its Attributes' have a colon, which the
/// members of the core @context never have.
void collect(std::vector<std::string>& out, const json& body) {
    if (body.is_array()) {
        for (const auto& one : body)
            collect(out, one);
        return;
    }
    if (!body.is_object())
        return;
    for (const auto& [name, value] : body.items()) {
        if (name == "datasetId") {
            out.push_back(value.get<std::string>());
        } else if (name.find(':') != std::string::npos) {
            out.push_back(name);
            collect(out, value);
        }
    }
}

std::vector<std::string> unique(std::vector<std::string> names) {
    std::ranges::sort(names);
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

} // namespace

std::vector<std::string> names_of(const entity& subject) {
    auto out = subject.types;
    collect(out, subject.attributes);
    return unique(std::move(out));
}

std::vector<std::string> names_of(const entity_fragment& subject) {
    auto out = subject.types;
    collect(out, subject.attributes);
    return unique(std::move(out));
}

std::vector<std::string> names_of(const entity_temporal& subject) {
    auto out = subject.types;
    collect(out, subject.attributes);
    return unique(std::move(out));
}

std::vector<std::string> names_of(std::string_view attribute, const attribute_instance& instance) {
    std::vector<std::string> out;
    collect(out, {{std::string(attribute), {instance}}});
    return unique(std::move(out));
}

} // namespace meridian::ngsild
