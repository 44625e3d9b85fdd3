#include "meridian/api/explain.hpp"

#include "api/entity_query_request.hpp"
#include "api/routes.hpp"
#include "meridian/jsonld/link_header.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace meridian::api {
namespace {

/// The path and query of a URL, without scheme, host and fragment.
std::string_view target_of(std::string_view url) {
    if (const auto scheme = url.find("://"); scheme != std::string_view::npos) {
        url.remove_prefix(scheme + 3);
        url.remove_prefix(std::min(url.find('/'), url.size()));
    }
    return url.substr(0, url.find('#'));
}

http::request request_of(const explained_request& asked, const std::string& link) {
    http::request made;
    const auto target = target_of(asked.url);
    const auto mark = target.find('?');
    made.method = http::method::get;
    made.method_text = "GET";
    made.path = target.substr(0, mark);
    made.query = mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
    if (!asked.tenant.empty())
        made.headers.push_back({"NGSILD-Tenant", asked.tenant});
    if (!asked.context.empty())
        made.headers.push_back({"Link", link});
    return made;
}

result<query::plan_request> read_request(const call& asked, const route& found,
                                         operations::request_scope& scope) {
    if (found.handler == query_entities) {
        MERIDIAN_TRY(auto query, read_entity_query(asked, scope));
        return std::move(query.wanted);
    }
    if (found.handler != retrieve_entity)
        return problem{problem_kind::operation_not_supported,
                       "only queries and retrievals of Entities are explained"};
    query::plan_request one;
    MERIDIAN_TRY(auto id, entity_id(asked.path.front()));
    one.selection.ids.push_back(std::move(id));
    one.page.limit = 1;
    return one;
}

} // namespace

asio::awaitable<result<explanation>> explain(worker& with, explained_request asked) {
    const auto link = jsonld::render_context_link(asked.context);
    const auto request = request_of(asked, link);
    auto match = find_route(request.method, request.path);
    if (!match.found || match.malformed)
        co_return problem{problem_kind::resource_not_found,
                          "there is no resource '" + std::string{request.path} + "'"};
    call made(request, with);
    made.path = std::move(match.path);
    MERIDIAN_CO_TRY(made.parameters, parameters::parse(request.query, match.found->parameters));
    MERIDIAN_CO_TRY(auto context, co_await context_of_link(made));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(made, std::move(context)));
    MERIDIAN_CO_TRY(const auto wanted, read_request(made, *match.found, scope));
    const auto plan = query::make_plan(wanted, with.services.dictionary);
    explanation answer;
    answer.plan = query::to_text(plan);
    auto explaining = with.services.entities.explain(scope.tenant, plan);
    MERIDIAN_CO_TRY(answer.statement, co_await std::move(explaining));
    co_return answer;
}

} // namespace meridian::api
