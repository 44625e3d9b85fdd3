#include "meridian/store/outbox.hpp"

#include "store/pg/pool.hpp"

namespace meridian::store {
namespace {

// Rows that somebody holds (a row lock, or a lease that has not ended) are passed over, unless the
// process that holds them is gone: it has no session here any more. Order is by the change's stamp:
// ids of two processes follow no clock.
constexpr pg::statement take_rows{"outbox_take", R"sql(
WITH due AS (
  SELECT id FROM outbox
  WHERE next_attempt <= now()
    AND (lease IS NULL OR lease <= now()
         OR left(owner, 63) NOT IN (SELECT application_name FROM pg_stat_activity
                                    WHERE datname = current_database()
                                      AND application_name IS NOT NULL))
  ORDER BY created_at, id
  LIMIT $1
  FOR UPDATE SKIP LOCKED),
taken AS (
  UPDATE outbox o SET lease = now() + make_interval(secs => $2::float8),
                      owner = current_setting('application_name')
  FROM due WHERE o.id = due.id
  RETURNING o.id, o.tenant_id, o.subscription_id, o.eid, o.entity, o.payload, o.created_at,
            o.attempts, o.next_attempt)
SELECT id, tenant_id, subscription_id, eid, entity, payload, created_at, attempts, next_attempt
FROM taken ORDER BY created_at, id)sql"};

constexpr pg::statement extend_rows{"outbox_extend", R"sql(
UPDATE outbox SET lease = now() + make_interval(secs => $2::float8) WHERE id = ANY($1))sql"};

constexpr pg::statement release_rows{"outbox_release", R"sql(
UPDATE outbox SET lease = NULL WHERE id = ANY($1))sql"};

constexpr pg::statement remove_rows{"outbox_remove", "DELETE FROM outbox WHERE id = ANY($1)"};

constexpr pg::statement reschedule_row{"outbox_reschedule", R"sql(
UPDATE outbox SET attempts = attempts + 1, next_attempt = $2, lease = NULL WHERE id = $1)sql"};

constexpr pg::statement forget_subscription{"outbox_forget", R"sql(
DELETE FROM outbox WHERE tenant_id = $1 AND subscription_id = $2)sql"};

outbox_row read_row(const pg::row& from) {
    outbox_row made;
    made.id = from.int8(0);
    made.tenant = from.int4(1);
    made.subscription = from.int4(2);
    made.eid = from.int8(3);
    made.entity_id = from.text(4);
    made.payload = from.bytea(5);
    made.created_at = from.timestamptz(6);
    made.attempts = from.int4(7);
    made.next_attempt = from.timestamptz(8);
    return made;
}

asio::awaitable<result<void>> execute(reader& on, const pg::statement& what,
                                      const pg::parameters& with) {
    auto waiting = on.pool().execute(what, with);
    MERIDIAN_CO_CHECK(co_await std::move(waiting));
    co_return result<void>{};
}

} // namespace

asio::awaitable<result<std::vector<outbox_row>>> outbox::take(std::size_t limit,
                                                              std::chrono::seconds lease) {
    pg::parameters with;
    with.int8(static_cast<std::int64_t>(limit)).float8(static_cast<double>(lease.count()));
    auto waiting = reader_->pool().execute(take_rows, with);
    auto taken = co_await std::move(waiting);
    if (!taken)
        co_return taken.error();
    std::vector<outbox_row> rows;
    for (const pg::row row : *taken)
        rows.push_back(read_row(row));
    co_return rows;
}

asio::awaitable<result<void>> outbox::extend(std::vector<std::int64_t> ids,
                                             std::chrono::seconds lease) {
    pg::parameters with;
    with.int8_array(ids).float8(static_cast<double>(lease.count()));
    auto waiting = execute(*reader_, extend_rows, with);
    co_return co_await std::move(waiting);
}

asio::awaitable<result<void>> outbox::release(std::vector<std::int64_t> ids) {
    pg::parameters with;
    with.int8_array(ids);
    auto waiting = execute(*reader_, release_rows, with);
    co_return co_await std::move(waiting);
}

asio::awaitable<result<void>> outbox::remove(std::vector<std::int64_t> ids) {
    pg::parameters with;
    with.int8_array(ids);
    auto waiting = execute(*reader_, remove_rows, with);
    co_return co_await std::move(waiting);
}

asio::awaitable<result<void>> outbox::reschedule(std::int64_t id, timestamp next_attempt) {
    pg::parameters with;
    with.int8(id).timestamptz(next_attempt);
    auto waiting = execute(*reader_, reschedule_row, with);
    co_return co_await std::move(waiting);
}

asio::awaitable<result<void>> outbox::forget(tenant_id tenant, std::int32_t subscription) {
    pg::parameters with;
    with.int4(tenant).int4(subscription);
    auto waiting = execute(*reader_, forget_subscription, with);
    co_return co_await std::move(waiting);
}

} // namespace meridian::store
