#include "http/cors.hpp"

#include <algorithm>
#include <utility>

namespace meridian::http {

cors_policy::cors_policy(std::vector<std::string> origins) : origins_(std::move(origins)) {
    any_ = std::find(origins_.begin(), origins_.end(), "*") != origins_.end();
}

bool cors_policy::allows(std::string_view origin) const noexcept {
    return !origin.empty() &&
           (any_ || std::find(origins_.begin(), origins_.end(), origin) != origins_.end());
}

void cors_policy::append_lines(std::string& out, std::string_view origin) const {
    if (!any_)
        out += "Vary: Origin\r\n"; // the answer depends on it, also where it was absent
    if (!allows(origin))
        return;
    out += "Access-Control-Allow-Origin: ";
    out += any_ ? std::string_view("*") : origin;
    out +=
        "\r\nAccess-Control-Expose-Headers: Content-Location, ETag, Link, Location, "
        "NGSILD-EntityMap, NGSILD-Results-Count, NGSILD-Snapshot, NGSILD-Tenant, NGSILD-Warning, "
        "Preference-Applied, Retry-After\r\n";
}

response cors_policy::preflight(std::string_view origin, std::string_view headers) const {
    response out(204);
    if (!allows(origin))
        return out;
    out.add("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    if (!headers.empty())
        out.add("Access-Control-Allow-Headers", std::string(headers));
    out.add("Access-Control-Max-Age", "86400");
    return out;
}

} // namespace meridian::http
