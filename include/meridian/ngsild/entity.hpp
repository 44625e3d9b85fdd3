#pragma once

#include "meridian/base/json.hpp"
#include "meridian/base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace meridian::ngsild {

/// The NGSI-LD Null (4.5.0): in a fragment it asks for the deletion of what it stands for.
inline constexpr std::string_view ngsild_null = "urn:ngsi-ld:null";

/// The kinds of Attribute (4.5.2, 4.5.3, 4.7, 4.5.18, 4.5.20, 4.5.21, 4.5.22, 4.5.24). The numbers
/// stand in stored documents and never change.
enum class attribute_kind : std::uint8_t {
    property = 1,
    relationship = 2,
    geo_property = 3,
    language_property = 4,
    vocab_property = 5,
    json_property = 6,
    list_property = 7,
    list_relationship = 8,
};
/// The short name of a kind, as the `type` member has it: "Property" …
[[nodiscard]] std::string_view type_member(attribute_kind kind) noexcept;
/// The member that holds the value of a kind: "value", "object", "languageMap", "vocab", "json",
/// "valueList", "objectList".
[[nodiscard]] std::string_view value_member(attribute_kind kind) noexcept;
[[nodiscard]] std::optional<attribute_kind> parse_attribute_kind(std::string_view type) noexcept;

struct attribute;

/// One instance of an Attribute, expanded and valid: all names in it are fully qualified.
struct attribute_instance {
    attribute_kind kind = attribute_kind::property;
    /// Property: any JSON. GeoProperty: a GeoJSON geometry. Relationship: a URI or an array of
    /// them. LanguageProperty: the languageMap. VocabProperty: an IRI or an array of them,
    /// expanded. JsonProperty: any JSON, names untouched. ListProperty: an array. ListRelationship:
    /// an array of `{"object": URI}`.
    json value;
    std::string dataset_id; ///< empty: the default instance
    std::optional<timestamp> observed_at;
    std::optional<timestamp> expires_at;
    timestamp created_at{};
    timestamp modified_at{};
    json value_type;  ///< expanded IRI or array of them; null where absent
    json object_type; ///< expanded Entity Type name(s); null where absent
    /// Members kept as they were sent, in their order: unitCode, ngsildproof. An object.
    json members = json::object();
    std::vector<attribute> attributes; ///< Attributes of this Attribute

    bool operator==(const attribute_instance&) const;
};

/// An Attribute by its expanded name, with at least one instance; datasetIds are unique.
struct attribute {
    std::string name;
    std::vector<attribute_instance> instances;

    bool operator==(const attribute&) const = default;
};

/// An Entity (5.2.4), expanded and valid: types, names and vocabulary are IRIs, concise input has
/// become normalized, system attributes that a client sent are gone (5.2.2).
struct entity {
    std::string id;
    std::vector<std::string> types;  ///< at least one, unique
    std::vector<std::string> scopes; ///< each with its leading slash (4.18)
    std::optional<timestamp> expires_at;
    timestamp created_at{};
    timestamp modified_at{};
    std::vector<attribute> attributes; ///< names are unique

    bool operator==(const entity&) const = default;
};

/// An Entity Fragment (5.4) or Attribute Fragment, expanded, its values as JSON since an NGSI-LD
/// Null may stand on every level: `attributes` is an object whose names are expanded IRIs and
/// whose values are Attributes in normalized form: one object, an array of instances, or the text
/// of the NGSI-LD Null. Two forms say less: an instance without its value member (a change of other
/// members), and `{"value": …}` without `type`, which is what a bare value becomes
/// (4.5.2.3, 4.5.4): a merge keeps the kind of the Attribute that it meets (5.6.17.4).
struct entity_fragment {
    std::optional<std::string> id;
    std::vector<std::string> types; ///< empty: not given
    std::optional<std::vector<std::string>> scopes;
    bool scopes_are_null = false; ///< scope was the NGSI-LD Null
    std::optional<timestamp> expires_at;
    bool expires_at_is_null = false;
    bool simplified = false; ///< it was sent so (4.5.4); its form here is the same
    json attributes = json::object();
};

} // namespace meridian::ngsild
