#include "operations/commit.hpp"

#include <algorithm>

namespace meridian::operations {

asio::awaitable<result<store::committed>> commit(request_scope& scope, prepared_change change,
                                                 adds_entity creates) {
    auto& dictionary = scope.with.dictionary;
    const bool has_new_names =
        std::any_of(change.names.begin(), change.names.end(),
                    [&](const std::string& iri) { return dictionary.find(iri) == 0; });
    if (has_new_names) {
        if (creates == adds_entity::no) {
            auto retrieval = scope.with.entities.retrieve(scope.tenant, change.id);
            MERIDIAN_CO_TRY(auto existing, co_await std::move(retrieval));
            if (!existing)
                co_return apply::entity_not_found(change.id);
        }
        auto resolving = dictionary.resolve(scope.tenant, change.names);
        MERIDIAN_CO_CHECK(co_await std::move(resolving));
    }
    store::entity_change lane_change(scope.tenant, std::move(change.id),
                                     std::move(change.function));
    co_return co_await scope.with.lanes.commit(std::move(lane_change));
}

} // namespace meridian::operations
