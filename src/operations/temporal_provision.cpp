#include "meridian/operations/temporal_provision.hpp"

#include "meridian/ngsild/history.hpp"
#include "operations/apply.hpp"
#include "operations/numbered_attribute.hpp"
#include "operations/refuse.hpp"
#include "operations/subject.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

namespace meridian::operations {
namespace {

using federation::operation;

constexpr std::size_t bytes_an_instance = 256; ///< about what a row of history weighs

/// What a Registration is matched with.
result<void> refuse_if_registered(const request_scope& scope, operation asked,
                                  const std::string& id, std::vector<std::string> attributes,
                                  const std::vector<std::string>& types) {
    federation::asked about;
    about.ids.push_back(id);
    about.attributes = std::move(attributes);
    if (!types.empty()) {
        about.types.emplace();
        for (const auto& type : types)
            about.types->any_of.push_back({type});
    }
    return refuse_forwarding(scope, asked, about, information::temporal);
}

std::vector<std::string> attribute_names(const ngsild::entity_temporal& subject) {
    std::vector<std::string> names;
    for (const auto& one : subject.attributes)
        names.push_back(one.name);
    return names;
}

std::size_t weight_of(const ngsild::entity_temporal& subject) {
    std::size_t instances = subject.scopes.size();
    for (const auto& one : subject.attributes)
        instances += one.instances.size();
    return bytes_an_instance * (instances + 1);
}

enum class unknown_evolution : bool { refuse, create };

/// The instances as a change for a lane. Names of the payload must be in the dictionary.
store::entity_change recording(store::tenant_id tenant, std::string id,
                               ngsild::entity_temporal subject, unknown_evolution when_unknown) {
    const auto weight = weight_of(subject);
    auto shared = std::make_shared<const ngsild::entity_temporal>(std::move(subject));
    auto function = [shared, id,
                     when_unknown](const ngsild::stored_entity*,
                                   const ngsild::change_scope& of) -> result<ngsild::change> {
        if (!of.is_known && when_unknown == unknown_evolution::refuse)
            return apply::entity_not_found(id);
        return ngsild::record_evolution(id, *shared, of);
    };
    store::entity_change change(tenant, std::move(id), std::move(function));
    change.weight = weight;
    return change;
}

problem instance_not_found(const instance_selector& which) {
    return problem{problem_kind::resource_not_found,
                   "the Attribute '" + which.attribute + "' of '" + which.id +
                       "' has no instance '" + which.instance_id + "'"};
}

/// 5.6.14, 5.6.15: the numbers of what `which` names.
struct numbered_instance {
    ngsild::name_id attribute = 0;
    ngsild::instance_key key;
};
asio::awaitable<result<numbered_instance>> find(request_scope& scope,
                                                const instance_selector& which) {
    auto looking = number_of(scope, which.attribute);
    MERIDIAN_CO_TRY(const auto attribute, co_await std::move(looking));
    if (!attribute)
        co_return attribute_not_found(which.id, which.attribute);
    const auto key = ngsild::parse_instance_id(which.instance_id);
    if (!key)
        co_return instance_not_found(which);
    co_return numbered_instance{*attribute, *key};
}

} // namespace

asio::awaitable<result<bool>> upsert_evolution(request_scope& scope,
                                               ngsild::entity_temporal subject) {
    MERIDIAN_CO_CHECK(refuse_if_registered(scope, operation::upsert_temporal, subject.id,
                                           attribute_names(subject), subject.types));
    auto resolving = scope.with.dictionary.resolve(scope.tenant, ngsild::names_of(subject));
    MERIDIAN_CO_CHECK(co_await std::move(resolving));
    auto id = subject.id;
    auto change =
        recording(scope.tenant, std::move(id), std::move(subject), unknown_evolution::create);
    MERIDIAN_CO_TRY(change.subject, co_await numbered_subject(scope));
    auto committing = scope.with.lanes.commit(std::move(change));
    MERIDIAN_CO_TRY(const auto done, co_await std::move(committing));
    co_return done.change.happened == ngsild::change::what::evolution_created;
}

asio::awaitable<std::vector<std::optional<problem>>>
upsert_evolutions(request_scope& scope, std::vector<ngsild::entity_temporal> subjects) {
    std::vector<std::optional<problem>> refused(subjects.size());
    std::vector<std::string> names;
    for (std::size_t i = 0; i < subjects.size(); ++i) {
        const auto& one = subjects[i];
        const auto allowed = refuse_if_registered(scope, operation::upsert_temporal, one.id,
                                                  attribute_names(one), one.types);
        if (!allowed)
            refused[i] = allowed.error();
        else
            std::ranges::move(ngsild::names_of(one), std::back_inserter(names));
    }
    std::ranges::sort(names);
    const auto repeated = std::ranges::unique(names);
    names.erase(repeated.begin(), repeated.end());
    auto resolving = scope.with.dictionary.resolve(scope.tenant, std::move(names));
    auto resolved = co_await std::move(resolving);
    const auto subject = co_await numbered_subject(scope);
    if (resolved && !subject)
        resolved = subject.error();
    std::vector<store::entity_change> changes;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < subjects.size(); ++i) {
        if (!resolved && !refused[i])
            refused[i] = resolved.error();
        if (refused[i])
            continue;
        auto id = subjects[i].id;
        changes.push_back(recording(scope.tenant, std::move(id), std::move(subjects[i]),
                                    unknown_evolution::create));
        changes.back().subject = subject.value_or(0);
        places.push_back(i);
    }
    const auto answers = co_await scope.with.lanes.commit_batch(std::move(changes));
    for (std::size_t i = 0; i < answers.size(); ++i)
        if (!answers[i])
            refused[places[i]] = answers[i].error();
    co_return refused;
}

