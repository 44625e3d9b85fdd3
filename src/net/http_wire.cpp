#include "net/http_wire.hpp"

#include "meridian/base/text.hpp"

#include <algorithm>
#include <array>

namespace meridian::net {
namespace {

bool same_name(std::string_view left, std::string_view right) noexcept {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; };
    return left.size() == right.size() &&
           std::equal(left.begin(), left.end(), right.begin(),
                      [&](char a, char b) { return lower(a) == lower(b); });
}

/// Headers that the client decides, whatever the caller lists.
bool is_reserved(std::string_view name) noexcept {
    static constexpr std::array<std::string_view, 9> names{
        "Host",       "Content-Length", "Transfer-Encoding",
        "Connection", "Keep-Alive",     "Upgrade",
        "TE",         "Trailer",        "Expect"};
    return std::any_of(names.begin(), names.end(),
                       [&](auto each) { return same_name(each, name); });
}

} // namespace

std::string_view response::header(std::string_view name) const noexcept {
    for (const auto& [key, value] : headers)
        if (same_name(key, name))
            return value;
    return {};
}

result<std::string> render_head(const request& call, const url& target) {
    if (!is_token(call.method))
        return problem(problem_kind::bad_request_data, "not an HTTP method");
    std::string out = call.method;
    out.append(" ").append(target.target).append(" HTTP/1.1\r\nHost: ");
    out.append(target.authority()).append("\r\n");
    bool names_agent = false;
    for (const auto& [name, value] : call.headers) {
        if (!is_token(name) || !is_header_value(value))
            return problem(problem_kind::bad_request_data,
                           "the header \"" + name + "\" cannot be sent");
        if (is_reserved(name))
            continue;
        names_agent = names_agent || same_name(name, "User-Agent");
        out.append(name).append(": ").append(value).append("\r\n");
    }
    if (!names_agent)
        out += "User-Agent: meridian\r\n";
    const bool without = call.method == "GET" || call.method == "HEAD" || call.method == "DELETE" ||
                         call.method == "OPTIONS";
    if (!call.body.empty() || !without)
        out.append("Content-Length: ").append(std::to_string(call.body.size())).append("\r\n");
    out += "\r\n";
    return out;
}

bool is_repeatable(const request& call) noexcept {
    return call.repeatable || call.method == "GET" || call.method == "HEAD" ||
           call.method == "PUT" || call.method == "DELETE" || call.method == "OPTIONS";
}

bool is_redirect(unsigned status) noexcept {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

void redirect(request& call, unsigned status, const url& from, const url& to) {
    const bool becomes_get =
        status == 303 ? call.method != "HEAD" : status < 303 && call.method == "POST";
    const bool other_peer = from.host != to.host || from.port != to.port || (from.tls && !to.tls);
    std::erase_if(call.headers, [&](const auto& line) {
        return (other_peer &&
                (same_name(line.first, "Authorization") || same_name(line.first, "Cookie"))) ||
               (becomes_get && same_name(line.first, "Content-Type"));
    });
    if (becomes_get) {
        call.method = "GET";
        call.body.clear();
    }
}

} // namespace meridian::net
