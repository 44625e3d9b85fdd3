#include "document_layout.hpp"

#include "meridian/base/json.hpp"

namespace meridian::ngsild {

using layout::entry;

namespace {

void append_json(std::string& out, const json& value) {
    if (value.is_string())
        append_json_string(out, value.get_ref<const std::string&>());
    else if (value.is_number_unsigned())
        out += std::to_string(value.get<std::uint64_t>());
    else if (value.is_boolean())
        out += value.get<bool>() ? "true" : "false";
    else
        out += to_text(value);
}

void append_member_name(std::string& out, std::string_view name) {
    out += ",\"";
    out += name;
    out += "\":";
}

void append_text(std::string& out, const attribute_instance& instance, entry& into) {
    const auto start = out.size();
    out += "\"type\":\"";
    out += type_member(instance.kind);
    out += '"';
    if (instance.kind != attribute_kind::vocab_property) {
        append_member_name(out, value_member(instance.kind));
        into.value_offset = static_cast<std::uint32_t>(out.size() - start);
        append_json(out, instance.value);
        into.value_length = static_cast<std::uint32_t>(out.size() - start - into.value_offset);
    }
    const auto first_member = out.size();
    if (!instance.dataset_id.empty()) {
        append_member_name(out, "datasetId");
        append_json_string(out, instance.dataset_id);
    }
    if (instance.observed_at) {
        append_member_name(out, "observedAt");
        out += '"';
        meridian::append_text(out, *instance.observed_at);
        out += '"';
    }
    for (const auto& [name, value] : instance.members.items()) {
        out += ',';
        append_json_string(out, name);
        out += ':';
        append_json(out, value);
    }
    if (out.size() != first_member)
        into.flags |= entry_has_members;
    into.text_length = static_cast<std::uint32_t>(out.size() - start);
}

void append_named(std::string& out, named_member::member which, const json& iris) {
    const auto append_one = [&](const json& iri) {
        const auto& text = iri.get_ref<const std::string&>();
        layout::append(out, static_cast<std::uint32_t>(text.size()));
        out += text;
    };
    layout::append(out, static_cast<std::uint8_t>(which));
    layout::append(out, static_cast<std::uint8_t>(iris.is_array()));
    if (!iris.is_array()) {
        layout::append(out, std::uint32_t{1});
        append_one(iris);
        return;
    }
    layout::append(out, static_cast<std::uint32_t>(iris.size()));
    for (const auto& iri : iris)
        append_one(iri);
}

void append_names(std::string& out, const attribute_instance& instance, entry& into) {
    const auto start = out.size();
    if (instance.kind == attribute_kind::vocab_property)
        append_named(out, named_member::member::vocab, instance.value);
    const auto first_member = out.size();
    if (!instance.value_type.is_null())
        append_named(out, named_member::member::value_type, instance.value_type);
    if (!instance.object_type.is_null())
        append_named(out, named_member::member::object_type, instance.object_type);
    into.names_length = static_cast<std::uint32_t>(out.size() - start);
    if (into.names_length != 0)
        into.flags |= entry_has_names;
    if (out.size() != first_member)
        into.flags |= entry_has_members;
}

/// Entries and slices of `attributes`; returns how many instances they have.
std::uint32_t append_attributes_part(std::string& out, const std::vector<attribute>& attributes,
                                     const names& dictionary) {
    std::size_t count = 0;
    for (const auto& one : attributes)
        count += one.instances.size();
    auto place = out.size();
    out.resize(out.size() + count * layout::entry_bytes);
    const auto slices = out.size();
    for (const auto& one : attributes) {
        const auto name = dictionary.find(one.name);
        for (const auto& instance : one.instances) {
            const auto offset = static_cast<std::uint32_t>(out.size() - slices);
            auto made = layout::append_slice(out, instance, dictionary);
            made.attribute = name;
            made.slice_offset = offset;
            layout::overwrite_at(out, place, made);
            place += layout::entry_bytes;
        }
    }
    return static_cast<std::uint32_t>(count);
}

void append_head(std::string& out, const std::vector<name_id>& types,
                 const std::vector<std::string>& scopes, std::size_t count, timestamp expires_at) {
    layout::append(out, layout::format);
    layout::append(out, std::uint8_t{0});
    layout::append(out, static_cast<std::uint16_t>(types.size()));
    layout::append(out, static_cast<std::uint16_t>(scopes.size()));
    layout::append(out, std::uint16_t{0});
    layout::append(out, static_cast<std::uint32_t>(count));
    layout::append(out, layout::microseconds(expires_at));
    for (const auto type : types)
        layout::append(out, type);
    for (const auto& scope : scopes) {
        layout::append(out, static_cast<std::uint16_t>(scope.size()));
        out += scope;
    }
    out.resize((out.size() + 7) / 8 * 8);
}

std::uint8_t value_flags(const attribute_instance& instance) noexcept {
    if (instance.value.is_primitive())
        return entry_value_is_primitive;
    return instance.value.is_object() ? entry_value_is_object : 0;
}

} // namespace

layout::entry layout::append_slice(std::string& out, const attribute_instance& instance,
                                   const names& dictionary) {
    entry made;
    made.dataset = instance.dataset_id.empty() ? 0 : dictionary.find(instance.dataset_id);
    made.kind = static_cast<std::uint8_t>(instance.kind);
    made.flags = value_flags(instance);
    made.created_at = microseconds(instance.created_at);
    made.modified_at = microseconds(instance.modified_at);
    made.expires_at = instance.expires_at ? microseconds(*instance.expires_at) : 0;
    const auto start = out.size();
    append_text(out, instance, made);
    append_names(out, instance, made);
    if (!instance.attributes.empty()) {
        made.attribute_count = append_attributes_part(out, instance.attributes, dictionary);
        made.flags |= entry_has_members;
    }
    made.slice_length = static_cast<std::uint32_t>(out.size() - start);
    return made;
}

std::string encode(const entity& subject, const names& dictionary) {
    std::vector<name_id> types;
    types.reserve(subject.types.size());
    for (const auto& type : subject.types)
        types.push_back(dictionary.find(type));
    std::size_t count = 0;
    for (const auto& one : subject.attributes)
        count += one.instances.size();

    std::string out;
    out.reserve(64 + count * 192);
    append_head(out, types, subject.scopes, count, subject.expires_at.value_or(timestamp{}));
    append_attributes_part(out, subject.attributes, dictionary);
    return out;
}

void document_builder::copy(const instance_view& instance) {
    entry made;
    made.attribute = instance.attribute;
    made.dataset = instance.dataset;
    made.kind = static_cast<std::uint8_t>(instance.kind);
    made.flags = instance.flags;
    made.attribute_count = instance.attribute_count;
    made.slice_offset = static_cast<std::uint32_t>(slices_.size());
    made.slice_length = static_cast<std::uint32_t>(instance.slice.size());
    made.text_length = static_cast<std::uint32_t>(instance.text.size());
    made.value_offset = static_cast<std::uint32_t>(instance.value.data() - instance.text.data());
    made.value_length = static_cast<std::uint32_t>(instance.value.size());
    made.names_length = static_cast<std::uint32_t>(instance.names.size());
    made.created_at = layout::microseconds(instance.created_at);
    made.modified_at = layout::microseconds(instance.modified_at);
    made.expires_at = layout::microseconds(instance.expires_at);
    slices_ += instance.slice;
    layout::append(entries_, made);
    ++count_;
}

void document_builder::add(name_id attribute, const attribute_instance& instance) {
    const auto offset = static_cast<std::uint32_t>(slices_.size());
    auto made = layout::append_slice(slices_, instance, *dictionary_);
    made.attribute = attribute;
    made.slice_offset = offset;
    layout::append(entries_, made);
    ++count_;
}

std::string document_builder::finish() const {
    std::string out;
    out.reserve(64 + types_.size() * 4 + entries_.size() + slices_.size());
    append_head(out, types_, scopes_, count_, expires_at_);
    out += entries_;
    out += slices_;
    return out;
}

} // namespace meridian::ngsild
