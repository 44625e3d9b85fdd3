#include "change_builder.hpp"

#include <algorithm>

namespace meridian::ngsild {

namespace {

constexpr std::size_t list_limit = 10'000; ///< types, Scopes
constexpr std::size_t document_bytes = 64 * 1024 * 1024;

} // namespace

change_builder::change_builder(const stored_entity& old, const change_scope& scope)
    : scope_(scope), document_(scope.dictionary) {
    made_.entity_id = old.id;
    made_.created_at = old.created_at;
    made_.modified_at = old.modified_at;
    for (std::size_t index = 0; index < old.document.type_count(); ++index)
        made_.types_before.push_back(old.document.type(index));
    made_.types_after = made_.types_before;
    for (const auto one : old.document.scopes())
        made_.scopes_before.emplace_back(one);
    made_.scopes_after = made_.scopes_before;
    if (old.document.expires_at() != timestamp{})
        made_.expires_before = old.document.expires_at();
    made_.expires_after = made_.expires_before;
}

void change_builder::keep(const instance_view& instance) {
    document_.copy(instance);
}

void change_builder::update(const instance_view& before, attribute_instance decoded,
                            attribute_instance after) {
    document_.add(before.attribute, after);
    changed(scope_.dictionary.iri(before.attribute));
    made_.attributes.push_back({attribute_change::what::updated, before.attribute, before.dataset,
                                std::move(decoded), std::move(after)});
}

void change_builder::create(name_id attribute, attribute_instance after) {
    document_.add(attribute, after);
    changed(scope_.dictionary.iri(attribute));
    const auto dataset =
        after.dataset_id.empty() ? name_id{0} : scope_.dictionary.find(after.dataset_id);
    made_.attributes.push_back(
        {attribute_change::what::created, attribute, dataset, std::nullopt, std::move(after)});
}

void change_builder::remove(const instance_view& before) {
    changed(scope_.dictionary.iri(before.attribute));
    made_.attributes.push_back({attribute_change::what::deleted, before.attribute, before.dataset,
                                decode(before, scope_.dictionary), std::nullopt});
}

void change_builder::changed(std::string_view attribute) {
    if (std::ranges::find(made_.updated, attribute) == made_.updated.end())
        made_.updated.emplace_back(attribute);
}

void change_builder::not_updated(std::string_view attribute, std::string_view reason) {
    made_.not_updated.emplace_back(attribute, reason);
}

void change_builder::add_types(const std::vector<std::string>& types) {
    for (const auto& one : types) {
        const auto id = scope_.dictionary.find(one);
        if (std::ranges::find(made_.types_after, id) == made_.types_after.end())
            made_.types_after.push_back(id);
    }
}

void change_builder::set_types(const std::vector<std::string>& types) {
    made_.types_after.clear();
    add_types(types);
}

void change_builder::add_scopes(const std::vector<std::string>& scopes) {
    for (const auto& one : scopes)
        if (std::ranges::find(made_.scopes_after, one) == made_.scopes_after.end())
            made_.scopes_after.push_back(one);
}

result<change> change_builder::finish() {
    const bool differs = !made_.attributes.empty() || made_.types_before != made_.types_after ||
                         made_.scopes_before != made_.scopes_after ||
                         made_.expires_before != made_.expires_after;
    if (!differs)
        return std::move(made_);
    document_.set_types(made_.types_after);
    document_.set_scopes(made_.scopes_after);
    document_.set_expires_at(made_.expires_after.value_or(timestamp{}));
    made_.happened = change::what::updated;
    made_.modified_at = scope_.now;
    made_.document = document_.finish();
    if (made_.types_after.size() > list_limit || made_.scopes_after.size() > list_limit ||
        made_.document.size() > document_bytes)
        return problem{problem_kind::bad_request_data,
                       "The Entity would grow beyond what this broker takes."};
    return std::move(made_);
}

} // namespace meridian::ngsild
