#include "meridian/ngsild/conformance.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace meridian::ngsild {
namespace {

constexpr specification_version multiple{1, 3}; ///< several types; instances by datasetId

struct introduced_member {
    std::string_view name;
    specification_version since;
};

/// Members of an Entity that are removed for who does not know them (table 4.3.6.8-1).
constexpr std::array entity_members{
    introduced_member{"scope", {1, 4}},
    introduced_member{"expiresAt", {1, 9}},
};

/// The same of Properties and Relationships (tables 4.3.6.8-2 and -3).
constexpr std::array attribute_members{
    introduced_member{"datasetId", {1, 3}}, introduced_member{"observedAt", {1, 3}},
    introduced_member{"unitCode", {1, 3}},  introduced_member{"objectType", {1, 8}},
    introduced_member{"expiresAt", {1, 9}}, introduced_member{"valueType", {1, 9}},
};

/// A kind of Attribute that is reformatted as an older one: its type, the member with its value,
/// and what both become.
struct introduced_kind {
    std::string_view type;
    std::string_view member;
    specification_version since;
    std::string_view becomes;
    std::string_view value;
};
constexpr std::array attribute_kinds{
    introduced_kind{"LanguageProperty", "languageMap", {1, 4}, "Property", "value"},
    introduced_kind{"JsonProperty", "json", {1, 8}, "Property", "value"},
    introduced_kind{"VocabProperty", "vocab", {1, 8}, "Property", "value"},
    introduced_kind{"ListProperty", "valueList", {1, 8}, "Property", "value"},
    introduced_kind{"ListRelationship", "objectList", {1, 8}, "Relationship", "object"},
};

/// What stands in an Attribute beside its own Attributes.
bool is_own_member(std::string_view name) {
    constexpr std::array<std::string_view, 12> names{
        "type",      "value",      "object",    "languageMap", "vocab",  "json",
        "valueList", "objectList", "createdAt", "modifiedAt",  "entity", "ngsildproof"};
    return std::ranges::find(names, name) != names.end() ||
           std::ranges::any_of(attribute_members,
                               [&](const auto& member) { return member.name == name; });
}

template <typename Members>
bool remove_newer(json& from, const Members& members, specification_version version) {
    bool changed = false;
    for (const auto& member : members)
        if (version < member.since)
            changed |= from.erase(std::string{member.name}) > 0;
    return changed;
}

/// `[{"object": "urn:a"}, …]` → `["urn:a", …]`, the form that a Relationship has.
json plain_objects(json list) {
    if (list.is_array())
        for (auto& one : list)
            if (one.is_object() && one.contains("object"))
                one = json(one["object"]);
    return list;
}

bool amend_kind(json& attribute, specification_version version) {
    for (const auto& kind : attribute_kinds) {
        const auto found = attribute.find(kind.member);
        if (version >= kind.since || found == attribute.end())
            continue;
        // The value keeps its place among the members, under its new name.
        json made = json::object();
        for (auto& [name, value] : attribute.items())
            if (name == kind.member)
                made[std::string{kind.value}] =
                    kind.becomes == "Relationship" ? plain_objects(value) : value;
            else
                made[name] = value;
        if (made.contains("type"))
            made["type"] = kind.becomes;
        attribute = std::move(made);
        return true;
    }
    return false;
}

bool amend_attribute(json& attribute, specification_version version);

/// Notes 2 and 3: of several instances the default one, else the first.
bool amend_instances(json& attribute, specification_version version) {
    const auto is_instance = [](const json& one) {
        return one.is_object() && (one.contains("type") || one.contains("datasetId"));
    };
    bool changed = false;
    if (attribute.is_array() && !attribute.empty() && std::ranges::all_of(attribute, is_instance)) {
        if (version < multiple) {
            const auto by_default = std::ranges::find_if(
                attribute, [](const json& one) { return !one.contains("datasetId"); });
            json kept = by_default == attribute.end() ? attribute.front() : *by_default;
            attribute = std::move(kept);
            changed = true;
        } else {
            for (auto& one : attribute)
                changed |= amend_attribute(one, version);
            return changed;
        }
    }
    return amend_attribute(attribute, version) || changed;
}

bool amend_attribute(json& attribute, specification_version version) {
    if (!attribute.is_object())
        return false;
    bool changed = remove_newer(attribute, attribute_members, version);
    changed |= amend_kind(attribute, version);
    for (auto& [name, value] : attribute.items())
        if (!is_own_member(name))
            changed |= amend_instances(value, version);
    return changed;
}

/// The pairs of a simplified temporal series (4.5.9), without the wrapping that says their kind.
json plain_series(json pairs, const introduced_kind& kind) {
    for (auto& pair : pairs) {
        if (!pair.is_array() || pair.empty())
            continue;
        auto& value = pair.front();
        if (value.is_object() && value.size() == 1 && value.contains(kind.member))
            value = json(value[std::string{kind.member}]);
        else if (kind.becomes == "Relationship")
            value = plain_objects(std::move(value));
    }
    return pairs;
}

/// 4.5.9: `vocabs` and its like.
bool amend_series(json& series, specification_version version) {
    for (const auto& kind : attribute_kinds) {
        const auto found = series.find(std::string{kind.member} + "s");
        if (version >= kind.since || found == series.end())
            continue;
        auto pairs = plain_series(std::move(*found), kind);
        series.erase(found);
        series[std::string{kind.value} + "s"] = std::move(pairs);
        series["type"] = kind.becomes;
        return true;
    }
    return false;
}

/// What a temporal evolution has had from its beginning stays: instances, datasetId, observedAt.
bool amend_temporal_instance(json& instance, specification_version version) {
    if (!instance.is_object())
        return false;
    bool changed = false;
    for (const auto* name : {"objectType", "expiresAt", "valueType"}) {
        const auto member = std::ranges::find(attribute_members, name, &introduced_member::name);
        if (version < member->since)
            changed |= instance.erase(name) > 0;
    }
    changed |= amend_series(instance, version) || amend_kind(instance, version);
    for (auto& [name, value] : instance.items())
        if (value.is_object() && !is_own_member(name))
            changed |= amend_instances(value, version);
    return changed;
}

bool amend_head(json& entity, specification_version version) {
    bool changed = remove_newer(entity, entity_members, version);
    if (const auto type = entity.find("type");
        type != entity.end() && type->is_array() && !type->empty() && version < multiple) {
        json first = type->front(); // note 1
        *type = std::move(first);
        changed = true;
    }
    return changed;
}

bool is_of_entity(std::string_view name) {
    return name == "id" || name == "type" || name == "@context" || name == "scope";
}

} // namespace

