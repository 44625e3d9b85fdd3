#pragma once

#include "meridian/api/worker.hpp"
#include "meridian/store/entities.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace meridian::api {

/// A query as it would be carried out, for `meridian explain`.
struct explanation {
    std::string plan; ///< query::to_text
    store::explained_query statement;
};

/// A GET that is not carried out.
struct explained_request {
    std::string url;     ///< whole, or from the path on
    std::string tenant;  ///< NGSILD-Tenant
    std::string context; ///< URL of its @context; empty: the core @context
};

/// Reads the URL of GET /ngsi-ld/v1/entities?… or of one Entity as the api does. EXPLAIN runs the
/// statement. Fails with what the request's parameters would be refused with, and with
/// operation_not_supported for resources that no query plan is made for.
boost::asio::awaitable<result<explanation>> explain(worker& with, explained_request asked);

} // namespace meridian::api
