#pragma once

#include "meridian/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace meridian::net {

/// An http or https URL, ready to be called.
struct url {
    bool tls = false;
    std::string host; ///< lower case; an IPv6 address stands without its brackets
    std::uint16_t port = 80;
    std::string target = "/"; ///< path and query, ASCII only

    /// `host` or `host:port` as the Host header wants it.
    [[nodiscard]] std::string authority() const;
    bool operator==(const url&) const = default;
};

/// Fails with bad_request_data for another scheme, user information (credentials belong in
/// headers), a bad host or port, blanks and control characters. Bytes beyond ASCII in the path or
/// query are percent-encoded; a fragment is dropped.
[[nodiscard]] result<url> parse_url(std::string_view text);

/// RFC 3986 5.2 for what a Location header may hold: an absolute URL, `//host…`, `/path` or a
/// relative path.
[[nodiscard]] result<url> resolve(const url& base, std::string_view reference);

/// Clause 7.2: `mqtt[s]://[user][:password]@host[:port]/topic[/subtopic]*`.
struct mqtt_url {
    bool tls = false;
    std::string user;     ///< percent-decoded
    std::string password; ///< percent-decoded
    std::string host;
    std::uint16_t port = 1883; ///< 8883 for mqtts
    std::string topic;         ///< percent-decoded, without the leading slash
    bool operator==(const mqtt_url&) const = default;
};

/// Fails with bad_request_data as `parse_url` does, and for an absent topic or one with wildcards.
[[nodiscard]] result<mqtt_url> parse_mqtt_url(std::string_view text);

} // namespace meridian::net
