#include "meridian/operations/temporal_export.hpp"

#include "operations/apply.hpp"
#include "operations/temporal_selection.hpp"

#include <utility>

namespace meridian::operations {

using outcome = result<std::unique_ptr<store::evolution_export>>;

asio::awaitable<outcome> export_temporal_entity(request_scope& scope, std::string id,
                                                instances_request wanted,
                                                std::vector<ngsild::name_id> hidden) {
    store::export_request request;
    request.hidden = std::move(hidden);
    auto preparing = prepare(scope, id, std::move(wanted));
    MERIDIAN_CO_TRY(request.instances, co_await std::move(preparing));
    auto opening = scope.with.exports.open(scope.tenant, id, std::move(request));
    MERIDIAN_CO_TRY(auto opened, co_await std::move(opening));
    if (!opened)
        co_return apply::entity_not_found(id);
    co_return std::move(opened);
}

asio::awaitable<outcome> export_temporal_entities(request_scope& scope,
                                                  temporal_page_request wanted,
                                                  export_extent extent,
                                                  std::vector<ngsild::name_id> hidden) {
    auto preparing = prepare(scope, std::move(wanted));
    MERIDIAN_CO_TRY(auto search, co_await std::move(preparing));
    if (!search)
        co_return std::unique_ptr<store::evolution_export>{};
    store::export_request request;
    request.which = std::move(search->selection);
    request.instances = std::move(search->instances);
    request.is_page = extent == export_extent::page;
    request.hidden = std::move(hidden);
    auto opening = scope.with.exports.open(scope.tenant, std::move(request));
    co_return co_await std::move(opening);
}

} // namespace meridian::operations
