#include "meridian/store/database.hpp"
#include "store/pg/pool.hpp"

namespace meridian::store {

reader::reader(asio::any_io_executor executor, const database_options& options, dictionary* names,
               when_lost then)
    : executor_(std::move(executor)), names_(names) {
    pg::connection_options how;
    how.conninfo = options.conninfo;
    how.application_name = options.application_name;
    how.statement_timeout = options.statement_timeout;
    how.idle_in_transaction_timeout = options.idle_in_transaction_timeout;
    how.reconnects = then == when_lost::reconnect;
    how.warm_up = how.reconnects; // what is short-lived mostly needs no PostGIS
    pool_ = std::make_unique<pg::pool>(executor_, how, options.read_connections);
}

reader::~reader() = default;

asio::awaitable<result<void>> reader::ready(std::chrono::milliseconds deadline) {
    auto waiting = pool_->ready(deadline);
    co_return co_await std::move(waiting);
}

void reader::close() noexcept {
    pool_->close();
}

reader::figures reader::counted() const noexcept {
    return {pool_->size(), pool_->waiting(), pool_->executed()};
}

} // namespace meridian::store
