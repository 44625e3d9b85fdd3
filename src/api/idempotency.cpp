#include "api/idempotency.hpp"

#include "api/problem_response.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <spdlog/spdlog.h>

#include <array>
#include <utility>

namespace meridian::api {
namespace {

using namespace std::chrono_literals;
using store::receipts;

constexpr std::size_t longest_key = 255;
constexpr std::chrono::milliseconds patience = 5s; ///< for a request that is under way
constexpr std::chrono::milliseconds pause_between_looks = 100ms;

/// Headers that answers to POST can have; a name is always a literal (http::header_name).
constexpr std::array<http::header_name, 5> kept_headers{"Location", "Link", "ETag",
                                                        "NGSILD-Warning", "Preference-Applied"};

std::string to_receipt(const http::response& answer) {
    json headers = json::object();
    for (const auto& line : answer.headers)
        headers[std::string{line.name.text()}] = line.value;
    json kept = {{"status", answer.status},
                 {"type", answer.content_type},
                 {"headers", std::move(headers)},
                 {"body", answer.body}};
    return to_text(kept);
}

result<http::response> from_receipt(const std::string& text) {
    json_limits limits;
    limits.members = 100;
    MERIDIAN_TRY(const auto kept, parse_json(text, limits));
    http::response answer(kept.at("status").get<unsigned>());
    answer.content_type = kept.at("type").get<std::string>();
    answer.body = kept.at("body").get<std::string>();
    for (const auto name : kept_headers)
        if (const auto line = kept.at("headers").find(name.text()); line != kept["headers"].end())
            answer.add(name, line->get<std::string>());
    return answer;
}

/// What keys are unique in: another tenant's or resource's request is another one.
std::string scope_of_key(const http::request& request) {
    std::string scope{request.header("NGSILD-Tenant")};
    return (scope += ' ') += request.path;
}

/// All that decides on the outcome.
std::string payload_of(const http::request& request) {
    std::string all;
    for (const auto part : {request.query, request.header("Content-Type"), request.header("Link"),
                            request.header("Accept"), request.body})
        all.append(std::to_string(part.size())).append(" ").append(part);
    return all;
}

/// Whether a request that is sent again should get this answer again.
bool is_final(const http::response& answer) noexcept {
    // One that is written while it is sent is a query's, and too long to be kept.
    return answer.status < 500 && answer.status != 429 && !answer.source;
}

/// Begins the request, or waits for who did.
asio::awaitable<result<receipts::receipt>> begin(const call& request, std::string key) {
    const auto scope = scope_of_key(request.request);
    const auto payload = payload_of(request.request);
    const auto until = std::chrono::steady_clock::now() + patience;
    while (true) {
        auto beginning = request.with.services.receipts.begin(scope, key, payload);
        MERIDIAN_CO_TRY(auto found, co_await std::move(beginning));
        if (found.is != receipts::state::in_progress || std::chrono::steady_clock::now() > until)
            co_return found;
        const auto executor = co_await asio::this_coro::executor;
        asio::steady_timer pause(executor, pause_between_looks);
        co_await pause.async_wait(base::await);
    }
}

asio::awaitable<void> keep(const call& request, const http::response& answer) {
    auto& kept = request.with.services.receipts;
    auto keeping = is_final(answer) ? kept.finish(request.receipt, to_receipt(answer))
                                    : kept.give_up(request.receipt);
    const auto done = co_await std::move(keeping);
    if (!done) // the answer is right all the same; a repetition finds it in progress for a while
        spdlog::warn("the answer to Idempotency-Key is not kept: {}", done.error().detail());
}

} // namespace

handler_result answer_once(call& request, handler_result (*handler)(call&)) {
    std::string key{request.request.header("Idempotency-Key")};
    if (key.empty() || key.size() > longest_key)
        co_return problem{problem_kind::invalid_request,
                          "Idempotency-Key must have 1 to 255 characters"};
    MERIDIAN_CO_TRY(const auto found, co_await begin(request, std::move(key)));
    switch (found.is) {
    case receipts::state::answered:
        co_return from_receipt(found.answer);
    case receipts::state::other:
        co_return problem{problem_kind::operation_not_supported,
                          "this Idempotency-Key was used for another payload"};
    case receipts::state::in_progress:
        co_return problem{problem_kind::conflict,
                          "the request with this Idempotency-Key is still being worked at"};
    case receipts::state::begun:
        break;
    }
    request.receipt = found.id;
    auto outcome = co_await handler(request);
    auto answer = outcome ? std::move(*outcome) : problem_response(outcome.error());
    co_await keep(request, answer);
    if (!outcome)
        co_return outcome.error();
    co_return answer;
}

std::optional<store::change_receipt>
receipt_of(const call& request, std::function<http::response(const ngsild::change&)> answer) {
    if (request.receipt == 0)
        return std::nullopt;
    return store::change_receipt(request.receipt,
                                 [answer = std::move(answer)](const ngsild::change& made) {
                                     return to_receipt(answer(made));
                                 });
}

} // namespace meridian::api
