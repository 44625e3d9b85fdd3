#pragma once

#include "meridian/base/json.hpp"

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace meridian::test {

using header_lines = std::vector<std::pair<std::string, std::string>>;

/// What a server answered. Status 0: the connection ended or fifteen seconds passed without one.
struct http_answer {
    unsigned status = 0;
    header_lines headers;
    std::string body;

    /// The first header of that name, whatever its case; "" where there is none.
    [[nodiscard]] std::string header(std::string_view name) const;
    /// The body as JSON; a string that says so where it is none.
    [[nodiscard]] json content() const;
    bool operator==(const http_answer&) const = default;
};
std::ostream& operator<<(std::ostream& out, const http_answer& answer);

/// Sends bytes to a port of loopback and reads what comes back.
class raw_connection {
public:
    explicit raw_connection(std::uint16_t port);
    raw_connection(const raw_connection&) = delete;
    raw_connection& operator=(const raw_connection&) = delete;
    ~raw_connection();

    /// False: the peer has closed.
    bool send(std::string_view bytes) const;
    /// One answer; `bodiless` where the request was HEAD.
    [[nodiscard]] http_answer read(bool bodiless = false);
    [[nodiscard]] int descriptor() const noexcept { return socket_; }

private:
    int socket_;
    std::string buffered_;
};

/// One request a call, each on a connection of its own, to a port of loopback.
class http_client {
public:
    explicit http_client(std::uint16_t port, header_lines always = {})
        : port_(port), always_(std::move(always)) {}

    /// A body without a Content-Type header among `headers` is sent as application/json.
    [[nodiscard]] http_answer send(std::string_view method, std::string_view target,
                                   std::string_view body = {}, header_lines headers = {}) const;
    [[nodiscard]] http_answer get(std::string_view target, header_lines headers = {}) const;
    [[nodiscard]] http_answer post(std::string_view target, const json& body,
                                   header_lines headers = {}) const;
    [[nodiscard]] http_answer patch(std::string_view target, const json& body,
                                    header_lines headers = {}) const;
    [[nodiscard]] http_answer put(std::string_view target, const json& body,
                                  header_lines headers = {}) const;
    [[nodiscard]] http_answer remove(std::string_view target, header_lines headers = {}) const;

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

private:
    std::uint16_t port_;
    header_lines always_;
};

} // namespace meridian::test
