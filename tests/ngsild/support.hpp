#pragma once

#include "known_names.hpp"

#include "meridian/base/json.hpp"
#include "meridian/jsonld/context.hpp"
#include "meridian/ngsild/change.hpp"
#include "meridian/ngsild/compact_name.hpp"
#include "meridian/ngsild/document.hpp"
#include "meridian/ngsild/parse.hpp"

#include <gtest/gtest.h>

#include <string>

namespace meridian::ngsild {

/// JSON of a test, written as it is read.
inline json operator""_json_of(const char* text, std::size_t length) {
    auto value = parse_json(std::string_view(text, length));
    EXPECT_TRUE(value) << text << ": " << (value ? "" : value.error().detail());
    return value ? std::move(*value) : json();
}

/// The default name of a term (4.4).
inline std::string in_default(std::string_view term) {
    return std::string(jsonld::default_vocab) + std::string(term);
}

/// An Entity with this Attribute `a`, as JSON text.
inline std::string with_attribute(std::string_view attribute_text) {
    return R"({"id":"urn:e:1","type":"T","a":)" + std::string(attribute_text) + "}";
}

inline result<entity> parse(std::string_view text) {
    auto payload = parse_json(text);
    if (!payload)
        return std::move(payload.error());
    return parse_entity(*payload, *jsonld::core_context());
}

/// An instance without times of the system as normalized JSON with full names, for comparison.
inline json shown(const attribute_instance& instance) {
    auto out = json::object();
    out["type"] = type_member(instance.kind);
    out[std::string(value_member(instance.kind))] = instance.value;
    if (!instance.dataset_id.empty())
        out["datasetId"] = instance.dataset_id;
    if (instance.observed_at)
        out["observedAt"] = to_text(*instance.observed_at);
    if (instance.expires_at)
        out["expiresAt"] = to_text(*instance.expires_at);
    if (!instance.value_type.is_null())
        out["valueType"] = instance.value_type;
    if (!instance.object_type.is_null())
        out["objectType"] = instance.object_type;
    for (const auto& [name, value] : instance.members.items())
        out[name] = value;
    for (const auto& nested : instance.attributes) {
        auto list = json::array();
        for (const auto& each : nested.instances)
            list.push_back(shown(each));
        out[compact_name(nested.name, *jsonld::core_context())] =
            list.size() == 1 ? list.front() : list;
    }
    return out;
}

/// The Attributes of an Entity likewise, by their short names.
inline json shown(const entity& subject) {
    attribute_instance all;
    all.attributes = subject.attributes;
    auto out = shown(all);
    out.erase("type");
    out.erase("value");
    return out;
}

} // namespace meridian::ngsild
