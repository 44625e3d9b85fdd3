#pragma once

#include "meridian/http/body_source.hpp"

#include <boost/container/small_vector.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace meridian::http {

/// The name of a response header: always a literal, so that none is ever copied.
class header_name {
public:
    // NOLINTNEXTLINE(google-explicit-constructor): a literal reads as what it is
    consteval header_name(const char* literal) : text_(literal) {}
    [[nodiscard]] constexpr std::string_view text() const noexcept { return text_; }

private:
    std::string_view text_;
};

/// What a handler answers. The server adds Content-Length, Content-Type (where not empty), Date,
/// Connection, and what CORS and compression ask for. A line break in a value is sent as a blank.
struct response {
    struct line {
        header_name name;
        std::string value;
    };

    response() = default;
    explicit response(unsigned code) : status(code) {}
    response(unsigned code, std::string type, std::string content)
        : status(code), content_type(std::move(type)), body(std::move(content)) {}

    unsigned status = 200;
    bool close = false; ///< ends the connection after this response
    std::string content_type;
    std::string body; ///< not sent for HEAD, 204 and 304
    /// In place of `body`, of unknown length: in chunks, to an HTTP/1.0 client up to the end of the
    /// connection. For HEAD it is asked for nothing.
    std::unique_ptr<body_source> source;
    boost::container::small_vector<line, 4> headers;

    response& add(header_name name, std::string value) & {
        headers.push_back(line{name, std::move(value)});
        return *this;
    }
};

} // namespace meridian::http
