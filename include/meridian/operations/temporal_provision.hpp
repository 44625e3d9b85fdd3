#pragma once

#include "meridian/ngsild/temporal_input.hpp"
#include "meridian/operations/provision.hpp"

#include <optional>
#include <string>
#include <vector>

/// Clauses 5.6.11 to 5.6.16: writes of the Temporal Evolution of an Entity. They leave its current
/// state as it is. All may fail with unavailable and internal_error, and with conflict or
/// operation_not_supported where a Context Source Registration matches.
namespace meridian::operations {

/// 5.6.11. Gives whether the Temporal Evolution is new.
asio::awaitable<result<bool>> upsert_evolution(request_scope& scope,
                                               ngsild::entity_temporal subject);

/// 5.6.11 for each, in few transactions; one answer an element, in their order: why it was refused.
asio::awaitable<std::vector<std::optional<problem>>>
upsert_evolutions(request_scope& scope, std::vector<ngsild::entity_temporal> subjects);

/// 5.6.12. Fails with resource_not_found.
asio::awaitable<result<void>> extend_evolution(request_scope& scope, std::string id,
                                               ngsild::entity_temporal fragment);

/// 5.6.13. `which.name` is expanded. Fails with resource_not_found.
asio::awaitable<result<void>> delete_temporal_attribute(request_scope& scope, std::string id,
                                                        attribute_selector which);

/// One instance of an Attribute in a Temporal Evolution.
struct instance_selector {
    instance_selector(std::string entity, std::string expanded, std::string instance)
        : id(std::move(entity)), attribute(std::move(expanded)), instance_id(std::move(instance)) {}
    std::string id;
    std::string attribute; ///< expanded
    std::string instance_id;
};
/// 5.6.14. Fails with resource_not_found.
asio::awaitable<result<void>> modify_instance(request_scope& scope, instance_selector which,
                                              ngsild::attribute_instance by);
/// 5.6.15. Fails with resource_not_found.
asio::awaitable<result<void>> delete_instance(request_scope& scope, instance_selector which);

/// 5.6.16. Fails with resource_not_found.
asio::awaitable<result<void>> delete_evolution(request_scope& scope, std::string id);

} // namespace meridian::operations
