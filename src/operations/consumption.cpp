#include "meridian/operations/consumption.hpp"

#include "meridian/query/evaluate.hpp"
#include "meridian/store/name_lookup.hpp"
#include "operations/apply.hpp"
#include "operations/narrowing.hpp"

#include <algorithm>
#include <utility>

namespace meridian::operations {
namespace {

bool has_any_attribute(const ngsild::document_view& document, const ngsild::names& dictionary,
                       const std::vector<std::string>& attributes) {
    std::vector<ngsild::name_id> wanted;
    for (const auto& iri : attributes)
        if (const auto id = dictionary.find(iri); id != 0)
            wanted.push_back(id);
    for (std::size_t i = 0; i < document.size(); ++i)
        if (std::find(wanted.begin(), wanted.end(), document.instance(i).attribute) != wanted.end())
            return true;
    return false;
}

bool has_types(const ngsild::document_view& document, const ngsild::names& dictionary,
               const query::type_selection& types) {
    std::vector<std::string> has;
    for (std::size_t i = 0; i < document.type_count(); ++i)
        has.emplace_back(dictionary.iri(document.type(i)));
    return query::matches(types, has);
}

} // namespace

asio::awaitable<result<store::entity_row>> retrieve_entity(request_scope& scope, std::string id,
                                                           expected_types types,
                                                           std::vector<std::string> attributes) {
    const auto& dictionary = scope.with.dictionary;
    auto retrieval = scope.with.entities.retrieve(scope.tenant, id);
    MERIDIAN_CO_TRY(auto found, co_await std::move(retrieval));
    if (!found || (types && !has_types(found->document, dictionary, *types)))
        co_return apply::entity_not_found(id);
    if (!attributes.empty() && !has_any_attribute(found->document, dictionary, attributes))
        co_return problem{problem_kind::resource_not_found,
                          "the Entity '" + id + "' has none of the requested Attributes"};
    co_return std::move(*found);
}

asio::awaitable<result<store::entity_page>> query_entities(request_scope& scope,
                                                           query::plan_request wanted) {
    if (!scope.local && !is_narrowed(wanted.selection, wanted.selection.attributes))
        co_return problem{problem_kind::bad_request_data,
                          "too wide a query: one of type, attrs, q, georel or local=true must be "
                          "given (5.7.2.4)"};
    const auto planning = [&wanted](const ngsild::names& names) -> result<query::query_plan> {
        return query::make_plan(wanted, names);
    };
    auto making = store::with_names_of_query(scope.with.dictionary, planning);
    MERIDIAN_CO_TRY(const auto plan, co_await std::move(making));
    co_return co_await scope.with.entities.query(scope.tenant, plan);
}

} // namespace meridian::operations
