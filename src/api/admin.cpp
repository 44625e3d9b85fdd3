#include "meridian/api/admin.hpp"

#include "api/call.hpp"
#include "api/history_policies.hpp"
#include "api/metrics.hpp"
#include "api/plan_figures.hpp"
#include "api/problem_response.hpp"
#include "meridian/api/broker.hpp"
#include "meridian/api/explain.hpp"
#include "meridian/jsonld/link_header.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace meridian::api {
namespace {

constexpr std::string_view explain_path = "/explain";
constexpr std::string_view metrics_path = "/metrics";

json lines_of(std::string_view text) {
    auto lines = json::array();
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

json to_json(const explained_request& asked, const explanation& found) {
    const auto& statement = found.statement;
    const auto figures = read_plan_figures(statement.lines);
    return json{{"url", asked.url},
                {"tenant", asked.tenant},
                {"plan", lines_of(found.plan)},
                {"sql", statement.sql},
                {"parameters", statement.parameters},
                {"indexes", figures.indexes},
                {"tablesReadWhole", figures.tables_read_whole},
                {"rows", figures.rows},
                {"planningMilliseconds", figures.planning_milliseconds},
                {"executionMilliseconds", figures.execution_milliseconds},
                {"explain", statement.lines}};
}

result<std::string> read_url(const http::request& request) {
    if (request.method == http::method::get) {
        MERIDIAN_TRY(const auto given, parameters::parse(request.query, "url"));
        if (given.text("url").empty())
            return problem{problem_kind::bad_request_data, "the parameter url is missing"};
        return std::string{given.text("url")};
    }
    const auto body = parse_json(request.body);
    if (!body || !body->is_object() || !body->contains("url") || !(*body)["url"].is_string())
        return problem{problem_kind::bad_request_data,
                       R"(the body must be a JSON object like {"url": "/ngsi-ld/v1/entities?…"})"};
    return (*body)["url"].get<std::string>();
}

asio::awaitable<result<http::response>> answer_explain(worker& with, const http::request& request) {
    explained_request asked;
    MERIDIAN_CO_TRY(asked.url, read_url(request));
    asked.tenant = request.header("NGSILD-Tenant");
    if (request.has_header("Link")) {
        MERIDIAN_CO_TRY(const auto link, jsonld::parse_context_link(request.header("Link")));
        asked.context = link.value_or("");
    }
    auto explaining = explain(with, asked);
    MERIDIAN_CO_TRY(const auto found, co_await std::move(explaining));
    co_return http::response(200, "application/json", to_text(to_json(asked, found)));
}

http::response allowed(std::string methods, const http::request& request) {
    if (request.method == http::method::options) {
        http::response answer(204);
        answer.add("Allow", std::move(methods));
        return answer;
    }
    auto answer =
        problem_response(problem{problem_kind::method_not_allowed, "allowed here are " + methods});
    answer.add("Allow", std::move(methods));
    return answer;
}

asio::awaitable<http::response> answer_policy_request(worker& with, const http::request& request) {
    const auto methods = policy_methods(request.path);
    const auto asked = http::to_text(request.method);
    if (request.method == http::method::options || methods.find(asked) == std::string_view::npos)
        co_return allowed(std::string{methods}, request);
    auto answering = answer_policies(with, request);
    auto given = co_await std::move(answering);
    co_return given ? std::move(*given) : problem_response(given.error());
}

asio::awaitable<http::response> answer(worker& with, const http::request& request) {
    const bool is_get = request.method == http::method::get;
    if (request.path == metrics_path) {
        if (!is_get)
            co_return allowed("GET, HEAD, OPTIONS", request);
        co_return http::response(200, metrics::media_type, with.broker.counted->render());
    }
    if (request.path.starts_with(policies_path))
        co_return co_await answer_policy_request(with, request);
    if (request.path != explain_path)
        co_return problem_response(problem{problem_kind::resource_not_found,
                                           "there is no resource '" + std::string{request.path} +
                                               "' on the admin listener"});
    if (!is_get && request.method != http::method::post)
        co_return allowed("GET, HEAD, POST, OPTIONS", request);
    auto explaining = answer_explain(with, request);
    auto given = co_await std::move(explaining);
    co_return given ? std::move(*given) : problem_response(given.error());
}

} // namespace

http::handler make_admin_handler(worker& with) {
    return [&with](http::request& request) { return answer(with, request); };
}

} // namespace meridian::api
