#pragma once

#include "meridian/base/result.hpp"
#include "store/pg/outcome.hpp"
#include "store/pg/pipeline.hpp"
#include "store/pg/statement.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <unordered_set>

namespace meridian::store::pg {

namespace asio = boost::asio;

/// How a connection is opened and kept.
struct connection_options {
    std::string conninfo; ///< libpq's key=value form or a postgresql:// URI
    std::string application_name = "meridian";
    std::size_t depth = 1'024; ///< units that may wait at once; more are unavailable
    std::chrono::milliseconds statement_timeout{30'000};
    std::chrono::milliseconds idle_in_transaction_timeout{30'000};
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds first_backoff{50}; ///< doubles up to `longest_backoff`
    std::chrono::milliseconds longest_backoff{5'000};
    bool reconnects = true; ///< else a connection that is lost stays so
    bool warm_up = false;   ///< load PostGIS (first call 8-20 ms) when it opens
};

/// One connection to PostgreSQL in pipeline mode on the loop of one io_context. Any number of
/// coroutines of that loop may await on it at once; their units are carried out in the order in
/// which they were sent, each ended by its own Sync, so that an error in one touches no other.
/// Lost connections are re-opened in the background with a backoff; meanwhile everything fails at
/// once with `unavailable`. Everything is called on the executor it was created with, which must
/// be one thread (or strand).
/// Resolving a host name blocks the loop while it connects (libpq); give hostaddr, or a socket.
class connection : public std::enable_shared_from_this<connection> {
public:
    /// Starts connecting at once. `close()` must be called for it to end.
    [[nodiscard]] static std::shared_ptr<connection> open(asio::any_io_executor executor,
                                                          connection_options options);
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    ~connection();

    /// Waits until the connection is usable. Fails with unavailable at the deadline.
    asio::awaitable<meridian::result<void>> ready(std::chrono::milliseconds deadline);

    /// Runs one statement in its own implicit transaction. `with` is copied to the send buffer
    /// before the first suspension.
    /// Fails with the kinds of sqlstate.cpp; unavailable when the connection is or gets lost.
    asio::awaitable<meridian::result<pg::result>> execute(const statement& what,
                                                          const parameters& with);

    /// Runs a unit. Transactions may span units if nobody else uses this connection (lanes).
    asio::awaitable<outcome> run(const unit& work);

    /// Units that wait for an answer.
    [[nodiscard]] std::size_t load() const noexcept { return pipeline_.size(); }
    [[nodiscard]] bool is_ready() const noexcept { return ready_; }
    [[nodiscard]] const asio::any_io_executor& executor() const noexcept { return executor_; }

    /// Fails what waits with unavailable, closes the socket and stops reconnecting.
    void close() noexcept;

private:
    struct finish {
        void operator()(PGconn* owned) const noexcept { PQfinish(owned); }
    };
    using libpq = std::unique_ptr<PGconn, finish>;

    connection(asio::any_io_executor executor, connection_options options);

    static asio::awaitable<void> live(std::shared_ptr<connection> self);
    asio::awaitable<meridian::result<void>> establish();
    asio::awaitable<meridian::result<void>> handshake();
    asio::awaitable<void> read_until_lost();
    void warm_up();

    /// Sends one unit and queues `waiter` for its outcome. False: nothing was queued.
    template <typename Steps>
    bool submit(const Steps& steps, std::unique_ptr<waiter>& waiting);
    bool send_prepare(const statement& what, const parameters& with);
    bool flush();
    void wait_writable();
    /// Takes all results that have arrived; false when the connection is lost.
    bool drain();
    void lose(std::string_view why) noexcept;
    [[nodiscard]] outcome not_sent() const;
    template <typename Steps>
    asio::awaitable<outcome> submit_and_wait(const Steps& steps);

    asio::any_io_executor executor_;
    connection_options options_;
    libpq libpq_;
    std::unique_ptr<asio::posix::stream_descriptor> socket_; ///< a dup of libpq's descriptor
    pipeline pipeline_;
    std::unordered_set<std::string> prepared_;
    asio::steady_timer changed_; ///< cancelled whenever `ready_` or `closed_` changes
    std::string last_error_;
    bool ready_ = false;
    bool closed_ = false;
    bool waits_writable_ = false;
};

} // namespace meridian::store::pg
