#pragma once

#include "http/cors.hpp"
#include "http/gzip.hpp"
#include "meridian/http/server.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

namespace meridian::http {

namespace asio = boost::asio;
using clock = std::chrono::steady_clock;
using tcp_socket = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;
using tcp_acceptor = asio::basic_socket_acceptor<asio::ip::tcp, asio::io_context::executor_type>;

/// What all threads of a server share; constant but for the counters.
struct shared {
    explicit shared(settings options) : limits(std::move(options)), cors(limits.cors_origins) {}

    settings limits;
    cors_policy cors;
    std::optional<asio::ssl::context> tls;
    std::atomic<std::size_t> connections{0};
    std::atomic<std::size_t> early{0}; ///< those of them that were accepted before a drain began
    std::atomic<std::size_t> listening{0}; ///< shards that accept connections
    std::atomic<std::uint64_t> next_request{1};
};

/// A connection as its shard sees it.
class connection {
public:
    enum class phase {
        idle,     ///< nothing of the next request has come
        reading,  ///< a request is arriving (or TLS is being agreed)
        handling, ///< the handler has it; no deadline of ours
        writing,
        closing, ///< waiting for the peer to close
    };

    connection() = default;
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    virtual ~connection() = default;

    [[nodiscard]] phase at() const noexcept { return phase_; }
    /// Accepted when the drain had begun: it still gets its first request answered.
    [[nodiscard]] bool late() const noexcept { return late_; }
    void set_late(bool value) noexcept { late_ = value; }
    [[nodiscard]] bool overdue(clock::time_point now) const noexcept { return now > deadline_; }
    /// Ends what the connection waits for; its coroutine then ends by itself.
    virtual void expire() = 0;
    /// Closes the socket, whatever is under way.
    virtual void abort() = 0;

protected:
    void enter(phase next, clock::time_point deadline) noexcept {
        phase_ = next;
        deadline_ = deadline;
    }

private:
    phase phase_ = phase::reading;
    clock::time_point deadline_ = clock::time_point::max();
    bool late_ = false;
};

/// One io_context's part of a server: its acceptor, its connections, and one timer that ticks
/// each second (or in a quarter of the shortest timeout), closes what is overdue and renews the
/// Date header, so that no request needs a timer of its own. All but construction happens on the
/// io_context's thread.
class shard : public std::enable_shared_from_this<shard> {
public:
    shard(asio::io_context& context, std::shared_ptr<shared> common, handler answer);

    /// Binds; port 0 takes a free one. Called before the context runs.
    result<std::uint16_t> listen(std::uint16_t port);
    void start();
    /// Each connection ends with its next answer, and those that are idle end at once; new ones
    /// are still accepted, for one request each.
    void drain();
    /// Accepts no more, and closes the new ones that have not begun to ask.
    void stop_listening();
    void abort_all();

    [[nodiscard]] asio::io_context& context() noexcept { return context_; }
    [[nodiscard]] shared& common() noexcept { return *common_; }
    [[nodiscard]] const handler& answer() const noexcept { return answer_; }
    [[nodiscard]] bool draining() const noexcept { return draining_; }
    /// Whether a connection on which nothing of a request has come may still send one.
    [[nodiscard]] bool awaits_request_of(const connection& of) const noexcept {
        return !draining_ || (listening_ && of.late());
    }
    [[nodiscard]] std::string_view date() const noexcept { return date_; }
    [[nodiscard]] gzip_writer& gzip() noexcept { return gzip_; }

    void enter(connection& added);
    void leave(connection& removed) noexcept;

private:
    asio::awaitable<void> accept();
    asio::awaitable<void> tick();
    void admit(tcp_socket socket);
    void expire_idle();
    void renew_date();

    asio::io_context& context_;
    std::shared_ptr<shared> common_;
    handler answer_;
    tcp_acceptor acceptor_;
    asio::steady_timer timer_;
    gzip_writer gzip_;
    std::unordered_set<connection*> connections_;
    std::string date_;
    std::chrono::milliseconds between_ticks_;
    bool listening_ = true;
    bool draining_ = false;
};

/// Starts the coroutine of an accepted connection, which owns all it needs.
void start_session(std::shared_ptr<shard> home, tcp_socket socket);

} // namespace meridian::http
