#include "meridian/subscription/service.hpp"

#include "meridian/base/await.hpp"
#include "meridian/base/log.hpp"
#include "meridian/base/uri.hpp"
#include "subscription/body.hpp"
#include "subscription/core.hpp"
#include "subscription/delivery.hpp"
#include "subscription/keeper.hpp"
#include "subscription/owed.hpp"

#include <boost/asio/co_spawn.hpp>

#include <fmt/format.h>
#include <iterator>
#include <mutex>

namespace meridian::subscription {

/// The service without its public face: what the hooks and the background keep alive.
class service::implementation : public core {
public:
    using core::core;

    void owe(store::tenant_id tenant, const ngsild::change& what,
             std::vector<store::outbox_row>& out);
    asio::awaitable<void> read(store::tenant_id tenant, std::int64_t version);
    void take(std::vector<store::outbox_row>&& rows);

    std::mutex starting;
    std::vector<store::outbox_row> early; ///< committed before `start`
    std::vector<std::shared_ptr<delivery>> deliveries;
    std::shared_ptr<subscription::keeper> keeper;
};

void service::implementation::owe(store::tenant_id tenant, const ngsild::change& what,
                                  std::vector<store::outbox_row>& out) {
    const auto known = subscriptions.find(tenant);
    if (!known || known->empty())
        return;
    std::string plain;
    std::string with_previous;
    for (const auto* one : known->find(what, dictionary)) {
        auto& payload = one->show_changes ? with_previous : plain;
        if (payload.empty())
            payload = encode_owed(
                what, one->show_changes ? previous_values::yes : previous_values::no, dictionary);
        store::outbox_row row;
        row.tenant = tenant;
        row.subscription = one->number;
        row.entity_id = what.entity_id;
        row.payload = payload;
        out.push_back(std::move(row));
    }
}

asio::awaitable<void> service::implementation::read(store::tenant_id tenant, std::int64_t version) {
    constexpr int attempts = 3; // the locks of the change are held
    for (int left = attempts; left > 0; --left) {
        const auto done = co_await subscriptions.read_at_least(tenant, version);
        if (done)
            co_return;
        spdlog::error("the Subscriptions of Tenant {} cannot be read: {}", tenant,
                      done.error().detail());
    }
}

void service::implementation::take(std::vector<store::outbox_row>&& rows) {
    owed += rows.size();
    if (!how.delivers)
        return;
    const std::lock_guard lock(starting);
    if (deliveries.empty())
        std::move(rows.begin(), rows.end(), std::back_inserter(early));
    else
        hand_out(std::move(rows), delivery::origin::own_commit, deliveries);
}

settings settings_of(const config& chosen) {
    settings made;
    made.timeout = chosen.notification_timeout;
    made.retries = chosen.notification_retries;
    made.retry_interval = chosen.notification_retry_interval;
    made.concurrency = chosen.notification_concurrency;
    made.concurrency_per_host = chosen.notification_concurrency_per_host;
    return made;
}

service::service(store::subscriptions& stored, store::dictionary& dictionary,
                 store::tenants& tenants, net::mqtt_client& mqtt, settings how)
    : parts_(std::make_shared<implementation>(stored, dictionary, tenants, mqtt, how)) {}

service::~service() {
    const std::lock_guard lock(parts_->starting);
    parts_->deliveries.clear(); // they hold the parts
    parts_->keeper.reset();
}

store::lane_hooks service::hooks() {
    store::lane_hooks made;
    made.owes = [parts = parts_](store::tenant_id tenant, const ngsild::change& what,
                                 std::vector<store::outbox_row>& out) {
        try {
            parts->owe(tenant, what, out);
        } catch (const std::exception& error) {
            spdlog::critical("a change of {} notifies nobody: {}", what.entity_id, error.what());
        }
    };
    made.refresh = [parts = parts_](store::tenant_id tenant, std::int64_t version) {
        return parts->read(tenant, version);
    };
    made.committed = [parts = parts_](std::vector<store::outbox_row>&& rows) {
        parts->take(std::move(rows));
    };
    return made;
}

void service::start(std::vector<loop> loops) {
    const std::lock_guard lock(parts_->starting);
    const auto count = loops.size();
    for (auto& one : loops)
        parts_->deliveries.push_back(std::make_shared<delivery>(parts_, std::move(one), count));
    for (const auto& one : parts_->deliveries)
        one->start();
    hand_out(std::exchange(parts_->early, {}), delivery::origin::own_commit, parts_->deliveries);
    parts_->keeper = std::make_shared<keeper>(parts_, parts_->deliveries);
    parts_->keeper->start();
}

asio::awaitable<void> service::drain(std::chrono::steady_clock::time_point deadline) {
    const auto parts = parts_;
    std::vector<std::shared_ptr<delivery>> deliveries;
    {
        const std::lock_guard lock(parts->starting);
        deliveries = parts->deliveries;
    }
    if (deliveries.empty())
        co_return;
    auto keeping =
        asio::co_spawn(deliveries.front()->executor(), parts->keeper->stop(), asio::use_awaitable);
    co_await std::move(keeping);
    for (const auto& one : deliveries) {
        auto stopping = asio::co_spawn(one->executor(), one->stop(deadline), asio::use_awaitable);
        co_await std::move(stopping);
    }
    if (const auto written = co_await parts->books.write(); !written)
        spdlog::error("the last notifications are not in the books: {}", written.error().detail());
}

namespace {

/// What the body decides of the other columns.
void fill_row(store::subscription_row& row, const json& body, timestamp now) {
    row.body = to_text(body);
    row.is_active = body.value("isActive", true);
    row.expires_at.reset();
    if (body.contains("expiresAt"))
        row.expires_at = parse_date_time(body["expiresAt"].get_ref<const std::string&>());
    row.next_run.reset();
    if (body.contains("timeInterval") && row.is_active)
        row.next_run = now + std::chrono::duration_cast<std::chrono::microseconds>(
                                 std::chrono::duration<double>(body["timeInterval"].get<double>()));
}

} // namespace

asio::awaitable<result<std::string>> service::create(store::tenant_id tenant, json payload,
                                                     jsonld::context_ptr context, bool local) {
    const auto parts = parts_;
    const auto now = core::now();
    MERIDIAN_CO_TRY(const auto body, to_body(payload, *context, payload_kind::whole, now));
    MERIDIAN_CO_CHECK(check_whole(body, local));
    MERIDIAN_CO_TRY(const auto id, ngsild::read_id(payload));
    store::subscription_row row;
    row.uri = id ? *id : make_urn("Subscription");
    row.context = context->member_text();
    fill_row(row, body, now);
    MERIDIAN_CO_CHECK(compile(tenant, row));
    auto creating = parts->stored.create(tenant, std::move(row));
    MERIDIAN_CO_TRY(const auto made, co_await std::move(creating));
    (void)co_await parts->subscriptions.read(tenant); // else the next change's lane reads it
    co_return made.uri;
}

namespace {

/// `row` as the Fragment makes it.
result<void> apply(store::subscription_row& row, const json& changes, bool local, timestamp now) {
    MERIDIAN_TRY(auto stored, parse_json(row.body));
    auto body = merged(std::move(stored), changes);
    MERIDIAN_CHECK(check_whole(body, local));
    // 5.8.2.4: an expired one becomes active by a new expiresAt alone.
    const bool was_expired = row.expires_at && *row.expires_at <= now;
    if (was_expired && changes.contains("expiresAt") && !changes.contains("isActive"))
        body.erase("isActive");
    fill_row(row, body, now);
    return {};
}

} // namespace

asio::awaitable<result<void>> service::update(store::tenant_id tenant, std::string uri,
                                              json fragment, jsonld::context_ptr context,
                                              bool local) {
    constexpr int attempts = 20; // each that fails is another's success
    const auto parts = parts_;
    const auto now = core::now();
    for (int left = attempts;; --left) {
        auto finding = parts->stored.find(tenant, uri);
        MERIDIAN_CO_TRY(auto row, co_await std::move(finding));
        MERIDIAN_CO_TRY(const auto changes,
                        to_body(fragment, *context, payload_kind::fragment, now));
        MERIDIAN_CO_TRY(const auto id, ngsild::read_id(fragment));
        if (id && *id != uri)
            co_return problem{problem_kind::bad_request_data, "id cannot be changed (5.2.12)"};
        MERIDIAN_CO_CHECK(apply(row, changes, local, now));
        MERIDIAN_CO_CHECK(compile(tenant, row));
        auto updating = parts->stored.update(tenant, std::move(row));
        const auto updated = co_await std::move(updating);
        if (updated)
            break;
        if (updated.error().kind() != problem_kind::conflict)
            co_return updated.error();
        if (left == 1)
            co_return problem{problem_kind::unavailable, updated.error().detail()};
    }
    (void)co_await parts->subscriptions.read(tenant); // else the next change's lane reads it
    co_return result<void>{};
}

asio::awaitable<result<void>> service::remove(store::tenant_id tenant, std::string uri) {
    const auto parts = parts_;
    auto removing = parts->stored.remove(tenant, std::move(uri));
    MERIDIAN_CO_CHECK(co_await std::move(removing));
    (void)co_await parts->subscriptions.read(tenant); // else the next change's lane reads it
    co_return result<void>{};
}

asio::awaitable<result<store::subscription_row>> service::retrieve(store::tenant_id tenant,
                                                                   std::string uri) {
    const auto parts = parts_;
    for (int left = 20;; --left) {
        const auto before = parts->books.reading();
        auto finding = parts->stored.find(tenant, uri);
        MERIDIAN_CO_TRY(auto row, co_await std::move(finding));
        // Between two writings of the books nothing is counted twice or left out.
        if (left == 0 || (before % 2 == 0 && before == parts->books.reading())) {
            parts->books.add_to(row);
            co_return row;
        }
    }
}

asio::awaitable<result<std::vector<store::subscription_row>>>
service::page(store::tenant_id tenant, std::int64_t offset, std::int64_t limit) {
    const auto parts = parts_;
    auto reading = parts->stored.page(tenant, offset, limit);
    MERIDIAN_CO_TRY(auto rows, co_await std::move(reading));
    for (auto& row : rows)
        parts->books.add_to(row);
    co_return rows;
}

asio::awaitable<result<std::int64_t>> service::count(store::tenant_id tenant) {
    return parts_->stored.count(tenant);
}

figures service::counted() const {
    figures made;
    made.owed = parts_->owed;
    made.delivered = parts_->delivered;
    made.failed = parts_->failed;
    made.given_up = parts_->given_up;
    made.taken_over = parts_->taken_over;
    made.waiting = parts_->waiting;
    return made;
}

void service::append_metrics(std::string& out) const {
    const auto now = counted();
    const auto add = [&](std::string_view name, std::string_view help, std::string_view type,
                         std::uint64_t value) {
        fmt::format_to(std::back_inserter(out),
                       "# HELP meridian_notifications_{0} {1}\n# TYPE meridian_notifications_{0} "
                       "{2}\nmeridian_notifications_{0} {3}\n",
                       name, help, type, value);
    };
    add("owed_total", "Notifications owed by committed changes.", "counter", now.owed);
    add("delivered_total", "Notifications that were answered with 2xx.", "counter", now.delivered);
    add("failed_total", "Attempts that failed.", "counter", now.failed);
    add("given_up_total", "Notifications that no attempt delivered.", "counter", now.given_up);
    add("taken_over_total", "Notifications that another process left.", "counter", now.taken_over);
    add("waiting", "Notifications in memory.", "gauge", now.waiting);
}

} // namespace meridian::subscription