asio::awaitable<result<void>> extend_evolution(request_scope& scope, std::string id,
                                               ngsild::entity_temporal fragment) {
    MERIDIAN_CO_CHECK(refuse_if_registered(scope, operation::append_attrs_temporal, id,
                                           attribute_names(fragment), fragment.types));
    const auto names = ngsild::names_of(fragment);
    auto& dictionary = scope.with.dictionary;
    const bool has_new_names =
        std::ranges::any_of(names, [&](const auto& iri) { return dictionary.find(iri) == 0; });
    if (has_new_names) { // a refused request leaves no trace
        auto asking = scope.with.history.knows(scope.tenant, id);
        MERIDIAN_CO_TRY(const bool is_known, co_await std::move(asking));
        if (!is_known)
            co_return apply::entity_not_found(id);
    }
    auto resolving = dictionary.resolve(scope.tenant, names);
    MERIDIAN_CO_CHECK(co_await std::move(resolving));
    auto change =
        recording(scope.tenant, std::move(id), std::move(fragment), unknown_evolution::refuse);
    MERIDIAN_CO_TRY(change.subject, co_await numbered_subject(scope));
    auto committing = scope.with.lanes.commit(std::move(change));
    MERIDIAN_CO_CHECK(co_await std::move(committing));
    co_return result<void>{};
}

asio::awaitable<result<void>> delete_temporal_attribute(request_scope& scope, std::string id,
                                                        attribute_selector which) {
    MERIDIAN_CO_CHECK(
        refuse_if_registered(scope, operation::delete_attrs_temporal, id, {which.name}, {}));
    auto numbering = numbered(scope, id, std::move(which));
    MERIDIAN_CO_TRY(const auto found, co_await std::move(numbering));
    auto removing = scope.with.evolutions.remove_attribute(scope.tenant, std::move(id),
                                                           found.attribute, found.dataset);
    co_return co_await std::move(removing);
}

asio::awaitable<result<void>> modify_instance(request_scope& scope, instance_selector which,
                                              ngsild::attribute_instance by) {
    MERIDIAN_CO_CHECK(refuse_if_registered(scope, operation::update_attr_instance_temporal,
                                           which.id, {which.attribute}, {}));
    auto finding = find(scope, which);
    MERIDIAN_CO_TRY(const auto found, co_await std::move(finding));
    auto& dictionary = scope.with.dictionary;
    auto resolving = dictionary.resolve(scope.tenant, ngsild::names_of(which.attribute, by));
    MERIDIAN_CO_CHECK(co_await std::move(resolving));
    auto remade = [attribute = found.attribute, by = std::move(by),
                   &dictionary](timestamp created_at, timestamp modified_at, timestamp first_ts) {
        auto instance = by;
        instance.created_at = created_at;
        instance.modified_at = modified_at;
        return ngsild::to_history_row(attribute, instance, ngsild::history_origin::temporal_api,
                                      dictionary, first_ts);
    };
    MERIDIAN_CO_TRY(const auto subject, co_await numbered_subject(scope));
    auto replacing = scope.with.evolutions.replace_instance(
        scope.tenant, std::move(which.id), found.attribute, found.key, std::move(remade), subject);
    co_return co_await std::move(replacing);
}

asio::awaitable<result<void>> delete_instance(request_scope& scope, instance_selector which) {
    MERIDIAN_CO_CHECK(refuse_if_registered(scope, operation::delete_attr_instance_temporal,
                                           which.id, {which.attribute}, {}));
    auto finding = find(scope, which);
    MERIDIAN_CO_TRY(const auto found, co_await std::move(finding));
    auto removing = scope.with.evolutions.remove_instance(scope.tenant, std::move(which.id),
                                                          found.attribute, found.key);
    co_return co_await std::move(removing);
}

asio::awaitable<result<void>> delete_evolution(request_scope& scope, std::string id) {
    MERIDIAN_CO_CHECK(refuse_if_registered(scope, operation::delete_temporal, id, {}, {}));
    auto removing = scope.with.evolutions.remove(scope.tenant, std::move(id));
    co_return co_await std::move(removing);
}

} // namespace meridian::operations
