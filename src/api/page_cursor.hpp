#pragma once

#include "meridian/base/result.hpp"
#include "meridian/jsonld/context.hpp"
#include "meridian/query/plan.hpp"
#include "meridian/store/database.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// The place in a query's result that a Link to another page leads to (4.12, 5.5.9.1).
///
/// CHOICE: the standard leaves the pointers opaque. Ours is the query parameter `cursor`: where to
/// go on in the order of eid, and which way, bound to the query that gave it out. It holds
/// characters only that need no percent-encoding.
namespace meridian::api {

struct page_cursor {
    std::int64_t eid = 0;   ///< the place: pages end before it
    bool backwards = false; ///< towards smaller eids
    bool operator==(const page_cursor&) const = default;
};

/// What tells queries apart: Tenant, selection and @context (5.5.9.1: "the same @context shall be
/// used"). limit, count and the representation may change from page to page.
[[nodiscard]] std::uint64_t query_digest(store::tenant_id tenant,
                                         const query::entity_selection& selection,
                                         const jsonld::context& context);

[[nodiscard]] std::string to_text(const page_cursor& cursor, std::uint64_t query);

/// Fails with bad_request_data: not a text of ours, or another query's.
[[nodiscard]] result<page_cursor> parse_cursor(std::string_view text, std::uint64_t query);

} // namespace meridian::api
