#include "support/receiver.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace meridian::test {
namespace {

namespace beast_http = boost::beast::http;
using request_parser = beast_http::request_parser<beast_http::string_body>;

received request_of(const request_parser& parsed) {
    received request;
    request.method = std::string(parsed.get().method_string());
    request.target = std::string(parsed.get().target());
    for (const auto& field : parsed.get()) {
        std::string name(field.name_string());
        std::ranges::transform(name, name.begin(),
                               [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        request.headers.emplace(std::move(name), std::string(field.value()));
    }
    request.body = parsed.get().body();
    return request;
}

/// The next request; nothing when the peer has gone.
std::optional<received> read_request(int socket, std::string& buffered) {
    request_parser parser;
    parser.eager(true);
    parser.body_limit(boost::none);
    for (;;) {
        boost::system::error_code error;
        if (!buffered.empty())
            buffered.erase(0, parser.put(boost::asio::buffer(buffered), error));
        if (parser.is_done())
            return request_of(parser);
        if (error && error != beast_http::error::need_more)
            return std::nullopt;
        char chunk[65'536];
        const auto count = ::recv(socket, chunk, sizeof chunk, 0);
        if (count <= 0)
            return std::nullopt;
        buffered.append(chunk, static_cast<std::size_t>(count));
    }
}

std::string text_of(const reply& said) {
    return "HTTP/1.1 " + std::to_string(said.status) +
           " Said\r\nContent-Type: " + said.content_type + "\r\n" + said.more_headers +
           "Content-Length: " + std::to_string(said.body.size()) + "\r\n\r\n" + said.body;
}

} // namespace

receiver::receiver(answerer answer)
    : answer_(std::move(answer)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
        ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        throw std::runtime_error("no port to listen on");
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept(); });
}

receiver::~receiver() {
    close();
}

void receiver::close() {
    ::shutdown(listener_, SHUT_RDWR);
    if (!acceptor_.joinable())
        return;
    acceptor_.join();
    ::close(listener_);
    {
        const std::lock_guard lock(mutex_);
        for (const int socket : sockets_)
            ::shutdown(socket, SHUT_RDWR);
    }
    for (auto& each : workers_)
        each.join();
    for (const int socket : sockets_)
        ::close(socket);
}

std::string receiver::url(std::string_view path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
}

std::vector<received> receiver::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

std::vector<received> receiver::wait_for(std::size_t count, std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, limit, [&] { return requests_.size() >= count; });
    return requests_;
}

void receiver::accept() {
    for (;;) {
        const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0)
            return;
        const std::lock_guard lock(mutex_);
        sockets_.push_back(socket);
        workers_.emplace_back([this, socket] { serve(socket); });
    }
}

void receiver::serve(int socket) {
    std::string buffered;
    while (auto request = read_request(socket, buffered)) {
        const auto said = text_of(answer_(*request));
        {
            const std::lock_guard lock(mutex_);
            requests_.push_back(std::move(*request));
        }
        arrived_.notify_all();
        if (::send(socket, said.data(), said.size(), MSG_NOSIGNAL) < 0)
            break;
    }
    ::shutdown(socket, SHUT_RDWR);
}

} // namespace meridian::test
