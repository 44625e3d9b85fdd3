#include "app/broker.hpp"

#include "app/database.hpp"
#include "app/history_policies.hpp"
#include "app/indexed_attributes.hpp"
#include "meridian/api/admin.hpp"
#include "meridian/store/partitions.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_future.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <future>
#include <utility>

namespace meridian::app {
namespace {

using std::chrono::seconds;

constexpr seconds connect_patience{10};
constexpr std::size_t admin_connections = 64;

store::database_options database_options(const config& chosen, const std::string& conninfo) {
    store::database_options options;
    options.conninfo = conninfo;
    // Whoever holds outbox rows is known by this name: another one for each run, so that the rows
    // of a killed broker are taken over at once.
    options.application_name =
        fmt::format("meridian {} {:x}", ::getpid(),
                    std::chrono::system_clock::now().time_since_epoch().count());
    options.read_connections = chosen.db_read_connections;
    options.lanes = chosen.write_lanes;
    options.statement_timeout = chosen.statement_timeout;
    return options;
}

store::dictionary_limits dictionary_limits(const config& chosen) {
    store::dictionary_limits limits;
    limits.new_names_of_a_tenant = chosen.max_names_per_tenant;
    limits.bytes_of_a_name = chosen.max_name;
    return limits;
}

store::export_limits export_limits(const config& chosen) {
    store::export_limits limits;
    limits.at_once = chosen.max_exports;
    limits.longest = chosen.export_timeout;
    // The client may take so long over a piece; then the server has closed the connection.
    limits.pause = chosen.request_timeout + seconds{30};
    return limits;
}

operations::context_fetch_limits context_limits(const config& chosen) {
    operations::context_fetch_limits limits;
    limits.document_bytes = chosen.max_context;
    limits.timeout = chosen.context_timeout;
    limits.default_lifetime = chosen.context_max_age;
    limits.processing.depth = chosen.max_context_depth;
    return limits;
}

net::egress_policy egress_policy(const config& chosen) {
    net::egress_policy policy;
    policy.allow_private = chosen.egress_private;
    policy.allow_loopback = chosen.egress_loopback;
    return policy;
}

net::mqtt_settings mqtt_settings(const config& chosen) {
    net::mqtt_settings settings;
    settings.egress = egress_policy(chosen);
    return settings;
}

http::settings http_settings(const config& chosen) {
    http::settings settings;
    settings.address = chosen.host;
    settings.port = chosen.port;
    if (!chosen.tls_cert.empty())
        settings.tls = http::tls_settings{chosen.tls_cert, chosen.tls_key};
    settings.header_bytes = chosen.max_header;
    settings.url_bytes = chosen.max_url;
    settings.body_bytes = chosen.max_body;
    settings.connections = chosen.max_connections;
    settings.idle = chosen.idle_timeout;
    settings.request_read = chosen.request_timeout;
    settings.response_write = chosen.request_timeout;
    settings.gzip = chosen.gzip;
    settings.cors_origins = chosen.cors_origins;
    return settings;
}

/// Host name and port, where no alias is configured: what tells brokers apart on most networks.
std::string default_alias(std::uint16_t port) {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0)
        return fmt::format("meridian:{}", port);
    return fmt::format("{}:{}", name.data(), port);
}

subscription::settings delivery_settings(const config& chosen, broker::role as) {
    auto settings = subscription::settings_of(chosen);
    settings.delivers = as == broker::role::server;
    return settings;
}

/// Memory of the process now, by the kernel's count of resident pages.
std::uint64_t resident_bytes() {
    std::uint64_t total = 0;
    std::uint64_t resident = 0;
    if (FILE* file = std::fopen("/proc/self/statm", "r")) {
        if (std::fscanf(file, "%lu %lu", &total, &resident) != 2)
            resident = 0;
        std::fclose(file);
    }
    return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

history_upkeep old_history(const config& chosen, std::shared_ptr<store::history_edges> edges) {
    return {std::chrono::days{chosen.history_fold_after_days},
            std::chrono::days{chosen.history_retention_days}, std::move(edges)};
}

} // namespace

io_thread::io_thread(std::unique_ptr<net::http_client> outbound, store::dictionary& names,
                     const store::database_options& database,
                     std::shared_ptr<store::history_edges> edges, boost::asio::io_context& on)
    : client(std::move(outbound)),
      reader(std::make_shared<store::reader>(on.get_executor(), database, &names)),
      history(reader, std::move(edges)), discovery(reader), outbox(reader) {}

broker::broker(const config& chosen, const std::string& conninfo, role as)
    : config_(chosen), database_(database_options(chosen, conninfo)) {
    for (std::size_t i = 0; i < thread_count(chosen); ++i)
        contexts_.push_back(std::make_unique<boost::asio::io_context>(1));
    pool_ = std::make_unique<store::blocking_pool>(conninfo);
    dictionary_ = std::make_unique<store::dictionary>(*pool_, dictionary_limits(chosen));
    tenants_ = std::make_unique<store::tenants>(*pool_, chosen.max_tenants);
    stored_contexts_ = std::make_unique<store::contexts>(*pool_);
    receipts_ = std::make_unique<store::receipts>(*pool_);
    subjects_ = std::make_unique<store::subjects>(*pool_);
    evolutions_ = std::make_unique<store::evolutions>(*pool_);
    exports_ = std::make_unique<store::exports>(database_, *dictionary_, history_edges_,
                                                export_limits(chosen));
    history_policies_ = std::make_unique<store::history_policies>(*pool_);
    stored_subscriptions_ = std::make_unique<store::subscriptions>(*pool_);
    stored_registrations_ = std::make_unique<store::registrations>(*pool_);
    registrations_ = std::make_unique<federation::registry>(*stored_registrations_);
    mqtt_ = std::make_unique<net::mqtt_client>(mqtt_settings(chosen));
    subscriptions_ = std::make_unique<subscription::service>(
        *stored_subscriptions_, *dictionary_, *tenants_, *mqtt_, delivery_settings(chosen, as));
    context_cache_ = std::make_shared<operations::context_cache>(context_limits(chosen));
    std::vector<asio::any_io_executor> loops;
    for (const auto& context : contexts_)
        loops.emplace_back(context->get_executor());
    auto hooks = subscriptions_->hooks();
    hooks.learn = [this](std::vector<ngsild::name_id> ids) {
        return dictionary_->look_up_ids(std::move(ids));
    };
    lanes_ = std::make_unique<store::write_lanes>(std::move(loops), database_, *dictionary_,
                                                  expiry_watch_, indexes_, std::move(hooks));
}

result<std::unique_ptr<broker>> broker::start(const config& chosen, const std::string& conninfo,
                                              role as) {
    std::unique_ptr<broker> made(new broker(chosen, conninfo, as));
    MERIDIAN_TRY(made->wanted_indexes_.configured,
                 read_indexed_attributes(chosen.indexed_attributes));
    made->wanted_indexes_.automatic_after = chosen.automatic_index_after;
    MERIDIAN_TRY(made->wanted_policies_,
                 read_history_policies(chosen.history_policies, chosen.history_policy_tables));
    MERIDIAN_CHECK(made->dictionary_->load());
    MERIDIAN_CHECK(store::load_indexes(*made->pool_, made->indexes_));
    MERIDIAN_CHECK(made->make_threads());
    for (const auto& context : made->contexts_) {
        made->guards_.emplace_back(context->get_executor());
        made->threads_.emplace_back([loop = context.get()] { loop->run(); });
    }
    MERIDIAN_CHECK(made->connect());
    return made;
}

result<void> broker::make_threads() {
    for (const auto& context : contexts_) {
        net::client_settings outbound;
        outbound.egress = egress_policy(config_);
        outbound.connections_per_host = config_.notification_concurrency_per_host;
        MERIDIAN_TRY(auto client, net::http_client::create(context->get_executor(), outbound));
        auto made = std::make_unique<io_thread>(std::move(client), *dictionary_, database_,
                                                history_edges_, *context);
        made->entities =
            std::make_unique<store::entities>(made->reader, *dictionary_, expiry_watch_, indexes_);
        made->contexts = std::make_unique<operations::contexts>(context_cache_, *made->client,
                                                                *stored_contexts_);
        federation::forwarder_settings forwarding;
        forwarding.timeout = config_.forward_timeout;
        forwarding.turns.at_once =
            std::max<std::size_t>(1, config_.forward_concurrency / contexts_.size());
        forwarding.turns.per_host = outbound.connections_per_host;
        forwarding.most = config_.max_forwards;
        made->forwarder = std::make_unique<federation::forwarder>(*made->client, forwarding);
        made->services = std::make_unique<operations::services>(operations::services{
            *made->entities, made->history, *exports_, *evolutions_, made->discovery, *lanes_,
            *dictionary_, *tenants_, *made->contexts, *subscriptions_, *receipts_, *subjects_,
            *registrations_, *made->forwarder, *history_policies_, state_.alias});
        made->worker = std::make_unique<api::worker>(*made->services, config_, state_);
        io_.push_back(std::move(made));
    }
    return {};
}

result<void> broker::connect() {
    result<void> outcome;
    run([&](operations::services&) -> asio::awaitable<void> {
        outcome = co_await lanes_->ready(connect_patience);
        if (outcome)
            outcome = co_await registrations_->refresh();
    });
    for (std::size_t i = 0; outcome && i < io_.size(); ++i) {
        auto ready = asio::co_spawn(*contexts_[i], io_[i]->reader->ready(connect_patience),
                                    asio::use_future);
        outcome = ready.get();
    }
    return outcome;
}

void broker::run(task wanted) {
    auto done =
        asio::co_spawn(*contexts_.front(), wanted(*io_.front()->services), asio::use_future);
    done.get();
}

namespace {

/// Keeps the task, whose captures its coroutine uses, until it is done.
asio::awaitable<void> run_kept(broker::task wanted, operations::services& available) {
    co_await wanted(available);
}

} // namespace

std::future<void> broker::begin(std::size_t loop, task wanted) {
    auto running = run_kept(std::move(wanted), *io_[loop]->services);
    return asio::co_spawn(*contexts_[loop], std::move(running), asio::use_future);
}

result<std::uint16_t> broker::serve() {
    std::vector<boost::asio::io_context*> loops;
    std::vector<http::handler> handlers;
    for (std::size_t i = 0; i < io_.size(); ++i) {
        loops.push_back(contexts_[i].get());
        handlers.push_back(api::make_handler(*io_[i]->worker));
    }
    start_background();
    MERIDIAN_TRY(server_, http::server::create(loops, http_settings(config_), std::move(handlers)));
    state_.alias =
        config_.source_alias.empty() ? default_alias(server_->port()) : config_.source_alias;
    MERIDIAN_CHECK(serve_admin());
    return server_->port();
}

result<void> broker::serve_admin() {
    if (config_.admin_port == 0)
        return {};
    http::settings settings;
    settings.address = config_.admin_host;
    settings.port = config_.admin_port;
    settings.url_bytes = 2 * config_.max_url; // a URL percent-encoded within another
    settings.header_bytes = settings.url_bytes + config_.max_header;
    settings.connections = admin_connections;
    MERIDIAN_TRY(admin_, http::server::create({contexts_.front().get()}, settings,
                                              api::make_admin_handler(*io_.front()->worker)));
    spdlog::info("the admin listener is at {} port {}", config_.admin_host, admin_->port());
    return {};
}

void broker::start_background() {
    std::vector<subscription::loop> loops;
    for (std::size_t i = 0; i < io_.size(); ++i) {
        auto& each = *io_[i];
        loops.emplace_back(contexts_[i]->get_executor(), *each.client, each.outbox, *each.entities,
                           [contexts = each.contexts.get()](json local) {
                               return contexts->from_json(std::move(local));
                           });
    }
    subscriptions_->start(std::move(loops));
    registrations_->start(contexts_.front()->get_executor());
    sweep_ = std::make_unique<store::expiry_sweep>(io_.front()->reader, *lanes_, expiry_watch_);
    sweep_->start();
    upkeep_ = std::make_shared<upkeep>(contexts_.front()->get_executor(), io_.front()->discovery,
                                       *io_.front()->contexts, *receipts_, database_.conninfo,
                                       index_upkeep{*dictionary_, indexes_, wanted_indexes_},
                                       old_history(config_, history_edges_), wanted_policies_);
    asio::post(*contexts_.front(), [kept = upkeep_] { kept->start(); });
    api::add_metrics(state_, [this](std::string& out) {
        subscriptions_->append_metrics(out);
        append_database_metrics(out);
        out += fmt::format("# TYPE meridian_context_cache_entries gauge\n"
                           "meridian_context_cache_entries {}\n"
                           "# TYPE meridian_dictionary_names gauge\n"
                           "meridian_dictionary_names {}\n"
                           "# TYPE meridian_http_connections gauge\n"
                           "meridian_http_connections {}\n"
                           "# TYPE process_resident_memory_bytes gauge\n"
                           "process_resident_memory_bytes {}\n",
                           context_cache_->size(), dictionary_->size(),
                           server_ ? server_->connections() : 0, resident_bytes());
    });
}

void broker::append_database_metrics(std::string& out) const {
    store::reader::figures all;
    for (const auto& each : io_) {
        const auto own = each->reader->counted();
        all.connections += own.connections;
        all.waiting += own.waiting;
        all.executed += own.executed;
    }
    out += fmt::format("# TYPE meridian_database_read_connections gauge\n"
                       "meridian_database_read_connections {}\n"
                       "# TYPE meridian_database_reads_waiting gauge\n"
                       "meridian_database_reads_waiting {}\n"
                       "# TYPE meridian_database_reads_total counter\n"
                       "meridian_database_reads_total {}\n"
                       "# TYPE meridian_database_write_lanes gauge\n"
                       "meridian_database_write_lanes {}\n",
                       all.connections, all.waiting, all.executed, database_.lanes);
}

asio::awaitable<void> broker::drain() {
    const auto deadline = std::chrono::steady_clock::now() + config_.drain_timeout;
    if (server_)
        // false: cut off at the deadline
        (void)co_await server_->drain(config_.drain_timeout, config_.drain_notice);
    if (admin_)
        (void)co_await admin_->drain(config_.drain_timeout);
    co_await end_exports();
    if (sweep_)
        sweep_->stop();
    if (upkeep_)
        co_await upkeep_->stop();
    co_await registrations_->stop();
    co_await lanes_->drain();
    if (server_)
        co_await subscriptions_->drain(deadline);
}

/// Those whose client was cut off: each notices at the end of its statement, which ends with its
/// connection.
asio::awaitable<void> broker::end_exports() {
    exports_->close();
    asio::steady_timer timer(co_await asio::this_coro::executor);
    for (int looks = 0; looks < 200 && exports_->under_way() != 0; ++looks) {
        timer.expires_after(std::chrono::milliseconds{10});
        (void)co_await timer.async_wait(base::await);
    }
}

void broker::stop() {
    state_.draining = true;
    run([this](operations::services&) { return drain(); });
    join();
}

void broker::join() {
    if (threads_.empty())
        return;
    for (std::size_t i = 0; i < io_.size(); ++i)
        asio::post(*contexts_[i], [reader = io_[i]->reader] { reader->close(); });
    guards_.clear();
    for (const auto& context : contexts_)
        context->stop();
    for (auto& thread : threads_)
        thread.join();
    threads_.clear();
}

broker::~broker() {
    join();
    admin_.reset();
    server_.reset();
}

} // namespace meridian::app
