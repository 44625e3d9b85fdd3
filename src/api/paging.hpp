#pragma once

#include "api/call.hpp"
#include "meridian/operations/services.hpp"
#include "meridian/query/plan.hpp"
#include "meridian/store/entities.hpp"

#include <cstdint>
#include <optional>

namespace meridian::api {

/// limit, offset and count of a request (6.3.10, 6.3.13).
struct paging {
    query::page page;
    bool count = false;
    /// Of a query whose pages are linked by cursors (`page_cursor.hpp`); else by offsets.
    std::optional<std::uint64_t> query;
};

/// Fails with bad_request_data (limit=0 without count), too_many_results (limit above the
/// maximum, 4.12).
[[nodiscard]] result<paging> read_paging(const call& request);

/// Adds the Link headers to the next and previous page (6.3.10) and NGSILD-Results-Count (6.3.13).
void add_paging(http::response& answer, const call& request, const paging& asked, bool more,
                std::optional<std::int64_t> count, media_type type);

/// Reads the cursor of a request for `wanted`, whose page becomes what is asked for. A request
/// without `offset` and order gets cursors. Fails with bad_request_data: a cursor that is none, is
/// another query's, or comes with `offset` or an order.
[[nodiscard]] result<void> read_cursor(const call& request, const operations::request_scope& scope,
                                       query::plan_request& wanted, paging& asked);

/// As the other one, of a page of Entities that are all stored here.
void add_paging(http::response& answer, const call& request, const paging& asked,
                const store::entity_page& page, media_type type);

} // namespace meridian::api
