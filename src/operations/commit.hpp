#pragma once

#include "meridian/operations/services.hpp"
#include "operations/apply.hpp"

#include <string>
#include <vector>

namespace meridian::operations {

/// A change ready for its lane, with the names that its new document will hold.
struct prepared_change {
    prepared_change(std::string entity_id, std::vector<std::string> iris, apply::function change)
        : id(std::move(entity_id)), names(std::move(iris)), function(std::move(change)) {}
    std::string id;
    std::vector<std::string> names;
    apply::function function;
};

/// Puts the names into the dictionary and commits the change. A name that nobody has used yet is
/// added only where the Entity exists, unless the change creates it: a refused request leaves no
/// trace.
enum class adds_entity : bool { no, yes };
asio::awaitable<result<store::committed>> commit(request_scope& scope, prepared_change change,
                                                 adds_entity creates);

} // namespace meridian::operations
