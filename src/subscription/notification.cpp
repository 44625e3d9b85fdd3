#include "subscription/notification.hpp"

#include "meridian/base/json.hpp"
#include "meridian/jsonld/link_header.hpp"

#include <array>
#include <fmt/format.h>
#include <random>

namespace meridian::subscription {
namespace {

std::string_view media_type(accepted accept) noexcept {
    switch (accept) {
    case accepted::json:
        return "application/json";
    case accepted::ld_json:
        return "application/ld+json";
    case accepted::geo_json:
        break;
    }
    return "application/geo+json";
}

/// 6.3.8: with application/json, and GeoJSON that the receiver prefers so, the @context is named in
/// a Link header; else it is in the body.
bool has_link(const endpoint& to) noexcept {
    return to.accept == accepted::json || (to.accept == accepted::geo_json && to.prefers_json_body);
}

/// An @context without a URL is that of a Subscription which was made before such got one (5.13.1).
std::string link_to(const jsonld::context& context) {
    const auto& url = context.link_url();
    return jsonld::render_context_link(url.empty() ? jsonld::core_context_url
                                                   : std::string_view{url});
}

} // namespace

std::string make_urn(std::string_view kind) {
    thread_local std::mt19937_64 source = [] {
        std::random_device device;
        std::seed_seq seed{device(), device(), device(), device(), device(), device()};
        return std::mt19937_64(seed);
    }();
    const auto high = source();
    const auto low = source();
    // RFC 4122 4.4: version 4, variant 1.
    return fmt::format("urn:ngsi-ld:{}:{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}", kind, high >> 32,
                       (high >> 16) & 0xffff, high & 0xfff, 0x8000 | ((low >> 48) & 0x3fff),
                       low & 0xffffffffffff);
}

std::string render_notification(const definition& of, std::string_view entities,
                                const envelope& around) {
    const bool is_geo = of.endpoint.accept == accepted::geo_json;
    std::string out = R"({"id":)";
    out.reserve(entities.size() + 512);
    append_json_string(out, around.id);
    out += R"(,"type":"Notification","subscriptionId":)";
    append_json_string(out, of.id);
    out.append(R"(,"notifiedAt":")").append(to_text(around.notified_at));
    out += R"(","data":)";
    // 5.3.1: with GeoJSON the @context is a member of the FeatureCollection.
    out += is_geo ? R"({"type":"FeatureCollection","features":[)" : "[";
    out.append(entities).push_back(']');
    if (is_geo) {
        if (!has_link(of.endpoint))
            out.append(R"(,"@context":)").append(around.context.member_text());
        out += '}';
    } else if (!has_link(of.endpoint)) {
        out.append(R"(,"@context":)").append(around.context.member_text());
    }
    out += '}';
    return out;
}

net::request make_post(const definition& of, std::string body, const envelope& around,
                       std::chrono::milliseconds timeout) {
    net::request call("POST", of.endpoint.uri);
    call.body = std::move(body);
    call.timeout = of.endpoint.timeout.count() > 0 ? of.endpoint.timeout : timeout;
    call.response_bytes = 64 * 1024; // nothing in it is read
    call.headers.emplace_back("Content-Type", media_type(of.endpoint.accept));
    if (has_link(of.endpoint))
        call.headers.emplace_back("Link", link_to(around.context));
    if (!around.tenant.empty())
        call.headers.emplace_back("NGSILD-Tenant", around.tenant);
    for (const auto& one : of.endpoint.receiver_info)
        call.headers.push_back(one);
    return call;
}

net::mqtt_message make_message(const definition& of, std::string_view body, const envelope& around,
                               std::chrono::milliseconds timeout) {
    json metadata = {{"Content-Type", media_type(of.endpoint.accept)}};
    if (has_link(of.endpoint))
        metadata["Link"] = link_to(around.context);
    // CHOICE: 7.2 does not name the Tenant; it is told as the HTTP binding tells it.
    if (!around.tenant.empty())
        metadata["NGSILD-Tenant"] = around.tenant;
    for (const auto& [key, value] : of.endpoint.receiver_info)
        metadata[key] = value;
    net::mqtt_message message(
        of.endpoint.uri, fmt::format(R"({{"metadata":{},"body":{}}})", to_text(metadata), body));
    message.version = of.endpoint.version;
    message.quality = of.endpoint.quality;
    message.timeout = of.endpoint.timeout.count() > 0 ? of.endpoint.timeout : timeout;
    return message;
}

} // namespace meridian::subscription
