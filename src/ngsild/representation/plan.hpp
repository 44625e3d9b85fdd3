#pragma once

#include "ngsild/representation/instance.hpp"

#include <optional>
#include <vector>

namespace meridian::ngsild {

/// A projection and a datasetId filter with numbers instead of names, made once an answer.
class instance_filter {
public:
    instance_filter(const projection& shown, const std::vector<std::string>& dataset_ids,
                    const names& dictionary);
    [[nodiscard]] bool shows_attribute(name_id attribute) const noexcept;
    [[nodiscard]] bool shows_dataset(name_id dataset) const noexcept;

private:
    const projection* shown_;
    bool by_dataset_;
    std::vector<name_id> datasets_;
};

/// A representation made ready: what is the same for every Entity of an answer.
struct plan {
    plan(const representation& how, compacted_names& names, timestamp now);
    plan(const plan&) = delete;
    plan& operator=(const plan&) = delete;

    const representation& how;
    instance_filter filter;
    std::optional<language_preference> lang;
    instance_style style;
    name_id geometry_attribute = 0; ///< 0: no Attribute can be it
    name_id geometry_dataset = 0;   ///< -1: a datasetId that is not known
};

/// The preference in `lang`, if any.
[[nodiscard]] std::optional<language_preference> parse_preference(std::string_view lang);

/// `"type":"T"` or `"type":["T","U"]`, after a comma where needed.
template <typename TypeAt>
void append_types(std::string& out, std::size_t count, const TypeAt& type_at,
                  compacted_names& names) {
    append_comma(out);
    out += R"("type":)";
    if (count != 1)
        out += '[';
    for (std::size_t index = 0; index < count; ++index) {
        if (index != 0)
            out += ',';
        out += names.text(type_at(index));
    }
    if (count != 1)
        out += ']';
}

void append_id(std::string& out, std::string_view id);
void append_context(std::string& out, const std::string& context_member);
/// type, scope, createdAt, modifiedAt and expiresAt of the Entity, as far as they are shown.
void append_entity_members(std::string& out, const entity_row& row, const plan& how);

/// Writes an Entity whose Attributes are written by `append_attributes(out)`: as an object, or as a
/// GeoJSON Feature (4.5.16.2), in which all but id and @context are `properties`.
template <typename AppendAttributes>
void append_frame(std::string& out, const entity_row& row, const plan& how,
                  const std::string& context_member, const AppendAttributes& append_attributes);

/// The `geometry` of a Feature: the value selected as 4.5.16.1 says, or null.
void append_geometry(std::string& out, const document_view& document, const plan& how);

template <typename AppendAttributes>
void append_frame(std::string& out, const entity_row& row, const plan& how,
                  const std::string& context_member, const AppendAttributes& append_attributes) {
    out += '{';
    if (how.how.shown.id)
        append_id(out, row.id);
    if (how.how.geojson) {
        append_comma(out);
        out += R"("type":"Feature","geometry":)";
        append_geometry(out, row.document, how);
        out += R"(,"properties":{)";
    }
    append_entity_members(out, row, how);
    append_attributes(out);
    if (how.how.geojson)
        out += '}';
    append_context(out, context_member);
    out += '}';
}

} // namespace meridian::ngsild
