#include "meridian/net/url.hpp"

#include "meridian/base/uri.hpp"

#include <boost/asio/ip/address_v6.hpp>

#include <charconv>
#include <optional>

namespace meridian::net {
namespace {

problem bad(std::string_view text, std::string_view why) {
    std::string detail(why);
    return problem(problem_kind::bad_request_data,
                   detail.append(": \"").append(text.substr(0, 200)).append("\""));
}

char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Takes `scheme` off the front, whatever its case.
bool take_scheme(std::string_view& text, std::string_view scheme) noexcept {
    if (text.size() < scheme.size())
        return false;
    for (std::size_t i = 0; i < scheme.size(); ++i)
        if (lower(text[i]) != scheme[i])
            return false;
    text.remove_prefix(scheme.size());
    return true;
}

bool is_host_name(std::string_view host) noexcept {
    if (host.empty() || host.size() > 253)
        return false;
    for (const char c : host) {
        const char l = lower(c);
        if (!((l >= 'a' && l <= 'z') || (l >= '0' && l <= '9') || l == '-' || l == '.' || l == '_'))
            return false;
    }
    return true;
}

struct place {
    std::string host;
    std::optional<std::uint16_t> port;
};

/// `host`, `host:port`, `[v6]` or `[v6]:port`.
std::optional<place> parse_place(std::string_view text) {
    place out;
    std::string_view port;
    bool has_port = false;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos)
            return std::nullopt;
        out.host = std::string(text.substr(1, end - 1));
        // RFC 3986 3.2.2. Asio reads up to a NUL, and takes anything at all behind "%" for a zone.
        if (out.host.find_first_not_of("0123456789abcdefABCDEF:.") != std::string::npos)
            return std::nullopt;
        boost::system::error_code error;
        (void)boost::asio::ip::make_address_v6(out.host, error);
        const auto rest = text.substr(end + 1);
        if (error || (!rest.empty() && rest.front() != ':'))
            return std::nullopt;
        has_port = !rest.empty();
        port = has_port ? rest.substr(1) : rest;
    } else {
        const auto colon = text.find(':');
        out.host = std::string(text.substr(0, colon));
        has_port = colon != std::string_view::npos;
        port = has_port ? text.substr(colon + 1) : std::string_view();
        if (!is_host_name(out.host))
            return std::nullopt;
    }
    for (auto& c : out.host)
        c = lower(c);
    if (has_port && !port.empty()) {
        std::uint16_t number = 0;
        const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
        if (error != std::errc() || end != port.data() + port.size() || number == 0)
            return std::nullopt;
        out.port = number;
    }
    return out;
}

/// Path and query for a request line; nothing where a byte may not stand in one.
std::optional<std::string> to_target(std::string_view text) {
    text = text.substr(0, text.find('#'));
    std::string out;
    if (text.empty() || text.front() == '?')
        out = "/";
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte <= 0x20 || byte == 0x7f)
            return std::nullopt;
        if (byte < 0x80)
            out += text[i];
        else
            out += encode_path_segment(text.substr(i, 1));
    }
    return out;
}

std::string without_dot_segments(std::string_view path) {
    std::string out;
    while (!path.empty()) {
        path.remove_prefix(1); // the slash
        const auto segment = path.substr(0, path.find('/'));
        path.remove_prefix(segment.size());
        const bool last = path.empty();
        if (segment == "..") {
            const auto slash = out.rfind('/');
            out.resize(slash == std::string::npos ? 0 : slash);
        } else if (segment != ".") {
            out.append("/").append(segment);
            continue;
        }
        if (last)
            out += '/';
    }
    return out.empty() ? "/" : out;
}

} // namespace

std::string url::authority() const {
    std::string out = host.find(':') == std::string::npos ? host : "[" + host + "]";
    if (port != (tls ? 443 : 80))
        out.append(":").append(std::to_string(port));
    return out;
}

result<url> parse_url(std::string_view text) {
    auto rest = text;
    url out;
    out.tls = take_scheme(rest, "https://");
    if (!out.tls && !take_scheme(rest, "http://"))
        return bad(text, "not an http or https URL");
    const auto authority = rest.substr(0, rest.find_first_of("/?#"));
    if (authority.find('@') != std::string_view::npos)
        return bad("", "a URL must not hold user information");
    auto at = parse_place(authority);
    if (!at)
        return bad(text, "a URL's host or port is malformed");
    auto target = to_target(rest.substr(authority.size()));
    if (!target)
        return bad(text.substr(0, text.find('?')), "a URL holds a blank or control character");
    out.host = std::move(at->host);
    out.port = at->port.value_or(out.tls ? 443 : 80);
    out.target = std::move(*target);
    return out;
}

result<url> resolve(const url& base, std::string_view reference) {
    const std::string scheme = base.tls ? "https:" : "http:";
    auto rest = reference;
    if (take_scheme(rest, "http://") || take_scheme(rest, "https://"))
        return parse_url(reference);
    if (reference.starts_with("//"))
        return parse_url(scheme + std::string(reference));
    const auto colon = reference.find(':');
    if (colon != std::string_view::npos && colon < reference.find_first_of("/?#"))
        return bad(reference, "not an http or https URL");
    std::string target;
    const auto base_path = std::string_view(base.target).substr(0, base.target.find('?'));
    if (reference.starts_with('/'))
        target = std::string(reference);
    else if (reference.empty() || reference.front() == '?' || reference.front() == '#')
        target = std::string(base_path).append(reference);
    else
        target = std::string(base_path.substr(0, base_path.rfind('/') + 1)).append(reference);
    target.resize(std::min(target.find('#'), target.size()));
    const auto path_end = std::min(target.find('?'), target.size());
    auto path = without_dot_segments(std::string_view(target).substr(0, path_end));
    return parse_url(scheme + "//" + base.authority() + path + target.substr(path_end));
}

result<mqtt_url> parse_mqtt_url(std::string_view text) {
    auto rest = text;
    mqtt_url out;
    out.tls = take_scheme(rest, "mqtts://");
    if (!out.tls && !take_scheme(rest, "mqtt://"))
        return bad(text, "not an mqtt or mqtts URI");
    auto authority = rest.substr(0, rest.find('/'));
    const auto path = rest.substr(authority.size());
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
        const auto credentials = authority.substr(0, at);
        authority.remove_prefix(at + 1);
        const auto colon = credentials.find(':');
        auto user = percent_decode(credentials.substr(0, colon), plus_is_blank::no);
        auto password = colon == std::string_view::npos
                            ? std::optional<std::string>(std::string())
                            : percent_decode(credentials.substr(colon + 1), plus_is_blank::no);
        if (!user || !password)
            return bad("", "the credentials of an MQTT URI are malformed");
        out.user = std::move(*user);
        out.password = std::move(*password);
    }
    auto at = parse_place(authority);
    if (!at)
        return bad(authority, "the host or port of an MQTT URI is malformed");
    auto topic = percent_decode(path.empty() ? path : path.substr(1), plus_is_blank::no);
    if (!topic || topic->empty() || topic->size() > 65'535 ||
        topic->find_first_of("+#") != std::string::npos)
        return bad(path, "the topic of an MQTT URI is absent or malformed");
    out.host = std::move(at->host);
    out.port = at->port.value_or(out.tls ? 8'883 : 1'883);
    out.topic = std::move(*topic);
    return out;
}

} // namespace meridian::net
