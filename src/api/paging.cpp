#include "api/paging.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace meridian::api {
namespace {

/// The query string of this request with another offset.
std::string query_with_offset(std::string_view query, std::uint64_t offset, std::uint32_t limit) {
    std::string changed;
    while (!query.empty()) {
        const auto end = query.find('&');
        const auto part = query.substr(0, end);
        query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
        if (part.empty() || part.starts_with("offset=") || part.starts_with("limit="))
            continue;
        changed.append(part).push_back('&');
    }
    changed += "limit=" + std::to_string(limit) + "&offset=" + std::to_string(offset);
    return changed;
}

std::string page_link(const call& request, std::uint64_t offset, const paging& asked,
                      std::string_view relation, media_type type) {
    // The resource is the same with and without a slash at its end: named without (6.2).
    auto path = request.request.path;
    if (path.size() > 1 && path.ends_with('/'))
        path.remove_suffix(1);
    std::string link = "<";
    link += path;
    link += '?';
    link += query_with_offset(request.request.query, offset, asked.page.limit);
    link.append(">; rel=\"").append(relation).append("\"; type=\"");
    link.append(name_of(type)).push_back('"');
    return link;
}

} // namespace

result<paging> read_paging(const call& request) {
    const auto& options = request.with.options;
    paging asked;
    MERIDIAN_TRY(asked.count, request.parameters.flag("count"));
    // CHOICE: clients of older versions (ngsildclient) ask for the count of a temporal query as an
    // option; the other operations do not know that option and have refused it.
    MERIDIAN_TRY(const auto keywords, request.parameters.list("options"));
    asked.count =
        asked.count || std::find(keywords.begin(), keywords.end(), "count") != keywords.end();
    MERIDIAN_TRY(const auto limit, request.parameters.number("limit"));
    MERIDIAN_TRY(const auto offset, request.parameters.number("offset"));
    if (limit && *limit == 0 && !asked.count)
        return problem{problem_kind::bad_request_data, "limit=0 needs count=true (6.3.13)"};
    if (limit && *limit > options.max_page)
        return problem{problem_kind::too_many_results,
                       "limit is above the maximum of " + std::to_string(options.max_page)};
    asked.page.limit = static_cast<std::uint32_t>(limit.value_or(options.default_page));
    asked.page.offset = offset.value_or(0);
    return asked;
}

void add_paging(http::response& answer, const call& request, const paging& asked, bool more,
                std::optional<std::int64_t> count, media_type type) {
    const auto& page = asked.page;
    if (count)
        answer.add("NGSILD-Results-Count", std::to_string(*count));
    if (page.limit == 0)
        return;
    if (more)
        answer.add("Link", page_link(request, page.offset + page.limit, asked, "next", type));
    if (page.offset > 0) {
        const auto previous = page.offset - std::min<std::uint64_t>(page.offset, page.limit);
        answer.add("Link", page_link(request, previous, asked, "prev", type));
    }
}

} // namespace meridian::api
