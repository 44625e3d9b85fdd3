#include "api/paging.hpp"

#include "api/page_cursor.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace meridian::api {
namespace {

/// The query string of this request for another page.
std::string query_of_page(std::string_view query, std::string_view place, std::uint32_t limit) {
    std::string changed;
    while (!query.empty()) {
        const auto end = query.find('&');
        const auto part = query.substr(0, end);
        query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
        if (part.empty() || part.starts_with("offset=") || part.starts_with("limit=") ||
            part.starts_with("cursor="))
            continue;
        changed.append(part).push_back('&');
    }
    changed.append("limit=").append(std::to_string(limit)).append("&").append(place);
    return changed;
}

/// `place`: the parameter that says where the page is.
std::string page_link(const call& request, std::string_view place, const paging& asked,
                      std::string_view relation, media_type type) {
    // The resource is the same with and without a slash at its end: named without (6.2).
    auto path = request.request.path;
    if (path.size() > 1 && path.ends_with('/'))
        path.remove_suffix(1);
    std::string link = "<";
    link += path;
    link += '?';
    link += query_of_page(request.request.query, place, asked.page.limit);
    link.append(">; rel=\"").append(relation).append("\"; type=\"");
    link.append(name_of(type)).push_back('"');
    return link;
}

std::string offset_parameter(std::uint64_t offset) {
    return "offset=" + std::to_string(offset);
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
    // CHOICE: an offset at or beyond the end gives an empty page. 6.3.10 says it "should" give the
    // last element again, as one at the end would, where there is none; and a client that counts on
    // until a page is empty would never come to an end.
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
        answer.add("Link", page_link(request, offset_parameter(page.offset + page.limit), asked,
                                     "next", type));
    if (page.offset > 0) {
        const auto previous = page.offset - std::min<std::uint64_t>(page.offset, page.limit);
        answer.add("Link", page_link(request, offset_parameter(previous), asked, "prev", type));
    }
}

result<void> read_cursor(const call& request, const operations::request_scope& scope,
                         query::plan_request& wanted, paging& asked) {
    const auto* cursor = request.parameters.find("cursor");
    const bool by_offset = request.parameters.has("offset");
    const bool ordered = !wanted.order.terms.empty();
    if (cursor && (by_offset || ordered))
        return problem{problem_kind::bad_request_data,
                       std::string{"cursor excludes "} + (by_offset ? "offset" : "orderBy")};
    if (!by_offset && !ordered)
        asked.query = query_digest(scope.tenant, wanted.selection, *scope.context);
    if (cursor) {
        MERIDIAN_TRY(const auto place, parse_cursor(*cursor, *asked.query));
        (place.backwards ? asked.page.before : asked.page.after) = place.eid;
    }
    wanted.page = asked.page;
    return {};
}

void add_paging(http::response& answer, const call& request, const paging& asked,
                const store::entity_page& page, media_type type) {
    if (!asked.query)
        return add_paging(answer, request, asked, page.more, page.count, type);
    if (page.count)
        answer.add("NGSILD-Results-Count", std::to_string(*page.count));
    if (asked.page.limit == 0)
        return;
    const auto& after = asked.page.after;
    const auto& before = asked.page.before;
    const auto add = [&](page_cursor place, std::string_view relation) {
        const auto parameter = "cursor=" + to_text(place, *asked.query);
        answer.add("Link", page_link(request, parameter, asked, relation, type));
    };
    // Who came backwards came from a next page, who came forwards from a previous one. Where all of
    // the page has been deleted meanwhile the way back is that to where the request came from.
    const bool is_empty = page.rows.empty();
    if (before || page.more)
        add({is_empty ? *before - 1 : page.last_eid, false}, "next");
    if (before ? page.more : after.has_value())
        add({is_empty ? *after + 1 : page.first_eid, true}, "prev");
}

} // namespace meridian::api
