#include "ngsild/representation/plan.hpp"

#include <algorithm>

namespace meridian::ngsild {

namespace {

constexpr std::string_view location = "https://uri.etsi.org/ngsi-ld/location";
constexpr name_id unknown_name = -1;

name_id find_dataset(std::string_view dataset_id, const names& dictionary) {
    if (dataset_id.empty() || dataset_id == "@none")
        return 0;
    const auto found = dictionary.find(dataset_id);
    return found == 0 ? unknown_name : found;
}

} // namespace

instance_filter::instance_filter(const projection& shown,
                                 const std::vector<std::string>& dataset_ids,
                                 const names& dictionary)
    : shown_(&shown), by_dataset_(!dataset_ids.empty()) {
    datasets_.reserve(dataset_ids.size());
    for (const auto& one : dataset_ids)
        datasets_.push_back(find_dataset(one, dictionary));
}

bool instance_filter::shows_attribute(name_id attribute) const noexcept {
    if (shown_->how == projection::mode::all)
        return true;
    const bool named = std::ranges::find(shown_->attributes, attribute) != shown_->attributes.end();
    return named == (shown_->how == projection::mode::only);
}

bool instance_filter::shows_dataset(name_id dataset) const noexcept {
    return !by_dataset_ || std::ranges::find(datasets_, dataset) != datasets_.end();
}

std::optional<language_preference> parse_preference(std::string_view lang) {
    if (lang.empty())
        return std::nullopt;
    return language_preference(lang);
}

plan::plan(const representation& of, compacted_names& names, timestamp now)
    : how(of), filter(of.shown, of.dataset_ids, names.dictionary()),
      lang(parse_preference(of.lang)),
      style{of.format, of.sys_attrs, lang ? &*lang : nullptr, &names, now} {
    if (!of.geojson || of.geometry_unknown)
        return;
    geometry_attribute =
        of.geometry_attribute != 0 ? of.geometry_attribute : names.dictionary().find(location);
    geometry_dataset = find_dataset(of.geometry_dataset, names.dictionary());
}

void append_id(std::string& out, std::string_view id) {
    out += R"("id":)";
    append_json_string(out, id);
}

void append_context(std::string& out, const std::string& context_member) {
    if (context_member.empty())
        return;
    append_comma(out);
    out += R"("@context":)";
    out += context_member;
}

void append_entity_members(std::string& out, const entity_row& row, const plan& how) {
    const auto& shown = how.how.shown;
    const auto& document = row.document;
    if (shown.type && document.type_count() != 0)
        append_types(
            out, document.type_count(), [&](std::size_t index) { return document.type(index); },
            *how.style.names);
    if (shown.scope) {
        if (const auto scopes = document.scopes(); !scopes.empty()) {
            append_comma(out);
            out += scopes.size() == 1 ? R"("scope":)" : R"("scope":[)";
            for (std::size_t index = 0; index < scopes.size(); ++index) {
                if (index != 0)
                    out += ',';
                append_json_string(out, scopes[index]);
            }
            if (scopes.size() != 1)
                out += ']';
        }
    }
    const auto append_system = [&](std::string_view name, timestamp moment, bool wanted,
                                   bool picked) {
        if (moment != timestamp{} && wanted && (how.how.sys_attrs || picked))
            append_moment(out, name, moment);
    };
    append_system("createdAt", row.created_at, shown.created_at, shown.created_at_picked);
    append_system("modifiedAt", row.modified_at, shown.modified_at, shown.modified_at_picked);
    append_system("expiresAt", document.expires_at(), shown.expires_at, shown.expires_at_picked);
}

void append_geometry(std::string& out, const document_view& document, const plan& how) {
    std::size_t count = 0;
    std::string_view selected;
    std::string_view only;
    for (std::size_t index = 0; how.geometry_attribute != 0 && index < document.size(); ++index) {
        const auto one = document.instance(index);
        if (one.attribute != how.geometry_attribute || is_expired(one.expires_at, how.style.now))
            continue;
        ++count;
        if (one.kind != attribute_kind::geo_property)
            continue;
        only = one.value;
        if (one.dataset == how.geometry_dataset)
            selected = one.value;
    }
    // 4.5.16.1 asks for a datasetId only where there are several instances.
    if (selected.empty() && count == 1 && how.how.geometry_dataset.empty())
        selected = only;
    // 4.7.2 also allows a geometry as encoded text; as such it is no valid `geometry`.
    out += selected.starts_with('{') ? selected : std::string_view("null");
}

} // namespace meridian::ngsild