std::optional<specification_version> parse_version(std::string_view text) {
    specification_version version;
    const auto* end = text.data() + text.size();
    const auto [dot, first] = std::from_chars(text.data(), end, version.major);
    if (first != std::errc{} || dot == end || *dot != '.')
        return std::nullopt;
    const auto [rest, second] = std::from_chars(dot + 1, end, version.minor);
    if (second != std::errc{} || rest != end || version.major < 1 || version.minor < 0)
        return std::nullopt;
    return version;
}

std::string to_text(specification_version version) {
    return std::to_string(version.major) + '.' + std::to_string(version.minor);
}

bool amend_entity(json& entity, specification_version version) {
    if (!entity.is_object() || version >= newest_version)
        return false;
    bool changed = amend_head(entity, version);
    for (auto& [name, value] : entity.items())
        if (!is_of_entity(name))
            changed |= amend_instances(value, version);
    return changed;
}

bool amend_feature(json& feature, specification_version version) {
    if (!feature.is_object())
        return false;
    bool changed = false;
    if (const auto features = feature.find("features"); features != feature.end())
        for (auto& one : *features)
            changed |= amend_feature(one, version);
    if (const auto properties = feature.find("properties"); properties != feature.end())
        changed |= amend_entity(*properties, version);
    return changed;
}

bool amend_temporal_entity(json& entity, specification_version version) {
    if (!entity.is_object() || version >= newest_version)
        return false;
    bool changed = amend_head(entity, version);
    for (auto& [name, value] : entity.items()) {
        if (is_of_entity(name))
            continue;
        if (!value.is_array())
            changed |= amend_temporal_instance(value, version);
        else
            for (auto& one : value)
                changed |= amend_temporal_instance(one, version);
    }
    return changed;
}

} // namespace meridian::ngsild
