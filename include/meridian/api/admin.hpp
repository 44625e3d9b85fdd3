#pragma once

#include "meridian/api/worker.hpp"
#include "meridian/http/server.hpp"

namespace meridian::api {

/// The handler of the admin listener, which is apart from that of the API so that it can be kept to
/// whoever runs the broker:
///
///   GET  /explain?url=<a query's URL, percent-encoded>
///   POST /explain with {"url": "<a query's URL>"}
///   GET  /metrics, as the API has it
///   /history-policies, how long the history is kept (docs/history-policies.md)
///
/// /explain only reads. It tells of a GET of Entities (6.4.3.2, 6.5.3.1), or of its URL from the
/// path on, what `meridian explain` does; the Tenant and the @context are those of the headers
/// NGSILD-Tenant and Link. `with` must outlive the handler.
[[nodiscard]] http::handler make_admin_handler(worker& with);

} // namespace meridian::api
