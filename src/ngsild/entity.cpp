#include "meridian/ngsild/entity.hpp"

#include <array>

namespace meridian::ngsild {

namespace {

struct kind_names {
    std::string_view type;
    std::string_view value;
};

// In the order of the numbers of attribute_kind.
constexpr std::array<kind_names, 8> kinds{{
    {"Property", "value"},
    {"Relationship", "object"},
    {"GeoProperty", "value"},
    {"LanguageProperty", "languageMap"},
    {"VocabProperty", "vocab"},
    {"JsonProperty", "json"},
    {"ListProperty", "valueList"},
    {"ListRelationship", "objectList"},
}};

} // namespace

std::string_view type_member(attribute_kind kind) noexcept {
    return kinds[static_cast<std::size_t>(kind) - 1].type;
}

std::string_view value_member(attribute_kind kind) noexcept {
    return kinds[static_cast<std::size_t>(kind) - 1].value;
}

std::optional<attribute_kind> parse_attribute_kind(std::string_view type) noexcept {
    for (std::size_t index = 0; index < kinds.size(); ++index)
        if (kinds[index].type == type)
            return static_cast<attribute_kind>(index + 1);
    return std::nullopt;
}

// Written out: clang 16 crashes on a defaulted comparison that needs itself (for the nested ones).
bool attribute_instance::operator==(const attribute_instance& other) const {
    return kind == other.kind && value == other.value && dataset_id == other.dataset_id &&
           observed_at == other.observed_at && expires_at == other.expires_at &&
           created_at == other.created_at && modified_at == other.modified_at &&
           value_type == other.value_type && object_type == other.object_type &&
           members == other.members && attributes == other.attributes;
}

} // namespace meridian::ngsild
