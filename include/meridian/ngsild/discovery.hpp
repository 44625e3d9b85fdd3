#pragma once

#include "meridian/ngsild/representation.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace meridian::ngsild {

/// An Entity Type with the names of the Attributes that its instances have (4.5.11).
struct described_type {
    name_id type = 0;
    std::vector<name_id> attributes;
};

/// What is known of an Attribute name (5.2.28).
struct described_attribute {
    name_id attribute = 0;
    std::int64_t count = 0;            ///< attributeCount; shown of a single Attribute only
    std::vector<attribute_kind> kinds; ///< attributeTypes
    std::vector<name_id> types;        ///< Entity Types whose instances have it
};

/// Each appends one answer as JSON text. `context_member`: JSON text of `@context`, empty: none; in
/// the lists of objects each object has it. `list_id`: the URI of the list.

/// 4.5.10, 5.2.24 EntityTypeList.
void append_entity_type_list(std::string& out, std::string_view list_id,
                             const std::vector<name_id>& types, const std::string& context_member,
                             compacted_names& names);
/// 4.5.11, 5.2.25 EntityType[].
void append_entity_types(std::string& out, const std::vector<described_type>& types,
                         const std::string& context_member, compacted_names& names);
/// 4.5.12, 5.2.26 EntityTypeInfo.
void append_entity_type_info(std::string& out, name_id type, std::int64_t entity_count,
                             const std::vector<described_attribute>& attributes,
                             const std::string& context_member, compacted_names& names);
/// 4.5.13, 5.2.27 AttributeList.
void append_attribute_list(std::string& out, std::string_view list_id,
                           const std::vector<name_id>& attributes,
                           const std::string& context_member, compacted_names& names);
/// 4.5.14, 5.2.28 Attribute[] without counts and kinds.
void append_attributes(std::string& out, const std::vector<described_attribute>& attributes,
                       const std::string& context_member, compacted_names& names);
/// 4.5.15, 5.2.28 Attribute.
void append_attribute(std::string& out, const described_attribute& attribute,
                      const std::string& context_member, compacted_names& names);

} // namespace meridian::ngsild
