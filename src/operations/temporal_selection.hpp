#pragma once

#include "meridian/operations/temporal.hpp"

#include <optional>
#include <string>

namespace meridian::operations {

/// What 5.7.3 asks the store for. Fails with what refuses the operation, and with
/// resource_not_found where nothing has the Attributes that are asked for.
asio::awaitable<result<store::temporal_request>> prepare(request_scope& scope, std::string id,
                                                         instances_request wanted);

/// What 5.7.4 asks the store for.
struct temporal_search {
    store::temporal_selection selection;
    store::temporal_request instances;
};
/// Nothing where no Entity can match. Fails with bad_request_data where the query is too wide, and
/// with what refuses the operation.
asio::awaitable<result<std::optional<temporal_search>>> prepare(request_scope& scope,
                                                                temporal_page_request wanted);

} // namespace meridian::operations
