#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

namespace meridian::http {

enum class method { get, post, put, patch, delete_, options, other };

/// The method's name as it stands in a request line; "OTHER" for `other`.
[[nodiscard]] std::string_view to_text(method value) noexcept;

/// One header line. The name is spelt as the client did.
struct header_view {
    std::string_view name;
    std::string_view value;
};

/// A request whose head and body have arrived whole. All views point into the connection's buffer
/// and live until the handler's coroutine has returned.
struct request {
    http::method method = method::other;
    bool head_only = false;       ///< the client sent HEAD; `method` is then `get`
    bool tls = false;             ///< it came over TLS
    std::string_view method_text; ///< as sent, for a 405
    std::string_view path;        ///< still percent-encoded, without the query; "*" for `OPTIONS *`
    std::string_view query;       ///< still percent-encoded, without the question mark
    std::string_view body;
    std::vector<header_view> headers; ///< in the order in which they were sent
    boost::asio::ip::tcp::endpoint remote;
    std::uint64_t id = 0;                          ///< unique within the process
    std::chrono::steady_clock::time_point arrived; ///< when its head was complete

    /// The value of the first line named `name` (case does not matter); empty where there is none.
    [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
    [[nodiscard]] bool has_header(std::string_view name) const noexcept;
};

/// Whether two header names are the same, which ASCII case does not decide.
[[nodiscard]] bool same_name(std::string_view left, std::string_view right) noexcept;

} // namespace meridian::http
