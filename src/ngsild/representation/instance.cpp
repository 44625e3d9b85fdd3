#include "ngsild/representation/instance.hpp"

#include "ngsild/representation/links.hpp"

namespace meridian::ngsild {

namespace {

constexpr std::string_view type_start = R"("type":")";

std::size_t type_length(attribute_kind kind) noexcept {
    return type_start.size() + type_member(kind).size() + 1;
}

bool has_value_text(attribute_kind kind) noexcept {
    return kind != attribute_kind::vocab_property;
}

std::string_view after_value(const instance_view& instance) noexcept {
    const auto end = static_cast<std::size_t>(instance.value.data() - instance.text.data()) +
                     instance.value.size();
    return instance.text.substr(end);
}

/// 4.15: a LanguageProperty becomes a Property with one language, named in `lang`.
bool append_one_language(std::string& out, const instance_view& instance,
                         const instance_style& style) {
    const auto chosen = style.lang->choose(instance.value);
    if (chosen.tag.empty())
        return false;
    if (style.format == representation_format::normalized)
        out += R"("type":"Property",)";
    out += R"("value":)";
    out += chosen.value;
    out += R"(,"lang":")";
    out += chosen.tag;
    out += '"';
    out += after_value(instance);
    return true;
}

/// The members that stand in the text, without the type.
void append_concise_text(std::string& out, const instance_view& instance) {
    if (instance.kind == attribute_kind::list_relationship) {
        out += R"("objectList":)";
        append_objects(out, instance.value);
        out += after_value(instance);
        return;
    }
    auto text = instance.text.substr(type_length(instance.kind));
    if (!text.empty())
        text.remove_prefix(1);
    out += text;
}

/// 4.5.2.3: without its type such a Property would be read as a GeoProperty. A value that only
/// resembles a geometry keeps the type too, which is as valid.
bool is_property_of_geometry(const instance_view& instance) {
    return instance.kind == attribute_kind::property &&
           (instance.flags & entry_value_is_primitive) == 0 &&
           instance.value.find(R"("coordinates":)") != std::string_view::npos;
}

void append_text_members(std::string& out, const instance_view& instance,
                         const instance_style& style) {
    if (style.lang != nullptr && instance.kind == attribute_kind::language_property &&
        append_one_language(out, instance, style))
        return;
    if (style.format == representation_format::normalized || is_property_of_geometry(instance))
        out += instance.text;
    else
        append_concise_text(out, instance);
}

void append_system_members(std::string& out, const instance_view& instance) {
    if (instance.expires_at != timestamp{})
        append_moment(out, "expiresAt", instance.expires_at);
    if (instance.created_at != timestamp{})
        append_moment(out, "createdAt", instance.created_at);
    if (instance.modified_at != timestamp{})
        append_moment(out, "modifiedAt", instance.modified_at);
}

/// Linked Entities, and Attributes of the Attribute, to whose Relationships none is joined.
void append_joined_members(std::string& out, const instance_view& instance,
                           const instance_style& style) {
    if (is_link(instance.kind))
        style.join->append_targets(out, instance);
    if (instance.attribute_count == 0)
        return;
    auto inner = style;
    inner.join = nullptr;
    append_nested(out, instance, inner);
}

std::string_view previous_member(attribute_kind kind) noexcept {
    switch (kind) {
    case attribute_kind::property:
    case attribute_kind::geo_property:
        return "previousValue";
    case attribute_kind::relationship:
        return "previousObject";
    case attribute_kind::language_property:
        return "previousLanguageMap";
    case attribute_kind::vocab_property:
        return "previousVocab";
    case attribute_kind::json_property:
        return "previousJson";
    case attribute_kind::list_property:
        return "previousValueList";
    case attribute_kind::list_relationship:
        return "previousObjectList";
    }
    return {};
}

} // namespace

void append_comma(std::string& out) {
    if (out.back() != '{' && out.back() != '[')
        out += ',';
}

void append_moment(std::string& out, std::string_view name, timestamp moment) {
    append_comma(out);
    out += '"';
    out += name;
    out += R"(":")";
    append_text(out, moment);
    out += '"';
}

std::string_view null_value(attribute_kind kind) noexcept {
    switch (kind) {
    case attribute_kind::language_property:
        return R"({"@none":"urn:ngsi-ld:null"})";
    case attribute_kind::list_property:
    case attribute_kind::list_relationship:
        return R"(["urn:ngsi-ld:null"])";
    default:
        return R"("urn:ngsi-ld:null")";
    }
}

