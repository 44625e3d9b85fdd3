#include "store/pg/pool.hpp"

#include <algorithm>
#include <cassert>

namespace meridian::store::pg {

pool::pool(asio::any_io_executor executor, const connection_options& options, std::size_t size) {
    assert(size > 0);
    for (std::size_t i = 0; i < size; ++i)
        connections_.push_back(connection::open(executor, options));
}

pool::~pool() {
    close();
}

asio::awaitable<meridian::result<void>> pool::ready(std::chrono::milliseconds deadline) {
    for (const auto& one : connections_)
        MERIDIAN_CO_CHECK(co_await one->ready(deadline));
    co_return meridian::result<void>{};
}

connection& pool::pick() noexcept {
    const auto burden = [](const std::shared_ptr<connection>& one) {
        return std::pair(!one->is_ready(), one->load());
    };
    return **std::ranges::min_element(connections_, {}, burden);
}

asio::awaitable<meridian::result<pg::result>> pool::execute(const statement& what,
                                                            const parameters& with) {
    executed_.fetch_add(1, std::memory_order_relaxed);
    return pick().execute(what, with);
}

std::size_t pool::waiting() const noexcept {
    std::size_t all = 0;
    for (const auto& one : connections_)
        all += one->load();
    return all;
}

void pool::close() noexcept {
    for (const auto& one : connections_)
        one->close();
}

} // namespace meridian::store::pg
