#pragma once

#include "known_names.hpp"

#include "meridian/ngsild/document.hpp"
#include "meridian/ngsild/representation.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace meridian::ngsild {

/// The moment `seconds` after 2026-11-21T09:00:00Z.
inline timestamp at(int seconds) {
    return timestamp{std::chrono::seconds{1'795'251'600 + seconds}};
}

inline std::string full(std::string_view name) {
    return std::string(jsonld::default_vocab) + std::string(name);
}

inline json parsed(std::string_view text) {
    auto value = parse_json(text);
    EXPECT_TRUE(value) << "not JSON: " << text;
    return value ? *value : json();
}

inline attribute_instance instance(attribute_kind kind, std::string_view value) {
    attribute_instance out;
    out.kind = kind;
    out.value = parsed(value);
    out.created_at = at(0);
    out.modified_at = at(1);
    return out;
}

inline attribute_instance with_dataset(attribute_instance one, std::string_view dataset) {
    one.dataset_id = std::string(dataset);
    return one;
}

/// An Entity put together by a test and what it looks like on the way out.
class rendering {
public:
    rendering() {
        subject.id = "urn:ngsi-ld:Vehicle:A4567";
        subject.types = {full("Vehicle")};
        subject.created_at = at(0);
        subject.modified_at = at(2);
    }
    entity subject;
    known_names dictionary;
    timestamp now = at(10);

    rendering& add(std::string_view name, std::vector<attribute_instance> instances) {
        subject.attributes.push_back({full(name), std::move(instances)});
        return *this;
    }
    rendering& add(std::string_view name, attribute_kind kind, std::string_view value) {
        return add(name, {instance(kind, value)});
    }
    /// The number of a short name.
    name_id id(std::string_view name) { return dictionary.learn(full(name)); }

    /// The document; learns all names on its way.
    const std::string& document() {
        dictionary.learn_all(subject.types);
        learn(subject.attributes);
        bytes_ = encode(subject, dictionary);
        return bytes_;
    }
    entity_row row() {
        auto view = document_view::open(document());
        EXPECT_TRUE(view);
        return {subject.id, subject.created_at, subject.modified_at, *view};
    }
    compacted_names& names() { return names_; }

    std::string text(const representation& how) {
        std::string out;
        append_entity(out, row(), how, names_, now);
        return out;
    }
    json show(const representation& how = {}) { return parsed(text(how)); }
    json show(representation_format format) {
        representation how;
        how.format = format;
        return show(how);
    }
    /// The value of one Attribute in a format.
    json attribute_as(representation_format format, std::string_view name) {
        return show(format)[std::string(name)];
    }

private:
    void learn(const std::vector<attribute>& attributes) {
        for (const auto& one : attributes) {
            dictionary.learn(one.name);
            for (const auto& each : one.instances) {
                if (!each.dataset_id.empty())
                    dictionary.learn(each.dataset_id);
                learn(each.attributes);
            }
        }
    }
    std::string bytes_;
    compacted_names names_{jsonld::core_context(), dictionary};
};

} // namespace meridian::ngsild
