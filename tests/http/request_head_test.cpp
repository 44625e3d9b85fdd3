#include "http/request_head.hpp"

#include <gtest/gtest.h>

#include <string>

using namespace meridian;
using state = http::head_scanner::state;

namespace {

/// What the scanner says of bytes that arrive `step` at a time.
state scan(std::string_view bytes, std::size_t step) {
    http::settings limits;
    limits.header_bytes = 200;
    limits.url_bytes = 40;
    http::head_scanner scanner;
    auto said = state::incomplete;
    for (std::size_t size = 0; said == state::incomplete && size < bytes.size();) {
        size = std::min(size + step, bytes.size());
        said = scanner.scan(bytes.substr(0, size), limits);
    }
    return said;
}

} // namespace

TEST(http_head_scanner, what_it_says_does_not_depend_on_the_pieces) {
    const std::string url(40, 'u');
    const std::pair<std::string, state> rows[] = {
        {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", state::complete},
        {"\r\n\r\nGET / HTTP/1.1\r\n\r\n", state::complete},
        {"~ET / HTTP/1.1\r\n\r\n", state::complete}, // a token as any other; no method of ours
        {"GET / HTTP/1.1\r\nHost: h\r\n", state::incomplete},
        {"{\"a\":1}\r\n\r\n", state::malformed},
        {"\r\n\x16\x03\x01\r\n\r\n", state::malformed},
        {"\rG / HTTP/1.1\r\n\r\n", state::malformed},
        {"GET / HTTP/1.1\n\n", state::malformed},
        {"OPTIONS " + url + " HTTP/1.1\r\n\r\n", state::complete},
        {"GET " + url + url + " HTTP/1.1\r\n\r\n", state::url_too_long},
        {std::string(90, 'M') + " / HTTP/1.1\r\n\r\n", state::url_too_long},
        {"GET / HTTP/1.1\r\nA: " + std::string(200, 'a') + "\r\n\r\n", state::too_large},
    };
    for (const auto& [bytes, expected] : rows)
        for (const std::size_t step : {1UL, 2UL, 7UL, 1'000UL})
            EXPECT_EQ(scan(bytes, step), expected) << bytes << " by " << step;
}
