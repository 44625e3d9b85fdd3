#include "meridian/federation/forwarder.hpp"

#include "meridian/base/await.hpp"
#include "meridian/net/url.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <fmt/format.h>

namespace meridian::federation {
namespace {

constexpr std::string_view from_request = "urn:ngsi-ld:request";

timestamp now() {
    return std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now());
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

/// 4.3.6.5, 4.3.6.6, 6.3.19: keys that mean something else, or that cannot be overridden.
bool is_no_header(std::string_view key) {
    static constexpr std::array<std::string_view, 14> kept{"accept",
                                                           "contenttype",
                                                           "jsonldcontext",
                                                           "ngsildconformance",
                                                           "ngsild-tenant",
                                                           "via",
                                                           "link",
                                                           "content-type",
                                                           "content-length",
                                                           "host",
                                                           "connection",
                                                           "transfer-encoding",
                                                           "te",
                                                           "upgrade"};
    return std::ranges::find(kept, lower(key)) != kept.end();
}

/// The headers of a forwarded request.
net::header_list headers_of(const outgoing& request, const trigger& from) {
    const auto& source = *request.source;
    net::header_list headers;
    const auto accept = source.source_info_of("accept");
    headers.emplace_back("Accept", accept.empty() ? "application/json" : std::string(accept));
    std::string via;
    for (const auto& one : from.via)
        via += "1.1 " + one + ", ";
    headers.emplace_back("Via", via + "1.1 " + from.own_alias);
    if (!source.tenant.empty())
        headers.emplace_back("NGSILD-Tenant", source.tenant);
    if (!request.context_url.empty() && !request.ld_json)
        headers.emplace_back("Link", "<" + request.context_url +
                                         ">; rel=\"http://www.w3.org/ns/json-ld#context\"; "
                                         "type=\"application/ld+json\"");
    if (!request.body.empty())
        headers.emplace_back("Content-Type",
                             request.ld_json ? "application/ld+json" : "application/json");
    for (const auto& [key, value] : source.source_info) {
        if (is_no_header(key))
            continue;
        auto sent = value == from_request ? (from.header ? from.header(key) : "") : value;
        if (!sent.empty())
            headers.emplace_back(key, std::move(sent));
    }
    return headers;
}

/// CHOICE: an endpoint may name the API's root with or without its path.
std::string url_of(const outgoing& request) {
    constexpr std::string_view root = "/ngsi-ld/v1";
    const auto& endpoint = request.source->endpoint;
    return endpoint + (endpoint.ends_with(root) ? "" : std::string(root)) + request.target;
}

/// By which turns are taken; what is no URL is the client's to refuse.
std::string host_of(const std::string& address) {
    const auto parsed = net::parse_url(address);
    return parsed ? (parsed->tls ? "https://" : "http://") + parsed->authority() : std::string();
}

bool is_cooling(const registration& source) {
    if (source.cooldown.count() == 0)
        return false;
    const auto failure = source.books->last_failure.load();
    return failure > source.books->last_success.load() &&
           now() - timestamp{std::chrono::microseconds{failure}} < source.cooldown;
}

void keep_books(const registration& source, const result<net::response>& answer) {
    const auto at = now().time_since_epoch().count();
    const bool failed = !answer || answer->status >= 300;
    ++source.books->sent;
    if (failed) {
        ++source.books->failed;
        source.books->last_failure = at;
    } else {
        source.books->last_success = at;
    }
}

/// Requests of one operation on their way.
struct batch {
    std::vector<result<net::response>> answers;
    std::size_t left = 0;
    std::unique_ptr<asio::steady_timer> done;
};

} // namespace

bool trigger::has_passed(std::string_view alias) const noexcept {
    return std::ranges::any_of(via, [&](const std::string& one) { return one == alias; });
}

std::string alias_of(std::string_view broker, std::string_view tenant) {
    constexpr std::string_view others = "!#$&'*+-.^_`|~:[]";
    std::string alias;
    const auto append = [&](std::string_view text) {
        for (const char c : text) {
            if (std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                others.find(c) != std::string_view::npos)
                alias += c;
            else
                alias += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    };
    append(broker);
    if (!tenant.empty()) {
        alias += '-';
        append(tenant);
    }
    return alias;
}

std::vector<std::string> parse_via(std::string_view value) {
    std::vector<std::string> aliases;
    while (!value.empty()) {
        const auto comma = value.find(',');
        auto part = value.substr(0, comma);
        value.remove_prefix(comma == std::string_view::npos ? value.size() : comma + 1);
        const auto blank = " \t";
        // protocol, received-by, and perhaps a comment (RFC 7230 5.7.1)
        const auto begin = part.find_first_not_of(blank);
        if (begin == std::string_view::npos)
            continue;
        part.remove_prefix(begin);
        const auto gap = part.find_first_of(blank);
        if (gap == std::string_view::npos)
            continue;
        part.remove_prefix(std::min(part.find_first_not_of(blank, gap), part.size()));
        part = part.substr(0, part.find_first_of(blank));
        if (!part.empty())
            aliases.emplace_back(part);
    }
    return aliases;
}

std::string encode_query_value(std::string_view text) {
    constexpr std::string_view others = "-._~:/,;@!*'()$";
    std::string out;
    for (const char c : text) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0 ||
            others.find(c) != std::string_view::npos)
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

result<void> forwarder::check_number(std::size_t registrations) const {
    if (registrations <= settings_.most)
        return {};
    return problem{
        problem_kind::too_complex_query,
        fmt::format("{} Context Source Registrations match, and a request is distributed "
                    "to {} at most: name a type, or ask with local=true",
                    registrations, settings_.most)};
}

asio::awaitable<result<net::response>> forwarder::send(outgoing request, net::header_list headers) {
    const auto& source = *request.source;
    if (is_cooling(source))
        co_return problem{problem_kind::gateway_timeout,
                          "the Context Source failed a moment ago and is left alone (5.2.34)"};
    net::request call(request.method, url_of(request));
    call.headers = std::move(headers);
    call.body = std::move(request.body);
    call.timeout = source.timeout.count() > 0 ? source.timeout : settings_.timeout;
    auto waiting = turns_.wait(host_of(call.url), turns::clock::now() + call.timeout);
    MERIDIAN_CO_TRY(const auto held, co_await std::move(waiting));
    auto sending = client_.send(std::move(call));
    auto answer = co_await std::move(sending);
    keep_books(source, answer);
    co_return answer;
}

asio::awaitable<std::vector<result<net::response>>>
forwarder::send_all(std::vector<outgoing> requests, const trigger& from) {
    const auto executor = co_await asio::this_coro::executor;
    auto shared = std::make_shared<batch>();
    const problem unsent(problem_kind::internal_error, "not sent");
    shared->answers.assign(requests.size(), result<net::response>(unsent));
    if (requests.size() == 1) { // mostly
        auto headers = headers_of(requests.front(), from);
        auto sending = send(std::move(requests.front()), std::move(headers));
        shared->answers.front() = co_await std::move(sending);
        co_return std::move(shared->answers);
    }
    shared->left = requests.size();
    shared->done =
        std::make_unique<asio::steady_timer>(executor, asio::steady_timer::time_point::max());
    for (std::size_t at = 0; at < requests.size(); ++at) {
        auto headers = headers_of(requests[at], from);
        auto keep = [shared, at](const std::exception_ptr& thrown, result<net::response> answer) {
            if (!thrown)
                shared->answers[at] = std::move(answer);
            if (--shared->left == 0)
                shared->done->cancel();
        };
        asio::co_spawn(executor, send(std::move(requests[at]), std::move(headers)),
                       std::move(keep));
    }
    if (shared->left > 0)
        co_await shared->done->async_wait(base::await);
    co_return std::move(shared->answers);
}

} // namespace meridian::federation
