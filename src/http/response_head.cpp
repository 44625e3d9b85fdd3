#include "http/response_head.hpp"

#include "meridian/base/problem_details.hpp"

#include <boost/beast/http/status.hpp>

#include <charconv>

namespace meridian::http {
namespace {

void append_number(std::string& out, std::size_t value) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    out.append(digits, end);
}

void append_status_line(std::string& out, unsigned status) {
    switch (status) {
    case 200:
        out += "HTTP/1.1 200 OK\r\n";
        return;
    case 201:
        out += "HTTP/1.1 201 Created\r\n";
        return;
    case 204:
        out += "HTTP/1.1 204 No Content\r\n";
        return;
    default:
        break;
    }
    out += "HTTP/1.1 ";
    append_number(out, status);
    out += ' ';
    const auto reason =
        boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(status));
    out.append(reason.data(), reason.size());
    out += "\r\n";
}

/// A value that some user's data found its way into must not begin a line of its own.
void append_value(std::string& out, std::string_view value) {
    for (const char c : value)
        out += c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
}

void append_line(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    out += ": ";
    append_value(out, value);
    out += "\r\n";
}

} // namespace

void append_head(std::string& out, const response& answer, const response_frame& frame) {
    append_status_line(out, answer.status);
    if (!answer.content_type.empty() && may_have_body(answer.status))
        append_line(out, "Content-Type", answer.content_type);
    for (const auto& line : answer.headers)
        append_line(out, line.name.text(), line.value);
    out += frame.extra_lines;
    if (answer.source) {
        out += frame.chunked ? "Transfer-Encoding: chunked\r\n" : "";
    } else if (may_have_body(answer.status)) {
        out += "Content-Length: ";
        append_number(out, answer.body.size());
        out += "\r\n";
    }
    out += "Date: ";
    out += frame.date;
    if (!frame.keep_alive)
        out += "\r\nConnection: close";
    else if (frame.say_keep_alive)
        out += "\r\nConnection: keep-alive";
    out += "\r\n\r\n";
}

response refusal(const problem& why) {
    response out(status_of(why.kind()), "application/json", to_text(problem_details(why)));
    out.close = true;
    return out;
}

} // namespace meridian::http
