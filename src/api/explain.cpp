#include "meridian/api/explain.hpp"

#include "api/as_of.hpp"
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

asio::awaitable<result<explanation>> explain_query(const call& asked,
                                                   operations::request_scope& scope) {
    MERIDIAN_CO_TRY(const auto read, read_entity_query(asked, scope));
    const auto plan = query::make_plan(read.wanted, scope.with.dictionary);
    explanation answer;
    answer.plan = query::to_text(plan);
    auto explaining = scope.with.entities.explain(scope.tenant, plan);
    MERIDIAN_CO_TRY(answer.statement, co_await std::move(explaining));
    co_return answer;
}

asio::awaitable<result<explanation>> explain_retrieval(const call& asked,
                                                       operations::request_scope& scope) {
    MERIDIAN_CO_TRY(auto id, entity_id(asked.path.front()));
    explanation answer;
    answer.plan = "retrieve: " + id + '\n';
    auto explaining = scope.with.entities.explain_retrieve(scope.tenant, std::move(id));
    MERIDIAN_CO_TRY(answer.statement, co_await std::move(explaining));
    co_return answer;
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
    if (asks_as_of(made))
        co_return problem{problem_kind::operation_not_supported, "asOf is not explained"};
    if (match.found->handler == query_entities) {
        auto explaining = explain_query(made, scope);
        co_return co_await std::move(explaining);
    }
    if (match.found->handler == retrieve_entity) {
        auto explaining = explain_retrieval(made, scope);
        co_return co_await std::move(explaining);
    }
    co_return problem{problem_kind::operation_not_supported,
                      "only queries and retrievals of Entities are explained"};
}

} // namespace meridian::api
