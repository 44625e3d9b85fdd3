#pragma once

#include "api/call.hpp"
#include "meridian/query/plan.hpp"

#include <cstdint>
#include <optional>

namespace meridian::api {

/// limit, offset and count of a request (6.3.10, 6.3.13).
struct paging {
    query::page page;
    bool count = false;
};

/// Fails with bad_request_data (limit=0 without count), too_many_results (limit above the
/// maximum, 4.12).
[[nodiscard]] result<paging> read_paging(const call& request);

/// Adds the Link headers to the next and previous page (6.3.10) and NGSILD-Results-Count (6.3.13).
void add_paging(http::response& answer, const call& request, const paging& asked, bool more,
                std::optional<std::int64_t> count, media_type type);

} // namespace meridian::api
