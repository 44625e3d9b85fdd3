#include "operations/apply.hpp"

#include "meridian/query/evaluate.hpp"

#include <memory>
#include <utility>

namespace meridian::operations::apply {
namespace {

/// An Entity that is there and, where types are expected, has them.
bool is_target(const ngsild::stored_entity* old, const expected_types& types,
               const ngsild::names& dictionary) {
    if (!old)
        return false;
    if (!types)
        return true;
    std::vector<std::string> has;
    for (std::size_t i = 0; i < old->document.type_count(); ++i)
        has.emplace_back(dictionary.iri(old->document.type(i)));
    return query::matches(*types, has);
}

/// Wraps what is done to an existing target: without one it is not found. The lane may call a
/// change several times, so what it needs is shared and never consumed.
template <typename Change>
function on_target(std::string id, expected_types types, Change change) {
    struct state {
        std::string id;
        expected_types types;
        Change change;
    };
    auto shared =
        std::make_shared<const state>(state{std::move(id), std::move(types), std::move(change)});
    return [shared](const ngsild::stored_entity* old,
                    const ngsild::change_scope& scope) -> result<ngsild::change> {
        if (!is_target(old, shared->types, scope.dictionary))
            return entity_not_found(shared->id);
        return shared->change(*old, scope);
    };
}

} // namespace

problem entity_not_found(std::string_view id) {
    return problem{problem_kind::resource_not_found,
                   "the Entity '" + std::string{id} + "' does not exist"};
}

function creation(ngsild::entity subject) {
    auto shared = std::make_shared<const ngsild::entity>(std::move(subject));
    return [shared](const ngsild::stored_entity* old,
                    const ngsild::change_scope& scope) -> result<ngsild::change> {
        if (old)
            return problem{problem_kind::already_exists,
                           "the Entity '" + shared->id + "' already exists"};
        return ngsild::create_entity(*shared, scope);
    };
}

function replacement(ngsild::entity subject, expected_types types) {
    auto id = subject.id;
    return on_target(std::move(id), std::move(types),
                     [subject = std::move(subject)](const ngsild::stored_entity& old,
                                                    const ngsild::change_scope& scope) {
                         return ngsild::replace_entity(old, subject, scope);
                     });
}

function creation_or_replacement(ngsild::entity subject) {
    auto shared = std::make_shared<const ngsild::entity>(std::move(subject));
    return [shared](const ngsild::stored_entity* old,
                    const ngsild::change_scope& scope) -> result<ngsild::change> {
        if (!old)
            return ngsild::create_entity(*shared, scope);
        return ngsild::replace_entity(*old, *shared, scope);
    };
}

function creation_or_update(ngsild::entity subject, ngsild::entity_fragment fragment) {
    struct state {
        ngsild::entity subject;
        ngsild::entity_fragment fragment;
    };
    auto shared = std::make_shared<const state>(state{std::move(subject), std::move(fragment)});
    return [shared](const ngsild::stored_entity* old,
                    const ngsild::change_scope& scope) -> result<ngsild::change> {
        if (!old)
            return ngsild::create_entity(shared->subject, scope);
        return ngsild::update_attributes(*old, shared->fragment, scope);
    };
}

function update(std::string id, ngsild::entity_fragment fragment, expected_types types) {
    return on_target(std::move(id), std::move(types),
                     [fragment = std::move(fragment)](const ngsild::stored_entity& old,
                                                      const ngsild::change_scope& scope) {
                         return ngsild::update_attributes(old, fragment, scope);
                     });
}

function appending(std::string id, ngsild::entity_fragment fragment, ngsild::overwrite mode,
                   expected_types types) {
    return on_target(std::move(id), std::move(types),
                     [fragment = std::move(fragment), mode](const ngsild::stored_entity& old,
                                                            const ngsild::change_scope& scope) {
                         return ngsild::append_attributes(old, fragment, mode, scope);
                     });
}

function partial_update(std::string id, ngsild::entity_fragment fragment, expected_types types) {
    return on_target(std::move(id), std::move(types),
                     [fragment = std::move(fragment)](const ngsild::stored_entity& old,
                                                      const ngsild::change_scope& scope) {
                         return ngsild::partial_update_attribute(old, fragment, scope);
                     });
}

function attribute_replacement(std::string id, ngsild::entity_fragment fragment,
                               expected_types types) {
    return on_target(std::move(id), std::move(types),
                     [fragment = std::move(fragment)](const ngsild::stored_entity& old,
                                                      const ngsild::change_scope& scope) {
                         return ngsild::replace_attribute(old, fragment, scope);
                     });
}

function attribute_deletion(std::string id, attribute_selector which, expected_types types) {
    return on_target(std::move(id), std::move(types),
                     [which = std::move(which)](const ngsild::stored_entity& old,
                                                const ngsild::change_scope& scope) {
                         return ngsild::delete_attribute(old, which.name, which.dataset_id,
                                                         which.all, scope);
                     });
}

function deletion(std::string id, expected_types types) {
    return on_target(std::move(id), std::move(types),
                     [](const ngsild::stored_entity& old, const ngsild::change_scope& scope)
                         -> result<ngsild::change> { return ngsild::delete_entity(old, scope); });
}

function merging(std::string id, ngsild::entity_fragment fragment, ngsild::merge_options options,
                 expected_types types) {
    return on_target(std::move(id), std::move(types),
                     [fragment = std::move(fragment), options = std::move(options)](
                         const ngsild::stored_entity& old, const ngsild::change_scope& scope) {
                         return ngsild::merge_entity(old, fragment, options, scope);
                     });
}

} // namespace meridian::operations::apply
