#pragma once

#include "store/pg/connection.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

namespace meridian::store::pg {

/// The read connections of one io_context; belongs to that loop's thread.
class pool {
public:
    /// Opens `size` connections (store.md: 2 a core).
    pool(asio::any_io_executor executor, const connection_options& options, std::size_t size = 2);
    pool(const pool&) = delete;
    pool& operator=(const pool&) = delete;
    ~pool(); ///< closes the connections; what waits fails with unavailable

    /// Waits until all connections are usable. Fails with unavailable at the deadline.
    asio::awaitable<meridian::result<void>> ready(std::chrono::milliseconds deadline);

    /// The usable connection on which least waits; any where none is usable.
    [[nodiscard]] connection& pick() noexcept;

    /// `pick().execute(…)`; the connection stays alive until the answer came.
    asio::awaitable<meridian::result<pg::result>> execute(const statement& what,
                                                          const parameters& with);
    void close() noexcept;
    [[nodiscard]] std::size_t size() const noexcept { return connections_.size(); }
    /// Statements that wait or are carried out now; callable from every thread.
    [[nodiscard]] std::size_t waiting() const noexcept;
    /// Statements carried out so far; callable from every thread.
    [[nodiscard]] std::uint64_t executed() const noexcept {
        return executed_.load(std::memory_order_relaxed);
    }

private:
    std::vector<std::shared_ptr<connection>> connections_;
    std::atomic<std::uint64_t> executed_{0};
};

} // namespace meridian::store::pg
