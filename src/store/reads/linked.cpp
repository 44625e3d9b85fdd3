/// 4.5.23: the Entities that others are linked with.
#include "meridian/store/entities.hpp"

#include <iterator>

namespace meridian::store {
namespace {

problem too_many_linked() {
    return problem(problem_kind::too_complex_query,
                   "more than " + std::to_string(entities::most_linked) +
                       " linked Entities: ask for fewer Entities, levels or Relationships");
}

} // namespace

asio::awaitable<result<std::vector<entity_row>>>
entities::load_linked(tenant_id tenant, ngsild::linked_entities& linked) {
    std::vector<entity_row> kept;
    while (true) {
        auto wanted = linked.wanted();
        if (wanted.empty())
            break;
        if (kept.size() + wanted.size() > most_linked)
            co_return too_many_linked();
        auto loading = retrieve_all(tenant, std::move(wanted));
        MERIDIAN_CO_TRY(std::vector<entity_row> rows, co_await std::move(loading));
        std::vector<ngsild::entity_row> found;
        for (const entity_row& row : rows)
            found.push_back({row.uri, row.created_at, row.modified_at, row.document});
        linked.add(found);
        std::move(rows.begin(), rows.end(), std::back_inserter(kept));
    }
    if (linked.count(most_linked + 1) > most_linked)
        co_return too_many_linked();
    co_return kept;
}

} // namespace meridian::store
