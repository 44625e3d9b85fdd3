#pragma once

#include "meridian/net/http_client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

namespace meridian::net::test {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

/// A peer whose connections are served by a script, each in a thread; it counts them.
class scripted_peer {
public:
    using script = std::function<void(tcp::socket&, int index)>;

    explicit scripted_peer(script play)
        : acceptor_(context_, {asio::ip::address_v4::loopback(), 0}), play_(std::move(play)),
          thread_([this] { accept(); }) {}
    ~scripted_peer() {
        ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
        thread_.join();
        {
            const std::lock_guard lock(mutex_);
            for (auto& each : sockets_)
                ::shutdown(each.native_handle(), SHUT_RDWR);
        }
        for (auto& each : workers_)
            each.join();
    }
    std::string url(std::string_view path) const {
        return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) +
               std::string(path);
    }
    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    int connections() const { return connections_; }

private:
    void accept() {
        for (;;) {
            boost::system::error_code error;
            auto socket = acceptor_.accept(error);
            if (error)
                return;
            const std::lock_guard lock(mutex_);
            sockets_.push_back(std::move(socket));
            auto& mine = sockets_.back();
            workers_.emplace_back([this, &mine, index = connections_++] {
                play_(mine, index);
                ::shutdown(mine.native_handle(), SHUT_RDWR);
            });
        }
    }

    asio::io_context context_;
    tcp::acceptor acceptor_;
    script play_;
    std::atomic<int> connections_ = 0;
    std::mutex mutex_;
    std::list<tcp::socket> sockets_;
    std::vector<std::thread> workers_;
    std::thread thread_;
};

/// One request's head from the socket, with as much of a body as it announces; "" at the end.
template <typename Stream>
std::string take_request(Stream& stream, std::string& buffer) {
    boost::system::error_code error;
    const auto end = asio::read_until(stream, asio::dynamic_buffer(buffer), "\r\n\r\n", error);
    if (error)
        return {};
    std::size_t length = 0;
    if (const auto at = buffer.find("Content-Length: "); at < end)
        length = std::stoul(buffer.substr(at + 16));
    if (buffer.size() < end + length)
        asio::read(stream, asio::dynamic_buffer(buffer),
                   asio::transfer_at_least(end + length - buffer.size()), error);
    auto out = buffer.substr(0, end + length);
    buffer.erase(0, end + length);
    return out;
}

template <typename Stream>
void say(Stream& stream, std::string_view text) {
    boost::system::error_code ignored;
    asio::write(stream, asio::buffer(text), ignored);
}

inline std::string ok(std::string_view body, std::string_view lines = "") {
    return "HTTP/1.1 200 OK\r\n" + std::string(lines) +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

/// Answers each request with its own text.
inline void echo(tcp::socket& socket, int) {
    std::string buffer;
    for (;;) {
        const auto asked = take_request(socket, buffer);
        if (asked.empty())
            return;
        say(socket, ok(asked));
    }
}

/// A directory of its own with a fresh self-signed certificate for localhost.
class certificate {
public:
    certificate() {
        std::string pattern = (std::filesystem::temp_directory_path() / "meridian-XXXXXX").string();
        path_ = ::mkdtemp(pattern.data());
        const auto command =
            "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost "
            "-addext subjectAltName=DNS:localhost -keyout " +
            key() + " -out " + file() + " 2>/dev/null";
        if (std::system(command.c_str()) != 0)
            throw std::runtime_error("openssl req failed");
    }
    ~certificate() { std::filesystem::remove_all(path_); }
    std::string directory() const { return path_; }
    std::string key() const { return path_ + "/key.pem"; }
    std::string file() const { return path_ + "/cert.pem"; }

private:
    std::string path_;
};

} // namespace meridian::net::test
