#pragma once

#include "meridian/base/json.hpp"
#include "meridian/federation/operation_names.hpp"
#include "meridian/operations/services.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <vector>

namespace meridian::operations {

/// What of 5.7.5–5.7.10 is asked for.
struct discovery_question {
    federation::operation operation = federation::operation::retrieve_entity_types;
    bool about_types = true; ///< types, or Attributes
    std::string name;        ///< the one type or Attribute, expanded; empty: all
    bool details = false;
};

/// 5.7.11: what the Context Sources tell whose Registrations match and have the operation, names as
/// IRIs; each Context Source is asked once, however many Registrations it has. What fails becomes
/// an NGSILD-Warning (6.3.17). Fails with too_complex_query where there are too many.
asio::awaitable<result<std::vector<json>>> discovered_elsewhere(request_scope& scope,
                                                                discovery_question question);

} // namespace meridian::operations
