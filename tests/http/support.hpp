#pragma once

#include "meridian/http/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>

#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace meridian::http::test {

namespace asio = boost::asio;

/// A server with as many threads as asked for, on a free port of loopback.
class running_server {
public:
    explicit running_server(handler answer, settings options = {}, std::size_t threads = 1) {
        options.address = "127.0.0.1";
        std::vector<asio::io_context*> pointers;
        for (std::size_t i = 0; i < threads; ++i) {
            contexts_.push_back(std::make_unique<asio::io_context>(1));
            pointers.push_back(contexts_.back().get());
        }
        auto created = server::create(pointers, std::move(options), std::move(answer));
        if (!created)
            throw std::runtime_error(created.error().detail());
        server_ = std::move(*created);
        for (auto& context : contexts_) {
            guards_.push_back(asio::make_work_guard(*context));
            threads_.emplace_back([&context] { context->run(); });
        }
    }
    ~running_server() {
        server_.reset();
        guards_.clear();
        for (auto& context : contexts_)
            context->stop();
        for (auto& thread : threads_)
            thread.join();
    }
    server& operator*() { return *server_; }
    server* operator->() { return server_.get(); }
    asio::io_context& context() { return *contexts_.front(); }
    std::future<bool> drain(std::chrono::milliseconds patience,
                            std::chrono::milliseconds notice = {}) {
        return asio::co_spawn(context(), server_->drain(patience, notice), asio::use_future);
    }

private:
    std::vector<std::unique_ptr<asio::io_context>> contexts_;
    std::vector<asio::executor_work_guard<asio::io_context::executor_type>> guards_;
    std::unique_ptr<server> server_;
    std::vector<std::thread> threads_;
};

/// A client that sends exactly what it is told. Reading gives up after five seconds.
class raw_client {
public:
    explicit raw_client(std::uint16_t port) : socket_(context_) {
        socket_.connect({asio::ip::address_v4::loopback(), port});
        const timeval patience{5, 0};
        ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    }
    raw_client& send(std::string_view text) {
        boost::system::error_code ignored;
        asio::write(socket_, asio::buffer(text), ignored);
        return *this;
    }
    /// Everything up to the peer's close.
    std::string read_all() {
        while (more()) {
        }
        return std::exchange(buffer_, {});
    }
    /// One response with its Date line taken out; `bodiless` where the request was HEAD.
    std::string read_one(bool bodiless = false) {
        std::size_t end = 0;
        while ((end = buffer_.find("\r\n\r\n")) == std::string::npos)
            if (!more())
                return "closed:" + std::exchange(buffer_, {});
        std::size_t length = 0;
        if (const auto at = buffer_.find("Content-Length: "); at < end && !bodiless)
            length = std::stoul(buffer_.substr(at + 16));
        while (buffer_.size() < end + 4 + length)
            if (!more())
                return "closed:" + std::exchange(buffer_, {});
        auto out = buffer_.substr(0, end + 4 + length);
        buffer_.erase(0, end + 4 + length);
        return without_date(std::move(out));
    }
    void close() { socket_.close(); }
    static std::string without_date(std::string text) {
        if (const auto at = text.find("Date: "); at != std::string::npos)
            text.erase(at, text.find("\r\n", at) + 2 - at);
        return text;
    }

private:
    bool more() {
        char chunk[65'536];
        const auto count = ::recv(socket_.native_handle(), chunk, sizeof chunk, 0);
        if (count <= 0)
            return false;
        buffer_.append(chunk, static_cast<std::size_t>(count));
        return true;
    }
    asio::io_context context_;
    asio::ip::tcp::socket socket_;
    std::string buffer_;
};

/// Answers with what it was asked: "GET /path?query body".
inline asio::awaitable<response> echo(request& asked) {
    response out(200, "text/plain", std::string(asked.method_text));
    out.body.append(" ").append(asked.path).append("?").append(asked.query).append(" ");
    out.body.append(asked.body);
    co_return out;
}

} // namespace meridian::http::test
