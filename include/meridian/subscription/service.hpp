#pragma once

#include "meridian/base/config.hpp"
#include "meridian/base/json.hpp"
#include "meridian/base/result.hpp"
#include "meridian/jsonld/context.hpp"
#include "meridian/net/http_client.hpp"
#include "meridian/net/mqtt_client.hpp"
#include "meridian/store/dictionary.hpp"
#include "meridian/store/entities.hpp"
#include "meridian/store/outbox.hpp"
#include "meridian/store/subscriptions.hpp"
#include "meridian/store/tenants.hpp"
#include "meridian/store/write_lanes.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace meridian::subscription {

namespace asio = boost::asio;

/// Makes a processed @context of a local one: a URL, an object or an array of them. Called on the
/// loop that it belongs to. Fails with ld_context_not_available, bad_request_data.
using context_loader = std::function<asio::awaitable<result<jsonld::context_ptr>>(json local)>;

/// What the service uses of one I/O thread. All of it must outlive the service's `drain`.
struct loop {
    loop(asio::any_io_executor on, net::http_client& http, store::outbox& owed,
         store::entities& stored, context_loader contexts)
        : executor(std::move(on)), client(http), outbox(owed), entities(stored),
          load_context(std::move(contexts)) {}

    asio::any_io_executor executor; ///< of one thread
    net::http_client& client;
    store::outbox& outbox;
    store::entities& entities;
    context_loader load_context;
};

/// How notifications are delivered.
struct settings {
    std::chrono::milliseconds timeout{5'000}; ///< of one attempt, where the endpoint names none
    std::size_t retries = 5;                  ///< after which a notification is given up
    std::chrono::milliseconds retry_interval{2'000}; ///< before the first retry; then it doubles
    std::size_t concurrency = 64;                    ///< notifications under way in the process
    std::size_t concurrency_per_host = 8;
    /// Notifications that wait in memory, in the process. What is beyond waits in the outbox.
    std::size_t waiting = 20'000;
    std::chrono::milliseconds poll_interval{1'000}; ///< looks for what others left in the outbox
    bool delivers = true; ///< false: never `start`ed, what is owed is left to other processes
    std::chrono::milliseconds periodic_interval{500}; ///< looks for timeInterval that is reached
};
[[nodiscard]] settings settings_of(const config& chosen);

/// What the process has done so far.
struct figures {
    std::uint64_t owed = 0;       ///< outbox rows written by this process
    std::uint64_t delivered = 0;  ///< notifications that were answered with 2xx
    std::uint64_t failed = 0;     ///< attempts that failed
    std::uint64_t given_up = 0;   ///< notifications that no attempt delivered
    std::uint64_t taken_over = 0; ///< outbox rows that another process, or an earlier one, left
    std::uint64_t waiting = 0;    ///< in memory now
};

/// Context Subscriptions (5.8): who is notified of a change, and how it gets there. One a process;
/// what is called on it may be called from every thread.
///
/// A Tenant's Subscriptions are kept compiled in memory and refreshed by version. A change that
/// matches owes an outbox row in its own transaction; after COMMIT it is delivered by one of the
/// loops, chosen by the Subscription, in order per Subscription and Entity. At least once.
class service {
public:
    /// `stored`, `dictionary`, `tenants` and `mqtt` must outlive it; `loops` is not empty.
    service(store::subscriptions& stored, store::dictionary& dictionary, store::tenants& tenants,
            net::mqtt_client& mqtt, settings how);
    service(const service&) = delete;
    service& operator=(const service&) = delete;
    ~service();

    /// To hand to write_lanes, which is made before the loops' parts are: works at once, delivery
    /// begins with `start`.
    [[nodiscard]] store::lane_hooks hooks();

    /// Begins to deliver on `loops` (not empty), to take over what is left in the outbox (at once,
    /// and then every poll_interval), periodic Subscriptions and bookkeeping. Call it once, from
    /// any thread.
    void start(std::vector<loop> loops);

    /// Ends what `start` began: nothing new is sent, what is under way is waited for until
    /// `deadline`, the bookkeeping is written. What is not delivered stays in the outbox, free to
    /// be taken. Call it on one of the loops, while all of them run and the store is there.
    asio::awaitable<void> drain(std::chrono::steady_clock::time_point deadline);

    /// 5.8.1. Gives the Subscription's id. `local`: the request is limited to local scope (5.5.13).
    /// The @context that jsonldContext names has been loaded by the caller.
    /// Fails with bad_request_data (member named), already_exists, operation_not_supported.
    asio::awaitable<result<std::string>> create(store::tenant_id tenant, json payload,
                                                jsonld::context_ptr context, bool local);
    /// 5.8.2 with the behaviour of 5.5.8. Fails as `create`, and with resource_not_found.
    asio::awaitable<result<void>> update(store::tenant_id tenant, std::string uri, json fragment,
                                         jsonld::context_ptr context, bool local);
    /// 5.8.5. Fails with resource_not_found.
    asio::awaitable<result<void>> remove(store::tenant_id tenant, std::string uri);
    /// 5.8.3, with the bookkeeping as it is now. Fails with resource_not_found.
    asio::awaitable<result<store::subscription_row>> retrieve(store::tenant_id tenant,
                                                              std::string uri);
    /// 5.8.4: a page in the order of creation.
    asio::awaitable<result<std::vector<store::subscription_row>>>
    page(store::tenant_id tenant, std::int64_t offset, std::int64_t limit);
    asio::awaitable<result<std::int64_t>> count(store::tenant_id tenant);

    [[nodiscard]] figures counted() const;
    /// The same in Prometheus' text format.
    void append_metrics(std::string& out) const;

private:
    class implementation;
    std::shared_ptr<implementation> parts_;
};

/// How a Subscription is shown (5.2.12).
struct shown_as {
    const jsonld::context& context; ///< names are compacted with it (5.5.7)
    timestamp now;                  ///< decides on `status`
    bool sys_attrs = false;
    bool context_member = false; ///< with `@context`, as application/ld+json has it
};
/// Appends a Subscription as JSON. Fails with internal_error where the row is damaged.
[[nodiscard]] result<void> append_subscription(std::string& out, const store::subscription_row& row,
                                               const shown_as& how);

} // namespace meridian::subscription
