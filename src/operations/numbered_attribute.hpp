#pragma once

#include "meridian/operations/provision.hpp"

#include <optional>
#include <string>

namespace meridian::operations {

/// An Attribute of a Temporal Evolution by its number, or the scope.
struct numbered_attribute {
    ngsild::name_id attribute = ngsild::scope_attribute;
    std::optional<ngsild::name_id> dataset; ///< 0: the default one; absent: all
};

/// The numbers of what `which` names, in the evolution of `id`. Fails with resource_not_found where
/// nobody ever used one of the names, unavailable.
asio::awaitable<result<numbered_attribute>> numbered(request_scope& scope, std::string id,
                                                     attribute_selector which);

/// The number of a name; nothing where nobody ever used it. Fails with unavailable.
asio::awaitable<result<std::optional<ngsild::name_id>>> number_of(request_scope& scope,
                                                                  std::string iri);

[[nodiscard]] problem attribute_not_found(const std::string& id, const std::string& attribute);

} // namespace meridian::operations
