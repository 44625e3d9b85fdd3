#pragma once

#include "meridian/base/json.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace meridian::test {

/// A request that a receiver took.
struct received {
    std::string method;
    std::string target;
    std::map<std::string, std::string> headers; ///< names in lower case
    std::string body;
    [[nodiscard]] json content() const { return json::parse(body, nullptr, false); }
};

/// What a receiver says to a request.
struct reply {
    unsigned status = 200;
    std::string body;
    std::string content_type = "application/ld+json";
    std::string more_headers = {}; ///< whole lines, each with its CRLF
};

/// A small HTTP server on a free port of loopback: an endpoint of notifications, a host of
/// @contexts. Each connection has a thread.
class receiver {
public:
    using answerer = std::function<reply(const received&)>;

    /// `answer` is called on the connections' threads.
    explicit receiver(answerer answer = [](const received&) { return reply{}; });
    receiver(const receiver&) = delete;
    receiver& operator=(const receiver&) = delete;
    ~receiver();

    [[nodiscard]] std::string url(std::string_view path = "/") const;
    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    /// All requests so far.
    [[nodiscard]] std::vector<received> requests() const;
    /// Waits until there are so many; gives those there are then.
    [[nodiscard]] std::vector<received>
    wait_for(std::size_t count, std::chrono::milliseconds limit = std::chrono::seconds(15));
    /// Refuses new connections and ends those there are; a second call does nothing.
    void close();

private:
    void accept();
    void serve(int socket);

    answerer answer_;
    int listener_;
    std::uint16_t port_ = 0;
    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<received> requests_;
    std::vector<int> sockets_;
    std::vector<std::thread> workers_;
    std::thread acceptor_;
};

} // namespace meridian::test
