#pragma once

#include "meridian/http/request.hpp"
#include "meridian/http/settings.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace meridian::http {

/// Part of a head, counted from its first byte, so that the head may move.
struct slice {
    std::uint32_t offset = 0;
    std::uint32_t length = 0;
    [[nodiscard]] std::string_view of(const char* head) const noexcept {
        return {head + offset, length};
    }
};

/// What stands in a request line and its headers. One lives as long as its connection and is
/// filled anew by `parse_head`.
struct request_head {
    http::method method = method::other;
    bool head_only = false;
    bool keep_alive = true;
    bool http_1_0 = false;
    bool expects_continue = false;
    bool transfer_encoding = false;
    std::optional<std::uint64_t> content_length;
    slice method_text;
    slice path;
    slice query;
    slice origin;
    slice accept_encoding;
    slice preflight_method;  ///< Access-Control-Request-Method
    slice preflight_headers; ///< Access-Control-Request-Headers
    std::vector<std::pair<slice, slice>> lines;
};

enum class head_fault { none, malformed, url_too_long };

/// Reads a whole head (up to and with its empty line). Whatever RFC 9112 calls invalid is
/// malformed, and so is a folded line and an HTTP/1.1 request without exactly one Host.
head_fault parse_head(std::string_view text, std::size_t url_bytes, request_head& out);

/// Finds the end of a head in bytes that arrive piece by piece.
class head_scanner {
public:
    enum class state { incomplete, complete, malformed, too_large, url_too_long };
    /// `bytes` begins where it did at the last call and may have grown.
    state scan(std::string_view bytes, const settings& limits) noexcept;
    /// Blank lines before the request line, which RFC 9112 2.2 has a server ignore.
    [[nodiscard]] std::size_t begin() const noexcept { return begin_; }
    /// The first byte behind the head, once it is complete.
    [[nodiscard]] std::size_t end() const noexcept { return seen_; }
    void reset() noexcept { *this = head_scanner(); }

private:
    [[nodiscard]] state check_first_line(std::string_view bytes,
                                         const settings& limits) const noexcept;

    std::size_t begin_ = 0;
    std::size_t line_ = 0; ///< where the present line begins
    std::size_t seen_ = 0;
    bool first_line_ended_ = false;
};

/// Fills `out` from a head and the body behind it.
void materialise(const request_head& head, const char* text, std::string_view body, request& out);

} // namespace meridian::http
