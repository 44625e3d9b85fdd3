#pragma once

#include "store/pg/connection.hpp"

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

private:
    std::vector<std::shared_ptr<connection>> connections_;
};

} // namespace meridian::store::pg
