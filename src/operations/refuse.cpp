#include "operations/refuse.hpp"

#include "meridian/query/parse.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace meridian::operations {
namespace {

using federation::match;
using federation::mode;

problem not_yet(const match& by, federation::operation operation) {
    return problem{problem_kind::operation_not_supported,
                   "the Context Source Registration '" + by.source->id + "' matches, and " +
                       std::string(federation::name_of(operation)) +
                       " is not forwarded by this broker yet: use local=true to leave it out"};
}

problem conflict_with(const match& by, federation::operation operation) {
    return problem{problem_kind::conflict, "the Context Source Registration '" + by.source->id +
                                               "' does not support " +
                                               std::string(federation::name_of(operation))};
}

/// Why a write cannot be carried out here alone, if it cannot.
std::optional<problem> fault_of(const std::vector<match>& found, federation::operation operation) {
    for (const auto& by : found) {
        if (by.source->mode == mode::auxiliary)
            continue;
        if (by.source->operations.has(operation))
            return not_yet(by, operation);
        if (by.source->is_proxied())
            return conflict_with(by, operation);
    }
    return std::nullopt;
}

federation::asked to_asked(const batch_subject& subject) {
    federation::asked wanted;
    wanted.ids.push_back(subject.id);
    wanted.attributes = subject.attributes;
    if (!subject.types.empty()) {
        wanted.types.emplace();
        for (const auto& type : subject.types)
            wanted.types->any_of.push_back({type});
    }
    return wanted;
}

/// The types that Entities have here, of those that are here.
asio::awaitable<result<std::map<std::string, std::vector<std::string>, std::less<>>>>
types_here(request_scope& scope, std::vector<std::string> ids) {
    std::map<std::string, std::vector<std::string>, std::less<>> types;
    auto retrieval = scope.with.entities.retrieve_all(scope.tenant, std::move(ids));
    MERIDIAN_CO_TRY(const auto rows, co_await std::move(retrieval));
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.document.type_count(); ++i)
            types[std::string(row.uri)].emplace_back(
                scope.with.dictionary.iri(row.document.type(i)));
    co_return types;
}

} // namespace

batch_subject subject_of(const ngsild::entity& element) {
    batch_subject made{element.id, element.types, {}};
    for (const auto& one : element.attributes)
        made.attributes.push_back(one.name);
    return made;
}

batch_subject subject_of(const ngsild::entity_fragment& element) {
    batch_subject made{element.id.value_or(""), element.types, {}};
    for (const auto& [name, value] : element.attributes.items())
        made.attributes.push_back(name);
    return made;
}

batch_subject subject_of(const std::string& id) {
    return {id, {}, {}};
}

asio::awaitable<result<std::vector<std::optional<problem>>>>
refused_elements(request_scope& scope, federation::operation operation,
                 std::vector<batch_subject> subjects) {
    const auto from = trigger_of(scope);
    std::vector<std::optional<problem>> refused(subjects.size());
    std::vector<std::string> unclear;
    for (std::size_t i = 0; i < subjects.size(); ++i) {
        refused[i] = fault_of(matching(scope, to_asked(subjects[i]), from), operation);
        if (refused[i] && subjects[i].types.empty())
            unclear.push_back(subjects[i].id);
    }
    if (unclear.empty())
        co_return refused;
    // As for single Entities: what is here is of the types that it has here.
    auto looking = types_here(scope, std::move(unclear));
    MERIDIAN_CO_TRY(const auto types, co_await std::move(looking));
    for (std::size_t i = 0; i < subjects.size(); ++i) {
        const auto known = types.find(subjects[i].id);
        if (!refused[i] || !subjects[i].types.empty() || known == types.end())
            continue;
        subjects[i].types = known->second;
        refused[i] = fault_of(matching(scope, to_asked(subjects[i]), from), operation);
    }
    co_return refused;
}

result<void> refuse_forwarding(const request_scope& scope, federation::operation operation,
                               const federation::asked& wanted, information kind) {
    const auto known = scope.with.registrations.find(scope.tenant);
    if (scope.local || !known)
        return {};
    auto found = known->index().find(wanted, moment_now());
    std::erase_if(found, [&](const match& one) {
        return one.source->is_temporal() != (kind == information::temporal);
    });
    if (kind == information::temporal)
        std::erase_if(found,
                      [&](const match& one) { return !one.source->operations.has(operation); });
    if (auto fault = fault_of(found, operation))
        return std::move(*fault);
    return {};
}

result<void> refuse_subscription(const request_scope& scope, const json& payload) {
    if (!may_distribute(scope) || !payload.is_object() ||
        payload.value("localOnly", json()) == true)
        return {};
    federation::asked wanted;
    const auto selectors = payload.find("entities");
    if (selectors != payload.end() && selectors->is_array())
        for (const auto& one : *selectors) {
            if (!one.is_object() || !one.contains("type") || !one["type"].is_string())
                return {}; // the Subscription is refused for that
            const auto types = query::parse_types(one["type"].get_ref<const std::string&>(),
                                                  query::parse_scope{*scope.context});
            if (!types || types->any_of.empty())
                return {};
            if (!wanted.types)
                wanted.types.emplace();
            for (const auto& list : types->any_of)
                wanted.types->any_of.push_back(list);
        }
    const auto from = trigger_of(scope);
    for (const auto& by : matching(scope, wanted, from))
        if (by.source->operations.has(federation::operation::create_subscription))
            return problem{problem_kind::operation_not_supported,
                           "the Context Source Registration '" + by.source->id +
                               "' matches, and Subscriptions are not forwarded by this broker "
                               "yet: localOnly leaves Context Sources out"};
    return {};
}

} // namespace meridian::operations
