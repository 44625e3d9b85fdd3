#pragma once

#include "app/upkeep.hpp"
#include "meridian/api/broker.hpp"
#include "meridian/base/await.hpp"
#include "meridian/base/config.hpp"
#include "meridian/http/server.hpp"
#include "meridian/net/http_client.hpp"
#include "meridian/net/mqtt_client.hpp"
#include "meridian/operations/services.hpp"
#include "meridian/store/blocking_pool.hpp"
#include "meridian/store/contexts.hpp"
#include "meridian/store/evolutions.hpp"
#include "meridian/store/exports.hpp"
#include "meridian/store/outbox.hpp"
#include "meridian/store/receipts.hpp"
#include "meridian/store/registrations.hpp"
#include "meridian/store/subscriptions.hpp"
#include "meridian/subscription/service.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace meridian::app {

/// One I/O thread: its loop, and what only it uses. Members are in the order of their making.
struct io_thread {
    explicit io_thread(std::unique_ptr<net::http_client> outbound, store::dictionary& names,
                       const store::database_options& database,
                       std::shared_ptr<store::history_edges> edges, boost::asio::io_context& on);

    std::unique_ptr<net::http_client> client;
    std::shared_ptr<store::reader> reader;
    store::history history;
    store::discovery discovery;
    store::outbox outbox;
    std::unique_ptr<store::entities> entities;
    std::unique_ptr<operations::contexts> contexts;
    std::unique_ptr<federation::forwarder> forwarder;
    std::unique_ptr<operations::services> services;
    std::unique_ptr<api::worker> worker;
};

/// A running broker on an open, migrated database: all its parts, wired. `meridian serve` is one,
/// and `import`, `export` and `explain` use it without its server.
class broker {
public:
    /// A tool leaves the notifications that its changes owe to the brokers on the database.
    enum class role { server, tool };

    /// Blocking: loads what is kept in memory and connects; the loops run when it returns.
    /// Fails with unavailable, internal_error.
    [[nodiscard]] static result<std::unique_ptr<broker>>
    start(const config& chosen, const std::string& conninfo, role as);
    broker(const broker&) = delete;
    broker& operator=(const broker&) = delete;
    /// Stops at once; `stop` does it gracefully.
    ~broker();

    /// Begins to answer requests and to deliver notifications. Gives the port listened on.
    [[nodiscard]] result<std::uint16_t> serve();

    /// SIGTERM: not ready any more, requests in flight are answered and deliveries flushed for at
    /// most `drain_timeout`; new connections are answered too until the requests in flight are,
    /// and for `drain_notice` at least. Then everything ends.
    void stop();

    using task = std::function<asio::awaitable<void>(operations::services&)>;

    /// Runs `wanted` on the first loop and waits for it: for the commands that are no server.
    void run(task wanted);

    /// Loops, each a thread.
    [[nodiscard]] std::size_t loops() const noexcept { return io_.size(); }
    /// Begins to run `wanted` on the loop of that number.
    [[nodiscard]] std::future<void> begin(std::size_t loop, task wanted);

private:
    explicit broker(const config& chosen, const std::string& conninfo, role as);
    result<void> make_threads();
    result<void> connect();
    result<void> serve_admin();
    void start_background();
    void append_database_metrics(std::string& out) const;
    asio::awaitable<void> drain();
    asio::awaitable<void> end_exports();
    void join();

    const config& config_;
    store::database_options database_;
    std::vector<std::unique_ptr<boost::asio::io_context>> contexts_;
    store::expiry_watch expiry_watch_;
    std::shared_ptr<store::history_edges> history_edges_ = std::make_shared<store::history_edges>();
    store::attribute_indexes indexes_;
    store::index_wishes wanted_indexes_;
    std::vector<store::wanted_policy> wanted_policies_;
    std::unique_ptr<store::blocking_pool> pool_;
    std::unique_ptr<store::dictionary> dictionary_;
    std::unique_ptr<store::tenants> tenants_;
    std::unique_ptr<store::contexts> stored_contexts_;
    std::unique_ptr<store::receipts> receipts_;
    std::unique_ptr<store::subjects> subjects_;
    std::unique_ptr<store::evolutions> evolutions_;
    std::unique_ptr<store::exports> exports_;
    std::unique_ptr<store::history_policies> history_policies_;
    std::unique_ptr<store::subscriptions> stored_subscriptions_;
    std::unique_ptr<store::registrations> stored_registrations_;
    std::unique_ptr<federation::registry> registrations_;
    std::unique_ptr<net::mqtt_client> mqtt_;
    std::unique_ptr<subscription::service> subscriptions_;
    std::unique_ptr<store::write_lanes> lanes_;
    std::shared_ptr<operations::context_cache> context_cache_;
    api::broker_state state_;
    std::vector<std::unique_ptr<io_thread>> io_;
    std::unique_ptr<store::expiry_sweep> sweep_;
    std::shared_ptr<upkeep> upkeep_;
    std::unique_ptr<http::server> server_;
    std::unique_ptr<http::server> admin_; ///< null where it is not asked for
    std::vector<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> guards_;
    std::vector<std::thread> threads_;
};

} // namespace meridian::app
