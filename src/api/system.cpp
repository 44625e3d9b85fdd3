/// The broker's own resources, and clause 6.33.
#include "api/handlers.hpp"
#include "api/metrics.hpp"
#include "meridian/api/broker.hpp"

#include <fmt/format.h>

namespace meridian::api {
namespace {

http::response json_answer(const json& body, unsigned status = 200) {
    return {status, "application/json", to_text(body)};
}

} // namespace

/// `/version`: what this broker is, as users of other brokers look for it.
handler_result version(call& request) {
    const auto uptime = std::chrono::duration_cast<std::chrono::seconds>(
        std::chrono::steady_clock::now() - request.with.broker.started);
    json body = json::object();
    body["meridian version"] = MERIDIAN_VERSION;
    body["specification"] = "ETSI GS CIM 009 V1.9.1";
    body["uptime"] = uptime.count();
    co_return json_answer(body);
}

/// `/q/health`: the process lives.
handler_result health(call&) {
    co_return json_answer(json{{"status", "UP"}});
}

/// `/q/ready`: the database answers (it was migrated before this broker listened) and the broker is
/// not draining.
handler_result ready(call& request) {
    if (request.with.broker.draining)
        co_return json_answer(json{{"status", "DOWN"}, {"reason", "the broker is stopping"}}, 503);
    const auto answered = co_await request.with.services.discovery.types(0);
    if (!answered)
        co_return json_answer(json{{"status", "DOWN"}, {"reason", answered.error().detail()}}, 503);
    co_return json_answer(json{{"status", "UP"}});
}

/// `/metrics` in Prometheus' text format.
handler_result show_metrics(call& request) {
    co_return http::response(200, metrics::media_type, request.with.broker.counted->render());
}

/// 6.33.3.1 GET info/sourceIdentity: 5.15.1 with 5.2.40.
handler_result source_identity(call& request) {
    MERIDIAN_CO_TRY(const auto type,
                    negotiate(request.request.header("Accept"), geo_json_answers::no));
    MERIDIAN_CO_TRY(auto context, co_await context_of_link(request));
    const auto& broker = request.with.broker;
    const auto& options = request.with.options;
    const auto uptime = std::chrono::duration_cast<std::chrono::seconds>(
        std::chrono::steady_clock::now() - broker.started);
    json body = json::object();
    body["id"] = options.source_id;
    body["type"] = "ContextSourceIdentity";
    // 5.2.40: with several tenants the alias identifies the tenant too.
    const auto tenant = request.request.header("NGSILD-Tenant");
    body["contextSourceAlias"] = federation::alias_of(broker.alias, tenant);
    body["contextSourceUptime"] = fmt::format("PT{}S", uptime.count());
    body["contextSourceTimeAt"] = to_text(worker::now());
    if (type == media_type::ld_json)
        body["@context"] = json::parse(context->member_text());
    co_return answer_with(type, *context, to_text(body));
}

} // namespace meridian::api
