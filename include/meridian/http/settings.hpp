#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace meridian::http {

/// A certificate chain and its key, as PEM files; TLS 1.2 and 1.3 are spoken.
struct tls_settings {
    std::string certificate_file;
    std::string key_file;
};

/// Where the server listens, and its limits (architecture page, decision 11). Sizes in bytes.
struct settings {
    std::string address = "0.0.0.0"; ///< IPv4 or IPv6; "::" takes both
    std::uint16_t port = 0;          ///< 0: one that is free, told by `server::port`
    std::optional<tls_settings> tls;

    std::size_t header_bytes = 16'384;   ///< request line and headers, else 431
    std::size_t url_bytes = 8'192;       ///< else 414
    std::size_t body_bytes = 10'000'000; ///< else 413
    std::size_t connections = 10'000;    ///< of all threads; further ones get 503
    // Looked after by a timer that ticks in a quarter of the shortest of them, at most each second.
    std::chrono::milliseconds idle{60'000};         ///< between two requests
    std::chrono::milliseconds request_read{60'000}; ///< from first byte to last, else 408
    std::chrono::milliseconds response_write{60'000};

    bool gzip = true; ///< compress where the client accepts it
    std::size_t gzip_from_bytes = 1'024;
    int gzip_level = 1; ///< 1 (quick) to 9

    /// Origins that browsers may call from, or `*` alone for all; empty: CORS is off.
    std::vector<std::string> cors_origins;
};

} // namespace meridian::http
