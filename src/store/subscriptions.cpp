#include "meridian/store/subscriptions.hpp"

#include "store/blocking/columns.hpp"
#include "store/blocking/run.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace meridian::store {
namespace {

constexpr int column_count = 15;

const std::string& columns() {
    using blocking::micros;
    static const std::string text = fmt::format(
        "id, uri, body, context, is_active, status, {}, {}, {}, {}, times_sent, times_failed, {}, "
        "{}, {}",
        micros("created_at"), micros("modified_at"), micros("expires_at"), micros("next_run"),
        micros("last_notification"), micros("last_success"), micros("last_failure"));
    return text;
}

subscription_row to_subscription(const pqxx::row& row) {
    subscription_row found;
    found.id = row[0].as<std::int32_t>();
    found.uri = row[1].as<std::string>();
    found.body = row[2].as<std::string>();
    found.context = row[3].as<std::string>();
    found.is_active = row[4].as<bool>();
    found.status = row[5].as<std::string>();
    found.created_at = blocking::to_timestamp(row[6]);
    found.modified_at = blocking::to_timestamp(row[7]);
    found.expires_at = blocking::to_optional_timestamp(row[8]);
    found.next_run = blocking::to_optional_timestamp(row[9]);
    found.times_sent = row[10].as<std::int64_t>();
    found.times_failed = row[11].as<std::int64_t>();
    found.last_notification = blocking::to_optional_timestamp(row[12]);
    found.last_success = blocking::to_optional_timestamp(row[13]);
    found.last_failure = blocking::to_optional_timestamp(row[14]);
    return found;
}

std::vector<subscription_row> to_subscriptions(const pqxx::result& rows) {
    std::vector<subscription_row> all;
    for (const pqxx::row& row : rows)
        all.push_back(to_subscription(row));
    return all;
}

problem not_found(const std::string& uri) {
    return problem(problem_kind::resource_not_found,
                   fmt::format("there is no subscription '{}'", uri));
}

/// Locks the Tenant's row until COMMIT: changes of its subscriptions are serial, so a snapshot
/// that shows a version shows every change up to it.
void bump_version(pqxx::work& transaction, tenant_id tenant) {
    transaction.exec_params(
        "UPDATE tenant SET subscription_version = subscription_version + 1 WHERE id = $1", tenant);
    transaction.exec_params("SELECT pg_notify('meridian_subscriptions', $1)",
                            std::to_string(tenant));
}

result<subscription_row> insert(pqxx::connection& connection, tenant_id tenant,
                                const subscription_row& what) {
    const blocking::moment_parameter expires_at(what.expires_at);
    const blocking::moment_parameter next_run(what.next_run);
    pqxx::work transaction(connection);
    bump_version(transaction, tenant);
    const pqxx::result rows = transaction.exec_params(
        R"sql(
        INSERT INTO subscription (tenant_id, uri, body, context, is_active, status, created_at,
                                  modified_at, expires_at, next_run)
        VALUES ($1, $2, $3, $4, $5, $6, now(), now(), $7, $8)
        ON CONFLICT (tenant_id, uri) DO NOTHING
        RETURNING )sql" +
            columns(),
        tenant, what.uri, what.body, what.context, what.is_active, what.status, expires_at.get(),
        next_run.get());
    if (rows.empty())
        return problem(problem_kind::already_exists,
                       fmt::format("there is a subscription '{}' already", what.uri));
    transaction.commit();
    return to_subscription(rows[0]);
}

problem why_not_replaced(pqxx::work& transaction, tenant_id tenant, const std::string& uri) {
    const pqxx::result rows = transaction.exec_params(
        "SELECT 1 FROM subscription WHERE tenant_id = $1 AND uri = $2", tenant, uri);
    if (rows.empty())
        return not_found(uri);
    return problem(problem_kind::conflict,
                   fmt::format("the subscription '{}' was changed meanwhile", uri));
}

