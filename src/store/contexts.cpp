#include "meridian/store/contexts.hpp"

#include "meridian/base/json.hpp"
#include "store/blocking/columns.hpp"
#include "store/blocking/run.hpp"

#include <fmt/format.h>

namespace meridian::store {
namespace {

context_kind to_kind(const std::string& name) noexcept {
    if (name == "Hosted")
        return context_kind::hosted;
    return name == "Cached" ? context_kind::cached : context_kind::implicitly_created;
}

std::string columns(const char* body) {
    using blocking::micros;
    return fmt::format("url, kind, {}, {}, {}, {}, etag, {}, uses, local_id, tenant_id", body,
                       micros("created_at"), micros("fetched_at"), micros("expires_at"),
                       micros("last_used"));
}

stored_context to_context(const pqxx::row& row) {
    stored_context found;
    found.url = row[0].as<std::string>();
    found.kind = to_kind(row[1].as<std::string>());
    found.body = row[2].as<std::string>();
    found.created_at = blocking::to_timestamp(row[3]);
    found.fetched_at = blocking::to_timestamp(row[4]);
    found.expires_at = blocking::to_optional_timestamp(row[5]);
    found.etag = row[6].as<std::string>();
    found.last_used = blocking::to_optional_timestamp(row[7]);
    found.uses = row[8].as<std::int64_t>();
    found.local_id = row[9].as<std::string>();
    if (!row[10].is_null())
        found.tenant = row[10].as<tenant_id>();
    return found;
}

constexpr const char* count_version = "UPDATE context_version SET number = number + 1";

problem too_many() {
    return problem(problem_kind::too_complex_query,
                   fmt::format("the tenant has {} @contexts already, which is the limit",
                               contexts::of_a_tenant));
}

/// $1 tenant, $2 kind, $3 body, $4 limit. The digest is that of implicitly created ones alone.
constexpr const char* insert_own = R"sql(
    WITH made (id) AS (SELECT 'urn:ngsi-ld:Context:' || gen_random_uuid())
    INSERT INTO context (url, local_id, kind, tenant_id, body, digest)
    SELECT id, id, $2, $1, $3,
           CASE WHEN $2 = 'ImplicitlyCreated' THEN sha256(convert_to($3, 'UTF8')) END
    FROM made
    WHERE (SELECT count(*) FROM context WHERE tenant_id = $1) < $4
    ON CONFLICT (tenant_id, digest) WHERE digest IS NOT NULL DO NOTHING
    RETURNING local_id
    )sql";

constexpr const char* find_implicit = R"sql(
    SELECT local_id FROM context
    WHERE tenant_id = $1 AND digest = sha256(convert_to($2, 'UTF8'))
    )sql";

} // namespace

const char* name_of(context_kind kind) noexcept {
    switch (kind) {
    case context_kind::hosted:
        return "Hosted";
    case context_kind::implicitly_created:
        return "ImplicitlyCreated";
    default:
        return "Cached";
    }
}

asio::awaitable<result<std::optional<stored_context>>> contexts::find(std::string key) {
    auto work = [key = std::move(key)](
                    pqxx::connection& connection) -> result<std::optional<stored_context>> {
        const pqxx::result rows =
            pqxx::nontransaction(connection)
                .exec_params("SELECT " + columns("body") +
                                 " FROM context WHERE url = $1 OR local_id = $1",
                             key);
        if (rows.empty())
            return std::optional<stored_context>{};
        return std::optional(to_context(rows[0]));
    };
    auto answer = blocking::run(pool_, std::move(work));
    co_return co_await std::move(answer);
}

asio::awaitable<result<void>> contexts::put(stored_context what) {
    auto work = [what = std::move(what)](pqxx::connection& connection) -> result<void> {
        const blocking::moment_parameter expires_at(what.expires_at);
        pqxx::work transaction(connection);
        const pqxx::result before = transaction.exec_params(
            "SELECT body = $2 FROM context WHERE url = $1 FOR UPDATE", what.url, what.body);
        transaction.exec_params(R"sql(
            INSERT INTO context (url, kind, body, expires_at, etag)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (url) DO UPDATE
            SET body = excluded.body, expires_at = excluded.expires_at, etag = excluded.etag,
                fetched_at = now()
            )sql",
                                what.url, name_of(context_kind::cached), what.body,
                                expires_at.get(), what.etag);
        if (!before.empty() && !before[0][0].as<bool>())
            transaction.exec(count_version);
        transaction.commit();
        return {};
    };
    auto answer = blocking::run(pool_, std::move(work));
    co_return co_await std::move(answer);
}

