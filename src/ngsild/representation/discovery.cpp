#include "meridian/ngsild/discovery.hpp"

#include "ngsild/representation/instance.hpp"
#include "ngsild/representation/plan.hpp"

namespace meridian::ngsild {

namespace {

/// `{"id":…,"type":"…"` with the object left open.
void open_object(std::string& out, std::string_view id, std::string_view type) {
    out += '{';
    append_id(out, id);
    out += R"(,"type":")";
    out += type;
    out += '"';
}

void append_name_member(std::string& out, std::string_view member, name_id name,
                        compacted_names& names) {
    out += ",\"";
    out += member;
    out += "\":";
    out += names.text(name);
}

void append_name_list(std::string& out, std::string_view member, const std::vector<name_id>& list,
                      compacted_names& names) {
    out += ",\"";
    out += member;
    out += "\":[";
    for (const auto name : list) {
        append_comma(out);
        out += names.text(name);
    }
    out += ']';
}

void append_kinds(std::string& out, const std::vector<attribute_kind>& kinds) {
    out += R"(,"attributeTypes":[)";
    for (const auto kind : kinds) {
        append_comma(out);
        out += '"';
        out += type_member(kind);
        out += '"';
    }
    out += ']';
}

void close_object(std::string& out, const std::string& context_member) {
    append_context(out, context_member);
    out += '}';
}

void open_attribute(std::string& out, name_id attribute, compacted_names& names) {
    open_object(out, names.dictionary().iri(attribute), "Attribute");
    append_name_member(out, "attributeName", attribute, names);
}

} // namespace

void append_entity_type_list(std::string& out, std::string_view list_id,
                             const std::vector<name_id>& types, const std::string& context_member,
                             compacted_names& names) {
    open_object(out, list_id, "EntityTypeList");
    append_name_list(out, "typeList", types, names);
    close_object(out, context_member);
}

void append_entity_types(std::string& out, const std::vector<described_type>& types,
                         const std::string& context_member, compacted_names& names) {
    out += '[';
    for (const auto& one : types) {
        append_comma(out);
        open_object(out, names.dictionary().iri(one.type), "EntityType");
        append_name_member(out, "typeName", one.type, names);
        append_name_list(out, "attributeNames", one.attributes, names);
        close_object(out, context_member);
    }
    out += ']';
}

void append_entity_type_info(std::string& out, name_id type, std::int64_t entity_count,
                             const std::vector<described_attribute>& attributes,
                             const std::string& context_member, compacted_names& names) {
    open_object(out, names.dictionary().iri(type), "EntityTypeInfo");
    append_name_member(out, "typeName", type, names);
    out += R"(,"entityCount":)";
    out += std::to_string(entity_count);
    out += R"(,"attributeDetails":[)";
    // Table 5.2.26-1: with these four elements only.
    for (const auto& one : attributes) {
        append_comma(out);
        open_attribute(out, one.attribute, names);
        append_kinds(out, one.kinds);
        out += '}';
    }
    out += ']';
    close_object(out, context_member);
}

void append_attribute_list(std::string& out, std::string_view list_id,
                           const std::vector<name_id>& attributes,
                           const std::string& context_member, compacted_names& names) {
    open_object(out, list_id, "AttributeList");
    append_name_list(out, "attributeList", attributes, names);
    close_object(out, context_member);
}

void append_attributes(std::string& out, const std::vector<described_attribute>& attributes,
                       const std::string& context_member, compacted_names& names) {
    out += '[';
    for (const auto& one : attributes) {
        append_comma(out);
        open_attribute(out, one.attribute, names);
        append_name_list(out, "typeNames", one.types, names);
        close_object(out, context_member);
    }
    out += ']';
}

void append_attribute(std::string& out, const described_attribute& attribute,
                      const std::string& context_member, compacted_names& names) {
    open_attribute(out, attribute.attribute, names);
    out += R"(,"attributeCount":)";
    out += std::to_string(attribute.count);
    append_kinds(out, attribute.kinds);
    append_name_list(out, "typeNames", attribute.types, names);
    close_object(out, context_member);
}

} // namespace meridian::ngsild
