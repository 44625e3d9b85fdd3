#pragma once

#include "meridian/ngsild/representation.hpp"
#include "ngsild/representation/joiner.hpp"
#include "ngsild/representation/language.hpp"

#include <string>
#include <string_view>

namespace meridian::ngsild {

/// What the writing of instances depends on, the same for all of an answer.
struct instance_style {
    representation_format format = representation_format::normalized;
    bool sys_attrs = false;
    const language_preference* lang = nullptr; ///< null: languageMaps as they are
    compacted_names* names = nullptr;
    timestamp now{};
    const entity_joiner* join = nullptr; ///< null: nothing is joined to Relationships
};

/// A comma, unless the object or array in `out` has just begun.
void append_comma(std::string& out);
/// `,"name":"<moment>"`.
void append_moment(std::string& out, std::string_view name, timestamp moment);

/// 4.22.
[[nodiscard]] inline bool is_expired(timestamp expires_at, timestamp now) noexcept {
    return expires_at != timestamp{} && expires_at <= now;
}

/// JSON text of the NGSI-LD Null as the value of a kind (4.5.0).
[[nodiscard]] std::string_view null_value(attribute_kind kind) noexcept;

/// `["a","b"]` of `[{"object":"a"},{"object":"b"}]`; other elements as they are.
void append_objects(std::string& out, std::string_view object_list);

/// The vocab of a VocabProperty from the model: an IRI or an array of them, compacted.
void append_vocab(std::string& out, const json& iris, compacted_names& names);
/// One entry of a names part: compacted, an array where it was one.
void append_iris(std::string& out, const named_member& member, compacted_names& names);

/// The value as 4.5.4 has it, of all kinds but VocabProperty; `value` is its JSON text.
void append_simplified(std::string& out, attribute_kind kind, std::string_view value,
                       const language_preference* lang);
/// The instance as 4.5.4 has it.
void append_simplified(std::string& out, const instance_view& instance,
                       const instance_style& style);

/// The members that depend on the @context (valueType, objectType, vocab), each with its comma.
void append_named_members(std::string& out, const instance_view& instance,
                          const instance_style& style);
/// The Attributes of an Attribute, each with its comma.
void append_nested(std::string& out, const instance_view& instance, const instance_style& style);

/// The instance as an object, normalized or concise (as the style says). `before`: what it was
/// before a change, shown as its previous value; null: not shown.
void append_object(std::string& out, const instance_view& instance, const instance_style& style,
                   const attribute_instance* before = nullptr);

/// The instance as the only one of its Attribute: in the concise representation a Property or
/// GeoProperty without further members is its bare value (4.5.2.3, 4.7.3).
void append_single(std::string& out, const instance_view& instance, const instance_style& style,
                   const attribute_instance* before = nullptr);

/// `,"previousValue":…` or what it is called for the kind.
void append_previous(std::string& out, const attribute_instance& before,
                     const instance_style& style);

} // namespace meridian::ngsild
