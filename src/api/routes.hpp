#pragma once

#include "api/handlers.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace meridian::api {

/// One row of the routing table.
struct route {
    http::method method;
    std::string_view pattern; ///< "/ngsi-ld/v1/entities/{}"; {} stands for one segment, {*} for all
                              ///< that are left (a URL that the client did not encode)
    asio::awaitable<result<http::response>> (*handler)(call&);
    std::string_view parameters; ///< the query parameters that it has, with blanks between
};

/// What a request's method and path lead to.
struct matched_route {
    const route* found = nullptr;
    std::vector<std::string> path; ///< the decoded variable segments
    std::string allow;             ///< methods of that path; empty: there is no such path
    bool malformed = false;        ///< a segment is not valid percent-encoded UTF-8
    bool lacks_id = false;         ///< an id or name in the path is empty, as in `/entities//attrs`
};

/// Looks a request up in the table. A trailing slash does not matter.
[[nodiscard]] matched_route find_route(http::method method, std::string_view path);

} // namespace meridian::api
