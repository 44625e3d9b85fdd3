#include "support/http_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <ostream>

namespace meridian::test {
namespace {

namespace beast_http = boost::beast::http;
using response_parser = beast_http::response_parser<beast_http::string_body>;

http_answer answer_of(const response_parser& parsed) {
    http_answer answer;
    answer.status = parsed.get().result_int();
    for (const auto& field : parsed.get())
        answer.headers.emplace_back(field.name_string(), field.value());
    answer.body = parsed.get().body();
    return answer;
}

bool is_header(std::string_view left, std::string_view right) {
    return boost::beast::iequals({left.data(), left.size()}, {right.data(), right.size()});
}

bool has(const header_lines& headers, std::string_view name) {
    for (const auto& each : headers)
        if (is_header(each.first, name))
            return true;
    return false;
}

} // namespace

std::string http_answer::header(std::string_view name) const {
    for (const auto& each : headers)
        if (is_header(each.first, name))
            return each.second;
    return {};
}

json http_answer::content() const {
    auto parsed = json::parse(body, nullptr, false);
    return parsed.is_discarded() ? json("not JSON: " + body) : parsed;
}

std::ostream& operator<<(std::ostream& out, const http_answer& answer) {
    out << answer.status << '\n';
    for (const auto& [name, value] : answer.headers)
        out << name << ": " << value << '\n';
    return out << '\n' << answer.body;
}

raw_connection::raw_connection(std::uint16_t port)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{15, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    sockaddr_in peer{};
    peer.sin_family = AF_INET;
    peer.sin_port = htons(port);
    peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&peer), sizeof peer) != 0) {
        ::close(socket_);
        socket_ = -1;
    }
}

raw_connection::~raw_connection() {
    if (socket_ >= 0)
        ::close(socket_);
}

bool raw_connection::send(std::string_view bytes) const {
    while (!bytes.empty()) {
        const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

http_answer raw_connection::read(bool bodiless) {
    response_parser parser;
    parser.eager(true);
    parser.skip(bodiless);
    parser.body_limit(boost::none);
    for (;;) {
        boost::system::error_code error;
        const auto taken = parser.put(boost::asio::buffer(buffered_), error);
        buffered_.erase(0, taken);
        if (parser.is_done())
            return answer_of(parser);
        if (error && error != beast_http::error::need_more)
            return {};
        char chunk[65'536];
        const auto count = ::recv(socket_, chunk, sizeof chunk, 0);
        if (count == 0 && parser.got_some())
            parser.put_eof(error); // the end of a body without a length
        if (count <= 0)
            return parser.is_done() ? answer_of(parser) : http_answer{};
        buffered_.append(chunk, static_cast<std::size_t>(count));
    }
}

http_answer http_client::send(std::string_view method, std::string_view target,
                              std::string_view body, header_lines headers) const {
    for (const auto& each : always_)
        if (!has(headers, each.first))
            headers.push_back(each);
    if (!body.empty() && !has(headers, "Content-Type"))
        headers.emplace_back("Content-Type", "application/json");
    if (!body.empty() || method == "POST" || method == "PATCH" || method == "PUT")
        headers.emplace_back("Content-Length", std::to_string(body.size()));
    std::string request = std::string(method) + ' ' + std::string(target) + " HTTP/1.1\r\n";
    request += "Host: localhost\r\nConnection: close\r\n";
    for (const auto& [name, value] : headers)
        request += name + ": " + value + "\r\n";
    request += "\r\n";
    request += body;
    raw_connection connection(port_);
    // A refusal may come, and the connection end, before all of the body was taken.
    (void)connection.send(request);
    return connection.read(method == "HEAD");
}

http_answer http_client::get(std::string_view target, header_lines headers) const {
    return send("GET", target, {}, std::move(headers));
}

http_answer http_client::post(std::string_view target, const json& body,
                              header_lines headers) const {
    return send("POST", target, to_text(body), std::move(headers));
}

http_answer http_client::patch(std::string_view target, const json& body,
                               header_lines headers) const {
    return send("PATCH", target, to_text(body), std::move(headers));
}

http_answer http_client::put(std::string_view target, const json& body,
                             header_lines headers) const {
    return send("PUT", target, to_text(body), std::move(headers));
}

http_answer http_client::remove(std::string_view target, header_lines headers) const {
    return send("DELETE", target, {}, std::move(headers));
}

} // namespace meridian::test
