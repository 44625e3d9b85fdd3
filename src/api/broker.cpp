#include "meridian/api/broker.hpp"

#include "api/idempotency.hpp"
#include "api/metrics.hpp"
#include "api/problem_response.hpp"
#include "api/routes.hpp"
#include "meridian/base/log.hpp"

#include <spdlog/spdlog.h>

#include <string>

namespace meridian::api {
namespace {

problem no_such_route(const http::request& request) {
    return problem{problem_kind::resource_not_found,
                   "there is no resource '" + std::string{request.path} + "'"};
}

/// OPTIONS and 405 both tell which methods there are (RFC 7231 6.5.5).
http::response allowed_methods(const http::request& request, std::string allow) {
    if (request.method == http::method::options) {
        http::response answer(204);
        answer.add("Allow", std::move(allow));
        return answer;
    }
    auto answer = problem_response(
        problem{problem_kind::method_not_allowed,
                std::string{request.method_text} + " is not allowed here; allowed are " + allow});
    answer.add("Allow", std::move(allow));
    return answer;
}

/// Runs a route's handler; a problem becomes its answer.
asio::awaitable<http::response> run(const route& found, call& request) {
    auto parameters = parameters::parse(request.request.query, found.parameters);
    if (!parameters)
        co_return problem_response(parameters.error());
    request.parameters = std::move(*parameters);
    const bool is_once =
        found.method == http::method::post && request.request.has_header("Idempotency-Key");
    auto answering = is_once ? answer_once(request, found.handler) : found.handler(request);
    auto answer = co_await std::move(answering);
    if (answer)
        co_return std::move(*answer);
    if (answer.error().kind() == problem_kind::internal_error)
        spdlog::error("{} {}: {}", request.request.method_text, request.request.path,
                      answer.error().detail());
    co_return problem_response(answer.error());
}

/// One line for slow requests, for faults of ours, and for a share of the others.
void log(const worker& with, const http::request& request, unsigned status,
         std::chrono::steady_clock::duration took) {
    const auto share = with.options.access_log;
    const bool is_slow = took > with.options.slow_request;
    const bool is_sampled =
        share > 0 && request.id % static_cast<std::uint64_t>(1 / share + 0.5) == 0;
    if (!is_slow && status < 500 && !is_sampled)
        return;
    const double milliseconds = std::chrono::duration<double, std::milli>(took).count();
    spdlog::log(is_slow ? spdlog::level::warn : spdlog::level::info, "{}{} {}{}{} {} {:.1f} ms",
                is_slow ? "slow: " : "", request.method_text, request.path,
                request.query.empty() ? "" : "?", request.query, status, milliseconds);
}

asio::awaitable<http::response> answer(worker& with, const http::request& request) {
    auto match = find_route(request.method, request.path);
    if (!match.found) {
        if (match.lacks_id) // as 5.6.17.4 and its like say of an id that is not present
            co_return problem_response(
                problem{problem_kind::bad_request_data, "an id or name in the path is missing"});
        if (match.allow.empty())
            co_return problem_response(no_such_route(request));
        co_return allowed_methods(request, std::move(match.allow));
    }
    if (match.malformed)
        co_return problem_response(
            problem{problem_kind::invalid_request, "the path is not valid percent-encoded UTF-8"});
    call asked(request, with);
    asked.path = std::move(match.path);
    auto given = co_await run(*match.found, asked);
    // 6.3.14: the tenant is told back in every answer to a request that names it.
    if (const auto tenant = request.header("NGSILD-Tenant"); !tenant.empty())
        given.add("NGSILD-Tenant", std::string{tenant});
    const auto took = std::chrono::steady_clock::now() - request.arrived;
    with.broker.counted->count(match.found->pattern, http::to_text(request.method), given.status,
                               took);
    log(with, request, given.status, took);
    co_return given;
}

} // namespace

broker_state::broker_state() : counted(std::make_unique<metrics>()) {}
broker_state::~broker_state() = default;

void add_metrics(broker_state& state, std::function<void(std::string& out)> more) {
    state.counted->add_source(std::move(more));
}

http::handler make_handler(worker& with) {
    return [&with](http::request& request) { return answer(with, request); };
}

} // namespace meridian::api
