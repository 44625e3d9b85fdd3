#pragma once

#include "meridian/base/result.hpp"
#include "meridian/base/time.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>

namespace meridian::store {

namespace asio = boost::asio;

/// The surrogate number of a tenant (table `tenant`).
using tenant_id = std::int32_t;

/// The number of who makes a change (table `subject`); 0: nobody was named.
using subject_id = std::int32_t;

namespace pg {
class pool;
}

/// How the database is reached and used.
struct database_options {
    std::string conninfo;                      ///< libpq key=value text or a postgresql:// URI
    std::string application_name = "meridian"; ///< shown in pg_stat_activity; owner of outbox rows
    std::size_t read_connections = 2;          ///< of each io_context
    std::size_t lanes = 2;                     ///< write lanes of the process
    std::chrono::milliseconds statement_timeout{30'000};
    std::chrono::milliseconds idle_in_transaction_timeout{30'000};
    /// How long a change waits for a database that is away before it is `unavailable`.
    std::chrono::milliseconds write_patience{2'000};
};

/// When transient data are due (4.22, table `expiry`), shared by everything in the process: reads
/// exclude due rows only while there can be any. Thread-safe.
class expiry_watch {
public:
    /// A row due at `micros` (since 1970) was written.
    void lower(std::int64_t micros) noexcept {
        std::int64_t seen = earliest_.load(std::memory_order_relaxed);
        while (micros < seen && !earliest_.compare_exchange_weak(seen, micros))
            ;
    }
    /// The earliest due time in the database, as the sweep found it.
    void set(std::int64_t micros) noexcept { earliest_.store(micros); }
    [[nodiscard]] std::int64_t earliest() const noexcept { return earliest_.load(); }
    static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

private:
    std::atomic<std::int64_t> earliest_{never};
};

/// Where the Temporal Evolution begins and where what is folded of it ends, as far as this process
/// has seen: shared by everything in it. Thread-safe.
class history_edges {
public:
    /// Instances with an earlier ts have been dropped.
    [[nodiscard]] timestamp horizon() const noexcept { return read(horizon_); }
    void set_horizon(timestamp at) noexcept { write(horizon_, at); }
    /// No instance with this ts or a later one was folded when a statement last told. A guess only:
    /// folding goes on in other processes.
    [[nodiscard]] timestamp fold_until() const noexcept { return read(fold_until_); }
    void set_fold_until(timestamp at) noexcept { write(fold_until_, at); }

private:
    using micros = std::atomic<std::int64_t>;
    static timestamp read(const micros& from) noexcept {
        return timestamp{std::chrono::microseconds{from.load(std::memory_order_relaxed)}};
    }
    static void write(micros& to, timestamp at) noexcept {
        to.store(at.time_since_epoch().count(), std::memory_order_relaxed);
    }

    micros horizon_{std::numeric_limits<std::int64_t>::min()};
    micros fold_until_{std::numeric_limits<std::int64_t>::min()};
};

class dictionary;

/// Whether connections are opened again when they are lost: not those of one transaction.
enum class when_lost : std::uint8_t { reconnect, give_up };

/// The read connections of one io_context, shared by `entities`, `history`, `discovery` and
/// `outbox` of that loop. Everything is called on that loop's thread.
class reader {
public:
    /// With `names`, what is read holds no name that the dictionary does not know: those that
    /// another broker on the database added are looked up before an answer is given. It must
    /// outlive the reader; without it the caller has to know all names.
    reader(asio::any_io_executor executor, const database_options& options,
           dictionary* names = nullptr, when_lost then = when_lost::reconnect);
    reader(const reader&) = delete;
    reader& operator=(const reader&) = delete;
    ~reader();

    /// Waits until the connections are usable. Fails with unavailable at the deadline.
    asio::awaitable<result<void>> ready(std::chrono::milliseconds deadline);
    /// Fails what waits with unavailable and stops reconnecting.
    void close() noexcept;

    /// For metrics; callable from every thread.
    struct figures {
        std::size_t connections = 0;
        std::size_t waiting = 0;    ///< statements that wait or are carried out now
        std::uint64_t executed = 0; ///< statements so far
    };
    [[nodiscard]] figures counted() const noexcept;

    /// Null where there is none.
    [[nodiscard]] dictionary* names() const noexcept { return names_; }
    [[nodiscard]] pg::pool& pool() noexcept { return *pool_; }
    [[nodiscard]] const asio::any_io_executor& executor() const noexcept { return executor_; }

private:
    asio::any_io_executor executor_;
    dictionary* names_;
    std::unique_ptr<pg::pool> pool_;
};

} // namespace meridian::store