result<subscription_row> replace(pqxx::connection& connection, tenant_id tenant,
                                 const subscription_row& what) {
    const blocking::moment_parameter expires_at(what.expires_at);
    const blocking::moment_parameter next_run(what.next_run);
    const blocking::moment_parameter known(what.modified_at);
    pqxx::work transaction(connection);
    bump_version(transaction, tenant);
    const pqxx::result rows = transaction.exec_params(
        R"sql(
        UPDATE subscription
        SET body = $3, context = $4, is_active = $5, status = $6, expires_at = $7, next_run = $8,
            modified_at = greatest(now(), modified_at + interval '1 microsecond')
        WHERE tenant_id = $1 AND uri = $2 AND modified_at = $9
        RETURNING )sql" +
            columns(),
        tenant, what.uri, what.body, what.context, what.is_active, what.status, expires_at.get(),
        next_run.get(), known.get());
    if (rows.empty())
        return why_not_replaced(transaction, tenant, what.uri);
    transaction.commit();
    return to_subscription(rows[0]);
}

result<std::int32_t> erase(pqxx::connection& connection, tenant_id tenant, const std::string& uri) {
    pqxx::work transaction(connection);
    bump_version(transaction, tenant);
    const pqxx::result rows = transaction.exec_params(
        "DELETE FROM subscription WHERE tenant_id = $1 AND uri = $2 RETURNING id", tenant, uri);
    if (rows.empty())
        return not_found(uri);
    const auto id = rows[0][0].as<std::int32_t>();
    transaction.exec_params("DELETE FROM outbox WHERE tenant_id = $1 AND subscription_id = $2",
                            tenant, id);
    transaction.commit();
    return id;
}

void add_record(pqxx::work& transaction, const delivery_record& one) {
    const blocking::moment_parameter notification(one.last_notification);
    const blocking::moment_parameter success(one.last_success);
    const blocking::moment_parameter failure(one.last_failure);
    transaction.exec_params(R"sql(
        UPDATE subscription
        SET times_sent = times_sent + $2, times_failed = times_failed + $3,
            last_notification = greatest(last_notification, $4::timestamptz),
            last_success = greatest(last_success, $5::timestamptz),
            last_failure = greatest(last_failure, $6::timestamptz),
            status = coalesce($7, status)
        WHERE id = $1
        )sql",
                            one.subscription, one.sent, one.failed, notification.get(),
                            success.get(), failure.get(),
                            one.status ? one.status->c_str() : nullptr);
}

} // namespace

asio::awaitable<result<subscription_row>> subscriptions::create(tenant_id tenant,
                                                                subscription_row what) {
    auto work = [tenant, what = std::move(what)](pqxx::connection& connection) {
        return insert(connection, tenant, what);
    };
    return blocking::run(pool_, std::move(work));
}

asio::awaitable<result<subscription_row>> subscriptions::update(tenant_id tenant,
                                                                subscription_row what) {
    auto work = [tenant, what = std::move(what)](pqxx::connection& connection) {
        return replace(connection, tenant, what);
    };
    return blocking::run(pool_, std::move(work));
}

asio::awaitable<result<std::int32_t>> subscriptions::remove(tenant_id tenant, std::string uri) {
    auto work = [tenant, uri = std::move(uri)](pqxx::connection& connection) {
        return erase(connection, tenant, uri);
    };
    return blocking::run(pool_, std::move(work));
}

asio::awaitable<result<subscription_row>> subscriptions::find(tenant_id tenant, std::string uri) {
    auto work = [tenant,
                 uri = std::move(uri)](pqxx::connection& connection) -> result<subscription_row> {
        const pqxx::result rows = pqxx::nontransaction(connection)
                                      .exec_params("SELECT " + columns() +
                                                       " FROM subscription"
                                                       " WHERE tenant_id = $1 AND uri = $2",
                                                   tenant, uri);
        if (rows.empty())
            return not_found(uri);
        return to_subscription(rows[0]);
    };
    return blocking::run(pool_, std::move(work));
}

asio::awaitable<result<std::vector<subscription_row>>>
subscriptions::page(tenant_id tenant, std::int64_t offset, std::int64_t limit) {
    auto work = [tenant, offset,
                 limit](pqxx::connection& connection) -> result<std::vector<subscription_row>> {
        return to_subscriptions(pqxx::nontransaction(connection)
                                    .exec_params("SELECT " + columns() +
                                                     " FROM subscription WHERE tenant_id = $1"
                                                     " ORDER BY id OFFSET $2 LIMIT $3",
                                                 tenant, offset, limit));
    };
    return blocking::run(pool_, std::move(work));
}

