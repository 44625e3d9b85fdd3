#include "meridian/operations/as_of.hpp"

#include "meridian/query/evaluate.hpp"
#include "meridian/store/name_lookup.hpp"
#include "operations/apply.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace meridian::operations {
namespace {

/// The Entity for filters: without what had expired (4.22).
ngsild::entity to_entity(const store::entity_row& row, const ngsild::names& dictionary,
                         timestamp at) {
    auto made = ngsild::decode(row.document, dictionary);
    made.id = row.uri;
    made.created_at = row.created_at;
    made.modified_at = row.modified_at;
    for (auto& one : made.attributes)
        std::erase_if(one.instances, [at](const ngsild::attribute_instance& instance) {
            return instance.expires_at && *instance.expires_at <= at;
        });
    std::erase_if(made.attributes,
                  [](const ngsild::attribute& one) { return one.instances.empty(); });
    return made;
}

/// A type that each Entity has which the selection can select: the first of each alternative.
std::set<std::string> driving_types(const query::type_selection& types) {
    std::set<std::string> driving;
    for (const auto& all : types.any_of)
        driving.insert(all.front());
    return driving;
}

asio::awaitable<result<std::vector<store::entity_row>>>
candidates_of(request_scope& scope, const query::entity_selection& selection, timestamp at) {
    store::past_candidates which;
    which.ids = selection.ids;
    if (which.ids.empty() && selection.types && !selection.types->any_of.empty()) {
        const auto driving = driving_types(*selection.types);
        const auto reading = [&driving](const ngsild::names& names) {
            std::vector<ngsild::name_id> known;
            for (const auto& type : driving)
                if (const auto id = names.find(type); id != 0)
                    known.push_back(id);
            return result<std::vector<ngsild::name_id>>{std::move(known)};
        };
        auto looking = store::with_names_of_query(scope.with.dictionary, reading);
        MERIDIAN_CO_TRY(which.types, co_await std::move(looking));
        if (which.types.empty()) // nothing ever had them
            co_return std::vector<store::entity_row>{};
    }
    auto loading = scope.with.history.as_of(scope.tenant, std::move(which), at);
    co_return co_await std::move(loading);
}

} // namespace

asio::awaitable<result<store::entity_row>>
retrieve_entity_as_of(request_scope& scope, std::string id, expected_types types,
                      std::vector<std::string> attributes, timestamp at) {
    store::past_candidates which;
    which.ids.push_back(id);
    auto loading = scope.with.history.as_of(scope.tenant, std::move(which), at);
    MERIDIAN_CO_TRY(auto found, co_await std::move(loading));
    if (found.empty())
        co_return apply::entity_not_found(id);
    const auto subject = to_entity(found.front(), scope.with.dictionary, at);
    if (types && !query::matches(*types, subject.types))
        co_return apply::entity_not_found(id);
    query::entity_selection shown;
    shown.attributes = std::move(attributes);
    if (!query::matches(shown, subject))
        co_return problem{problem_kind::resource_not_found,
                          "the Entity '" + id + "' had none of the requested Attributes"};
    co_return std::move(found.front());
}

asio::awaitable<result<store::entity_page>>
query_entities_as_of(request_scope& scope, query::plan_request wanted, timestamp at) {
    const auto& selection = wanted.selection;
    if (selection.q && query::follows_links(*selection.q))
        co_return problem{problem_kind::bad_request_data,
                          "with asOf, q cannot look into linked Entities"};
    MERIDIAN_CO_TRY(auto found, co_await candidates_of(scope, selection, at));
    std::erase_if(found, [&](const store::entity_row& row) {
        return !query::matches(selection, to_entity(row, scope.with.dictionary, at));
    });
    store::entity_page page;
    if (wanted.want_count)
        page.count = static_cast<std::int64_t>(found.size());
    const auto begin = std::min<std::uint64_t>(wanted.page.offset, found.size());
    const auto end = std::min<std::uint64_t>(begin + wanted.page.limit, found.size());
    page.more = end < found.size();
    for (auto i = begin; i < end; ++i)
        page.rows.push_back(std::move(found[i]));
    co_return page;
}

} // namespace meridian::operations