void append_objects(std::string& out, std::string_view object_list) {
    out += '[';
    element_reader elements(object_list);
    while (const auto element = elements.next()) {
        append_comma(out);
        const auto first = member_reader(*element).next();
        out += element->starts_with('{') && first ? first->value : *element;
    }
    out += ']';
}

void append_vocab(std::string& out, const json& iris, compacted_names& names) {
    if (iris.is_string()) {
        out += names.text(std::string_view(iris.get_ref<const std::string&>()));
        return;
    }
    out += '[';
    for (const auto& iri : iris) {
        append_comma(out);
        if (iri.is_string())
            out += names.text(std::string_view(iri.get_ref<const std::string&>()));
        else
            out += to_text(iri);
    }
    out += ']';
}

void append_iris(std::string& out, const named_member& member, compacted_names& names) {
    if (!member.is_array && member.iris.size() == 1) {
        out += names.text(member.iris.front());
        return;
    }
    out += '[';
    for (const auto iri : member.iris) {
        append_comma(out);
        out += names.text(iri);
    }
    out += ']';
}

void append_simplified(std::string& out, attribute_kind kind, std::string_view value,
                       const language_preference* lang) {
    switch (kind) {
    case attribute_kind::language_property:
        if (lang != nullptr) {
            if (const auto chosen = lang->choose(value); !chosen.tag.empty()) {
                out += chosen.value;
                return;
            }
        }
        [[fallthrough]];
    case attribute_kind::json_property:
        out += R"({")";
        out += value_member(kind);
        out += R"(":)";
        out += value;
        out += '}';
        return;
    case attribute_kind::list_relationship:
        append_objects(out, value);
        return;
    default:
        out += value;
    }
}

void append_simplified(std::string& out, const instance_view& instance,
                       const instance_style& style) {
    if (style.join != nullptr && is_link(instance.kind) &&
        style.join->append_simplified_targets(out, instance))
        return;
    if (has_value_text(instance.kind)) {
        append_simplified(out, instance.kind, instance.value, style.lang);
        return;
    }
    out += R"({"vocab":)";
    for (const auto& member : named_members(instance))
        if (member.which == named_member::member::vocab)
            append_iris(out, member, *style.names);
    out += '}';
}

void append_named_members(std::string& out, const instance_view& instance,
                          const instance_style& style) {
    for (const auto& member : named_members(instance)) {
        append_comma(out);
        switch (member.which) {
        case named_member::member::vocab:
            out += R"("vocab":)";
            break;
        case named_member::member::value_type:
            out += R"("valueType":)";
            break;
        case named_member::member::object_type:
            out += R"("objectType":)";
            break;
        }
        append_iris(out, member, *style.names);
    }
}

void append_object(std::string& out, const instance_view& instance, const instance_style& style,
                   const attribute_instance* before) {
    out += '{';
    append_text_members(out, instance, style);
    if ((instance.flags & entry_has_names) != 0)
        append_named_members(out, instance, style);
    if (before != nullptr && before->kind == instance.kind)
        append_previous(out, *before, style);
    if (style.sys_attrs)
        append_system_members(out, instance);
    if (style.join != nullptr) {
        append_joined_members(out, instance, style);
    } else if (instance.attribute_count != 0) {
        append_nested(out, instance, style);
    }
    out += '}';
}

void append_single(std::string& out, const instance_view& instance, const instance_style& style,
                   const attribute_instance* before) {
    const bool bare = style.format == representation_format::concise && !style.sys_attrs &&
                      before == nullptr && (instance.flags & entry_has_members) == 0;
    // A geometry is told by its type, so that of a GeoProperty the bare value is unambiguous.
    if (bare && (instance.kind == attribute_kind::geo_property ||
                 (instance.kind == attribute_kind::property &&
                  ((instance.flags & entry_value_is_primitive) != 0 ||
                   !looks_like_attribute(instance.value))))) {
        out += instance.value;
        return;
    }
    append_object(out, instance, style, before);
}

void append_previous(std::string& out, const attribute_instance& before,
                     const instance_style& style) {
    append_comma(out);
    const auto text = to_text(before.value);
    if (before.kind == attribute_kind::language_property && style.lang != nullptr) {
        if (const auto chosen = style.lang->choose(text); !chosen.tag.empty()) {
            out += R"("previousValue":)";
            out += chosen.value;
            return;
        }
    }
    out += '"';
    out += previous_member(before.kind);
    out += R"(":)";
    if (before.kind == attribute_kind::vocab_property)
        append_vocab(out, before.value, *style.names);
    else if (before.kind == attribute_kind::list_relationship &&
             style.format == representation_format::concise)
        append_objects(out, text);
    else
        out += text;
}

} // namespace meridian::ngsild