asio::awaitable<result<std::int64_t>> subscriptions::count(tenant_id tenant) {
    auto work = [tenant](pqxx::connection& connection) -> result<std::int64_t> {
        const pqxx::result rows =
            pqxx::nontransaction(connection)
                .exec_params("SELECT count(*) FROM subscription WHERE tenant_id = $1", tenant);
        return rows[0][0].as<std::int64_t>();
    };
    return blocking::run(pool_, std::move(work));
}

asio::awaitable<result<subscription_list>> subscriptions::list(tenant_id tenant) {
    auto work = [tenant](pqxx::connection& connection) -> result<subscription_list> {
        pqxx::transaction<pqxx::repeatable_read, pqxx::read_only> snapshot(connection);
        subscription_list found;
        const pqxx::result at =
            snapshot.exec_params("SELECT subscription_version FROM tenant WHERE id = $1", tenant);
        if (!at.empty())
            found.version = at[0][0].as<std::int64_t>();
        found.rows = to_subscriptions(snapshot.exec_params(
            "SELECT " + columns() + " FROM subscription WHERE tenant_id = $1 ORDER BY id", tenant));
        return found;
    };
    return blocking::run(pool_, std::move(work));
}

asio::awaitable<result<std::vector<subscriptions::version>>> subscriptions::versions() {
    auto work = [](pqxx::connection& connection) -> result<std::vector<version>> {
        std::vector<version> all;
        for (const pqxx::row& row : pqxx::nontransaction(connection)
                                        .exec("SELECT id, subscription_version FROM tenant"
                                              " WHERE subscription_version > 0 ORDER BY id"))
            all.push_back({row[0].as<tenant_id>(), row[1].as<std::int64_t>()});
        return all;
    };
    return blocking::run(pool_, std::move(work));
}

asio::awaitable<result<void>> subscriptions::record(std::vector<delivery_record> deliveries) {
    // In one order everywhere, so that two brokers do not deadlock.
    std::ranges::sort(deliveries, {}, &delivery_record::subscription);
    auto work = [deliveries = std::move(deliveries)](pqxx::connection& connection) -> result<void> {
        pqxx::work transaction(connection);
        for (const delivery_record& one : deliveries)
            add_record(transaction, one);
        transaction.commit();
        return {};
    };
    return blocking::run(pool_, std::move(work));
}

asio::awaitable<result<std::vector<subscriptions::due>>>
subscriptions::take_due(timestamp now, std::int64_t limit, std::chrono::seconds lease) {
    auto work = [now, limit, lease](pqxx::connection& connection) -> result<std::vector<due>> {
        pqxx::work transaction(connection);
        const pqxx::result rows = transaction.exec_params(
            R"sql(
            UPDATE subscription SET next_run = $1::timestamptz + $3 * interval '1 second'
            WHERE id IN (SELECT id FROM subscription
                         WHERE next_run <= $1 AND is_active
                         ORDER BY next_run LIMIT $2 FOR UPDATE SKIP LOCKED)
            RETURNING )sql" +
                columns() + ", tenant_id",
            to_text(now), limit, lease.count());
        transaction.commit();
        std::vector<due> all;
        for (const pqxx::row& row : rows)
            all.push_back({row[column_count].as<tenant_id>(), to_subscription(row)});
        return all;
    };
    return blocking::run(pool_, std::move(work));
}

asio::awaitable<result<void>> subscriptions::schedule(std::int32_t subscription,
                                                      std::optional<timestamp> next_run) {
    auto work = [subscription, next_run](pqxx::connection& connection) -> result<void> {
        const blocking::moment_parameter moment(next_run);
        pqxx::work transaction(connection);
        transaction.exec_params("UPDATE subscription SET next_run = $2 WHERE id = $1", subscription,
                                moment.get());
        transaction.commit();
        return {};
    };
    return blocking::run(pool_, std::move(work));
}

} // namespace meridian::store