asio::awaitable<result<std::string>> contexts::host(tenant_id tenant, std::string body) {
    auto work = [tenant,
                 body = std::move(body)](pqxx::connection& connection) -> result<std::string> {
        pqxx::work transaction(connection);
        const pqxx::result made = transaction.exec_params(
            insert_own, tenant, name_of(context_kind::hosted), body, of_a_tenant);
        transaction.commit();
        if (made.empty())
            return too_many();
        return made[0][0].as<std::string>();
    };
    auto answer = blocking::run(pool_, std::move(work));
    co_return co_await std::move(answer);
}

asio::awaitable<result<std::string>> contexts::create_implicitly(tenant_id tenant,
                                                                 std::string body) {
    auto work = [tenant,
                 body = std::move(body)](pqxx::connection& connection) -> result<std::string> {
        // Found after all: another broker made it between the first look and the insert.
        for (const bool is_last : {false, true}) {
            pqxx::work transaction(connection);
            const pqxx::result known = transaction.exec_params(find_implicit, tenant, body);
            if (!known.empty())
                return known[0][0].as<std::string>();
            const pqxx::result made = transaction.exec_params(
                insert_own, tenant, name_of(context_kind::implicitly_created), body, of_a_tenant);
            transaction.commit();
            if (!made.empty())
                return made[0][0].as<std::string>();
            if (is_last)
                break;
        }
        return too_many();
    };
    auto answer = blocking::run(pool_, std::move(work));
    co_return co_await std::move(answer);
}

asio::awaitable<result<std::vector<stored_context>>>
contexts::list(tenant_id tenant, std::optional<context_kind> kind) {
    auto work = [tenant,
                 kind](pqxx::connection& connection) -> result<std::vector<stored_context>> {
        const pqxx::result rows = pqxx::nontransaction(connection)
                                      .exec_params("SELECT " + columns("''") + R"sql(
                             FROM context
                             WHERE (tenant_id IS NULL OR tenant_id = $1)
                               AND ($2::text IS NULL OR kind = $2)
                             ORDER BY id
                             )sql",
                                                   tenant, kind ? name_of(*kind) : nullptr);
        std::vector<stored_context> all;
        for (const pqxx::row& row : rows)
            all.push_back(to_context(row));
        return all;
    };
    auto answer = blocking::run(pool_, std::move(work));
    co_return co_await std::move(answer);
}

asio::awaitable<result<bool>> contexts::remove(std::string url) {
    auto work = [url = std::move(url)](pqxx::connection& connection) -> result<bool> {
        pqxx::work transaction(connection);
        const auto removed =
            transaction.exec_params("DELETE FROM context WHERE url = $1", url).affected_rows();
        if (removed > 0)
            transaction.exec(count_version);
        transaction.commit();
        return removed > 0;
    };
    auto answer = blocking::run(pool_, std::move(work));
    co_return co_await std::move(answer);
}

asio::awaitable<result<void>> contexts::count_uses(std::vector<context_uses> uses) {
    json rows = json::array();
    for (const auto& one : uses)
        rows.push_back({{"url", one.url}, {"count", one.count}, {"at", to_text(one.last_used)}});
    auto work = [rows = to_text(rows)](pqxx::connection& connection) -> result<void> {
        pqxx::work transaction(connection);
        // Rows are locked in one order by all brokers, so that none waits for another in a circle.
        transaction.exec_params(R"sql(
            WITH used AS (
              SELECT c.id, u.count, u.at
              FROM jsonb_to_recordset($1::jsonb) AS u (url text, count bigint, at timestamptz)
              JOIN context c USING (url)
              ORDER BY c.id FOR UPDATE OF c)
            UPDATE context c
            SET uses = c.uses + used.count, last_used = greatest(c.last_used, used.at)
            FROM used WHERE c.id = used.id
            )sql",
                                rows);
        transaction.commit();
        return {};
    };
    auto answer = blocking::run(pool_, std::move(work));
    co_return co_await std::move(answer);
}

asio::awaitable<result<std::int64_t>> contexts::version() {
    auto work = [](pqxx::connection& connection) -> result<std::int64_t> {
        return pqxx::nontransaction(connection)
            .exec1("SELECT number FROM context_version")[0]
            .as<std::int64_t>();
    };
    auto answer = blocking::run(pool_, std::move(work));
    co_return co_await std::move(answer);
}

} // namespace meridian::store
