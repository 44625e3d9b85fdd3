#pragma once

#include "meridian/base/result.hpp"
#include "meridian/net/egress.hpp"
#include "meridian/net/url.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace meridian::net {

using header_list = std::vector<std::pair<std::string, std::string>>;

/// Defaults for all calls of a client; sizes in bytes.
struct client_settings {
    std::chrono::milliseconds connect_timeout{5'000}; ///< name look-up, TCP and TLS
    std::chrono::milliseconds total_timeout{30'000};  ///< of a call with its redirects
    std::size_t response_bytes = 10'000'000;
    std::size_t connections_per_host = 16;
    std::size_t waiting_per_host = 1'000; ///< calls that wait for a connection
    std::chrono::seconds keep_idle{15};
    unsigned breaker_failures = 5;
    std::chrono::milliseconds breaker_pause{10'000};
    egress_policy egress;
    bool verify_tls = true;
    std::string ca_file; ///< PEM; empty: the system's
};

struct request {
    request() = default;
    request(std::string verb, std::string address)
        : method(std::move(verb)), url(std::move(address)) {}

    std::string method = "GET";
    std::string url;
    /// Host, Content-Length, Transfer-Encoding, Connection and the like are the client's: ignored.
    header_list headers;
    std::string body;
    std::chrono::milliseconds timeout{0}; ///< 0: the client's
    std::size_t response_bytes = 0;       ///< 0: the client's
    unsigned redirects = 0;               ///< how many are followed, at most 5
    /// May be sent again after a kept connection turned out dead, beyond what the method says.
    bool repeatable = false;
};

struct response {
    unsigned status = 0;
    header_list headers;
    std::string body;
    std::string url; ///< where it came from, after redirects

    /// The first header of that name (case does not matter), or nothing.
    [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
};

/// Outbound HTTP/1.1. Belongs to one single-threaded executor, without locks, and must outlive its
/// calls; nothing of it blocks.
class http_client {
public:
    /// Fails with internal_error where `ca_file` cannot be read.
    static result<std::unique_ptr<http_client>> create(boost::asio::any_io_executor executor,
                                                       client_settings settings);
    ~http_client();
    http_client(const http_client&) = delete;
    http_client& operator=(const http_client&) = delete;

    /// Any status is a response. Fails with bad_request_data (URL or headers cannot be sent),
    /// gateway_timeout, bad_gateway (connecting, TLS, protocol, size, egress policy, redirects),
    /// unavailable (the host's circuit is open), too_many_requests (too many calls wait for it).
    boost::asio::awaitable<result<response>> send(request call);

private:
    class implementation;
    explicit http_client(std::unique_ptr<implementation> parts);
    std::unique_ptr<implementation> parts_;
};

} // namespace meridian::net
