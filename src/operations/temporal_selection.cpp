#include "operations/temporal_selection.hpp"

#include "meridian/ngsild/history.hpp"
#include "operations/apply.hpp"
#include "operations/narrowing.hpp"
#include "operations/refuse.hpp"

#include <functional>
#include <map>
#include <utility>

namespace meridian::operations {
namespace {

/// The numbers of names that anything has; names that nothing has are left out.
std::vector<ngsild::name_id> known_names(const ngsild::names& dictionary,
                                         const std::vector<std::string>& iris) {
    std::vector<ngsild::name_id> ids;
    for (const auto& iri : iris)
        if (const auto id = dictionary.find(iri); id != 0)
            ids.push_back(id);
    return ids;
}

/// 4.17 by number; a conjunction with a type that nothing has selects nothing and is left out.
std::vector<std::vector<ngsild::name_id>> known_types(const ngsild::names& dictionary,
                                                      const query::type_selection& types) {
    std::vector<std::vector<ngsild::name_id>> any_of;
    for (const auto& all_of : types.any_of) {
        auto ids = known_names(dictionary, all_of);
        if (ids.size() == all_of.size())
            any_of.push_back(std::move(ids));
    }
    return any_of;
}

/// The names that are compared by number.
std::vector<std::string> names_in(const temporal_page_request& wanted) {
    auto names = wanted.instances.attributes;
    if (wanted.selection.types)
        for (const auto& all_of : wanted.selection.types->any_of)
            names.insert(names.end(), all_of.begin(), all_of.end());
    return names;
}

/// The instances of an evolution as an Entity whose Attributes have many instances: what q and geo
/// test in 5.7.4.4.
ngsild::entity entity_of(const store::evolution& evolution, const ngsild::names& dictionary) {
    ngsild::entity subject;
    subject.id = evolution.uri;
    for (const auto type : evolution.types)
        subject.types.emplace_back(dictionary.iri(type));
    std::map<ngsild::name_id, std::size_t> places;
    for (const auto& row : evolution.rows) {
        if (row.is_deleted() || row.attribute == ngsild::scope_attribute)
            continue;
        auto instance = ngsild::decode(row, dictionary);
        const auto [place, is_new] = places.emplace(row.attribute, subject.attributes.size());
        if (is_new)
            subject.attributes.push_back({std::string{dictionary.iri(row.attribute)}, {}});
        subject.attributes[place->second].instances.push_back(std::move(instance));
    }
    return subject;
}

/// 4.19: whether an instance of a scope is of one that is asked for.
std::function<bool(const ngsild::history_row&)> scope_filter(query::scope_selection wanted,
                                                             const ngsild::names& dictionary) {
    return [wanted = std::move(wanted), &dictionary](const ngsild::history_row& row) {
        return query::matches(wanted, ngsild::scopes_of(row, dictionary));
    };
}

/// q, georel and idPattern of a selection, as a test of evolutions; empty where there are
/// none.
std::function<bool(const store::evolution&)> filter_of(query::entity_selection selection,
                                                       const ngsild::names& dictionary) {
    selection.ids.clear();
    selection.types.reset();
    selection.attributes.clear();
    selection.scopes.reset();
    if (selection == query::entity_selection{})
        return {};
    return [selection = std::move(selection), &dictionary](const store::evolution& evolution) {
        return query::matches(selection, entity_of(evolution, dictionary));
    };
}

store::temporal_request to_store_request(const instances_request& wanted,
                                         const ngsild::names& dictionary) {
    store::temporal_request request;
    request.interval = wanted.interval;
    request.instance_limit = wanted.limit;
    request.total_limit = wanted.total_limit;
    request.with_subjects = wanted.with_subjects;
    request.with_created_at = wanted.with_created_at;
    request.with_iid = wanted.with_instance_ids;
    request.attributes = known_names(dictionary, wanted.attributes);
    if (wanted.with_scope && !request.attributes.empty())
        request.attributes.push_back(ngsild::scope_attribute);
    request.aggregated = wanted.aggregated;
    for (const auto& iri : wanted.dataset_ids) {
        const auto id = dictionary.find(iri);
        if (id != 0 || iri == "@none")
            request.datasets.push_back(id);
    }
    if (request.datasets.empty() && !wanted.dataset_ids.empty())
        request.datasets.push_back(-1); // datasetIds that nothing has
    return request;
}

} // namespace

asio::awaitable<result<store::temporal_request>> prepare(request_scope& scope, std::string id,
                                                         instances_request wanted) {
    federation::asked about;
    about.ids.push_back(id);
    about.attributes = wanted.attributes;
    MERIDIAN_CO_CHECK(refuse_forwarding(scope, federation::operation::retrieve_temporal, about,
                                        information::temporal));
    auto asking = scope.with.dictionary.look_up(wanted.attributes);
    MERIDIAN_CO_CHECK(co_await std::move(asking));
    auto request = to_store_request(wanted, scope.with.dictionary);
    if (!wanted.attributes.empty() && request.attributes.empty())
        co_return apply::entity_not_found(id); // names that nothing has
    co_return request;
}

asio::awaitable<result<std::optional<temporal_search>>> prepare(request_scope& scope,
                                                                temporal_page_request wanted) {
    const auto& dictionary = scope.with.dictionary;
    if (!scope.local && !is_narrowed(wanted.selection, wanted.instances.attributes))
        co_return problem{problem_kind::bad_request_data,
                          "too wide a query: type, attrs, q, georel or local=true must be given "
                          "(5.7.4.4)"};
    auto asking = scope.with.dictionary.look_up(names_in(wanted));
    MERIDIAN_CO_CHECK(co_await std::move(asking));
    federation::asked about;
    about.ids = wanted.selection.ids;
    about.id_pattern = wanted.selection.id_pattern;
    about.types = wanted.selection.types;
    about.attributes = wanted.instances.attributes;
    const auto own = refuse_forwarding(scope, federation::operation::query_temporal, about,
                                       information::temporal);
    if (!own && !wanted.order.terms.empty()) // as 5.7.2
        co_return problem{problem_kind::bad_request_data,
                          "orderBy needs local=true where Context Sources take part (5.7.4.4)"};
    MERIDIAN_CO_CHECK(own);
    temporal_search search;
    search.instances = to_store_request(wanted.instances, dictionary);
    auto& selection = search.selection;
    if (wanted.selection.types)
        selection.types = known_types(dictionary, *wanted.selection.types);
    const bool selects_nothing =
        (!wanted.instances.attributes.empty() && search.instances.attributes.empty()) ||
        (wanted.selection.types && !wanted.selection.types->any_of.empty() &&
         selection.types.empty());
    if (selects_nothing)
        co_return std::optional<temporal_search>{};
    selection.order = std::move(wanted.order);
    selection.ids = wanted.selection.ids;
    selection.attributes = search.instances.attributes;
    std::erase(selection.attributes, ngsild::scope_attribute);
    if (wanted.selection.scopes) {
        search.instances.by_scope = true;
        selection.is_in_scope = scope_filter(*wanted.selection.scopes, dictionary);
    }
    selection.matches = filter_of(std::move(wanted.selection), dictionary);
    selection.limit = wanted.page.limit;
    selection.offset = static_cast<std::int64_t>(wanted.page.offset);
    selection.count = wanted.count;
    co_return std::optional{std::move(search)};
}

} // namespace meridian::operations
