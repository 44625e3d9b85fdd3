#include "change_builder.hpp"
#include "merge.hpp"
#include "name_rules.hpp"

#include <algorithm>

namespace meridian::ngsild {

namespace {

std::vector<name_id> ids_of(const std::vector<std::string>& names_there, const names& dictionary) {
    std::vector<name_id> out;
    out.reserve(names_there.size());
    for (const auto& one : names_there)
        out.push_back(dictionary.find(one));
    return out;
}

attribute_instance stamped(attribute_instance instance, timestamp now) {
    stamp(instance, now);
    return instance;
}

/// The instance of `document` by name and dataset.
std::optional<instance_view> find_instance(const document_view& document, name_id attribute,
                                           name_id dataset) {
    for (std::size_t index = 0; index < document.size(); ++index) {
        const auto one = document.instance(index);
        if (one.attribute == attribute && one.dataset == dataset)
            return one;
    }
    return std::nullopt;
}

bool holds_instance(const entity& subject, std::string_view name, std::string_view dataset_id) {
    const auto named = std::ranges::find(subject.attributes, name, &attribute::name);
    return named != subject.attributes.end() &&
           std::ranges::find(named->instances, dataset_id, &attribute_instance::dataset_id) !=
               named->instances.end();
}

} // namespace

change create_entity(const entity& subject, const change_scope& scope) {
    change out;
    out.happened = change::what::created;
    out.entity_id = subject.id;
    out.created_at = scope.now;
    out.modified_at = scope.now;
    out.types_after = ids_of(subject.types, scope.dictionary);
    out.scopes_after = subject.scopes;
    out.expires_after = subject.expires_at;
    document_builder document(scope.dictionary);
    document.set_types(out.types_after);
    document.set_scopes(subject.scopes);
    document.set_expires_at(subject.expires_at.value_or(timestamp{}));
    for (const auto& one : subject.attributes) {
        const auto name = scope.dictionary.find(one.name);
        for (const auto& instance : one.instances) {
            auto after = stamped(instance, scope.now);
            document.add(name, after);
            const auto dataset =
                after.dataset_id.empty() ? name_id{0} : scope.dictionary.find(after.dataset_id);
            out.attributes.push_back(
                {attribute_change::what::created, name, dataset, std::nullopt, std::move(after)});
        }
        out.updated.push_back(one.name);
    }
    out.document = document.finish();
    return out;
}

result<change> replace_entity(const stored_entity& old, const entity& subject,
                              const change_scope& scope) {
    change_builder made(old, scope);
    made.set_types(subject.types);
    made.set_scopes(subject.scopes);
    made.set_expires_at(subject.expires_at);
    for (const auto& one : subject.attributes) {
        const auto name = scope.dictionary.find(one.name);
        for (const auto& instance : one.instances) {
            const auto dataset = instance.dataset_id.empty()
                                     ? name_id{0}
                                     : scope.dictionary.find(instance.dataset_id);
            // 5.6.18.4 keeps the Entity's createdAt alone: Attributes begin anew.
            auto after = stamped(instance, scope.now);
            if (const auto before = find_instance(old.document, name, dataset))
                made.update(*before, decode(*before, scope.dictionary), std::move(after));
            else
                made.create(name, std::move(after));
        }
    }
    for (std::size_t index = 0; index < old.document.size(); ++index) {
        const auto before = old.document.instance(index);
        if (!holds_instance(subject, scope.dictionary.iri(before.attribute),
                            before.dataset == 0 ? std::string_view{}
                                                : scope.dictionary.iri(before.dataset)))
            made.remove(before);
    }
    return made.finish();
}

change delete_entity(const stored_entity& old, const change_scope& scope) {
    change out;
    out.happened = change::what::deleted;
    out.entity_id = old.id;
    out.created_at = old.created_at;
    out.modified_at = scope.now;
    for (std::size_t index = 0; index < old.document.type_count(); ++index)
        out.types_before.push_back(old.document.type(index));
    for (const auto one : old.document.scopes())
        out.scopes_before.emplace_back(one);
    if (old.document.expires_at() != timestamp{})
        out.expires_before = old.document.expires_at();
    for (std::size_t index = 0; index < old.document.size(); ++index) {
        const auto before = old.document.instance(index);
        out.attributes.push_back({attribute_change::what::deleted, before.attribute, before.dataset,
                                  decode(before, scope.dictionary), std::nullopt});
    }
    return out;
}

result<change> delete_attribute(const stored_entity& old, std::string_view attribute_name,
                                std::string_view dataset_id, delete_all all,
                                const change_scope& scope) {
    const auto missing = [&] {
        return problem{problem_kind::resource_not_found,
                       "The Entity has no such Attribute: " + std::string(attribute_name)};
    };
    change_builder made(old, scope);
    const bool is_scope = attribute_name == "scope" || attribute_name == scope_iri;
    const auto attribute = scope.dictionary.find(attribute_name);
    const bool is_default = dataset_id.empty() || dataset_id == "@none";
    const auto dataset = is_default ? name_id{0} : scope.dictionary.find(dataset_id);
    if (!is_scope && (attribute == 0 || (!is_default && dataset == 0)))
        return missing();
    for (std::size_t index = 0; index < old.document.size(); ++index) {
        const auto one = old.document.instance(index);
        if (!is_scope && one.attribute == attribute &&
            (all == delete_all::yes || one.dataset == dataset))
            made.remove(one);
        else
            made.keep(one);
    }
    if (is_scope)
        made.set_scopes({});
    MERIDIAN_TRY(auto out, made.finish());
    if (out.happened == change::what::none)
        return missing();
    return out;
}

} // namespace meridian::ngsild
