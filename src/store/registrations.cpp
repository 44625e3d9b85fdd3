#include "meridian/store/registrations.hpp"

#include "store/blocking/columns.hpp"
#include "store/blocking/run.hpp"

#include <fmt/format.h>

namespace meridian::store {
namespace {

const std::string& columns() {
    using blocking::micros;
    static const std::string text = fmt::format("id, uri, body, {}, {}, {}", micros("created_at"),
                                                micros("modified_at"), micros("expires_at"));
    return text;
}

registration_row to_registration(const pqxx::row& row) {
    registration_row found;
    found.id = row[0].as<std::int32_t>();
    found.uri = row[1].as<std::string>();
    found.body = row[2].as<std::string>();
    found.created_at = blocking::to_timestamp(row[3]);
    found.modified_at = blocking::to_timestamp(row[4]);
    found.expires_at = blocking::to_optional_timestamp(row[5]);
    return found;
}

problem not_found(const std::string& uri) {
    return problem(problem_kind::resource_not_found,
                   fmt::format("there is no Context Source Registration '{}'", uri));
}

/// Locks the Tenant's row until COMMIT, so that changes of its Registrations are serial.
/// Gives the version that was there before.
std::int64_t bump_version(pqxx::work& transaction, tenant_id tenant) {
    const pqxx::result rows =
        transaction.exec_params("UPDATE tenant SET registration_version = registration_version + 1 "
                                "WHERE id = $1 RETURNING registration_version - 1",
                                tenant);
    return rows.empty() ? 0 : rows[0][0].as<std::int64_t>();
}

result<void> bump_version_from(pqxx::work& transaction, tenant_id tenant, std::int64_t judged_at) {
    if (bump_version(transaction, tenant) == judged_at)
        return {};
    return problem(problem_kind::precondition_failed,
                   "the Context Source Registrations were changed meanwhile");
}

result<registration_row> insert(pqxx::connection& connection, tenant_id tenant,
                                const registration_row& what, std::int64_t judged_at) {
    const blocking::moment_parameter expires_at(what.expires_at);
    pqxx::work transaction(connection);
    MERIDIAN_CHECK(bump_version_from(transaction, tenant, judged_at));
    transaction.exec_params(
        "DELETE FROM registration WHERE tenant_id = $1 AND uri = $2 AND expires_at <= now()",
        tenant, what.uri);
    const pqxx::result rows = transaction.exec_params(
        R"sql(
        INSERT INTO registration (tenant_id, uri, body, created_at, modified_at, expires_at)
        VALUES ($1, $2, $3, now(), now(), $4)
        ON CONFLICT (tenant_id, uri) DO NOTHING
        RETURNING )sql" +
            columns(),
        tenant, what.uri, what.body, expires_at.get());
    if (rows.empty())
        return problem(
            problem_kind::already_exists,
            fmt::format("there is a Context Source Registration '{}' already", what.uri));
    transaction.commit();
    return to_registration(rows[0]);
}

result<registration_row> replace(pqxx::connection& connection, tenant_id tenant,
                                 const registration_row& what, std::int64_t judged_at) {
    const blocking::moment_parameter expires_at(what.expires_at);
    pqxx::work transaction(connection);
    MERIDIAN_CHECK(bump_version_from(transaction, tenant, judged_at));
    const pqxx::result rows = transaction.exec_params(
        R"sql(
        UPDATE registration
        SET body = $3, expires_at = $4,
            modified_at = greatest(now(), modified_at + interval '1 microsecond')
        WHERE tenant_id = $1 AND uri = $2 AND (expires_at IS NULL OR expires_at > now())
        RETURNING )sql" +
            columns(),
        tenant, what.uri, what.body, expires_at.get());
    if (rows.empty())
        return not_found(what.uri);
    transaction.commit();
    return to_registration(rows[0]);
}

result<std::int64_t> erase(pqxx::connection& connection, tenant_id tenant, const std::string& uri) {
    pqxx::work transaction(connection);
    const auto before = bump_version(transaction, tenant);
    const pqxx::result rows = transaction.exec_params(
        R"sql(
        DELETE FROM registration
        WHERE tenant_id = $1 AND uri = $2 AND (expires_at IS NULL OR expires_at > now())
        RETURNING id
        )sql",
        tenant, uri);
    if (rows.empty())
        return not_found(uri);
    transaction.commit();
    return before + 1;
}

result<std::int64_t> erase_expired(pqxx::connection& connection) {
    pqxx::work transaction(connection);
    const pqxx::result gone = transaction.exec(R"sql(
        WITH due AS (
          SELECT DISTINCT tenant_id FROM registration WHERE expires_at <= now()),
        bumped AS (
          UPDATE tenant SET registration_version = registration_version + 1
          WHERE id IN (SELECT tenant_id FROM due)
          RETURNING id)
        DELETE FROM registration
        WHERE tenant_id IN (SELECT id FROM bumped) AND expires_at <= now()
        )sql");
    transaction.commit();
    return static_cast<std::int64_t>(gone.affected_rows());
}

} // namespace

asio::awaitable<result<registration_row>>
registrations::create(tenant_id tenant, registration_row what, std::int64_t judged_at) {
    auto work = [tenant, what = std::move(what), judged_at](pqxx::connection& connection) {
        return insert(connection, tenant, what, judged_at);
    };
    return blocking::run(pool_, std::move(work));
}

asio::awaitable<result<registration_row>>
registrations::update(tenant_id tenant, registration_row what, std::int64_t judged_at) {
    auto work = [tenant, what = std::move(what), judged_at](pqxx::connection& connection) {
        return replace(connection, tenant, what, judged_at);
    };
    return blocking::run(pool_, std::move(work));
}

asio::awaitable<result<std::int64_t>> registrations::remove(tenant_id tenant, std::string uri) {
    auto work = [tenant, uri = std::move(uri)](pqxx::connection& connection) {
        return erase(connection, tenant, uri);
    };
    return blocking::run(pool_, std::move(work));
}

asio::awaitable<result<registration_list>> registrations::list(tenant_id tenant) {
    auto work = [tenant](pqxx::connection& connection) -> result<registration_list> {
        pqxx::transaction<pqxx::repeatable_read, pqxx::read_only> snapshot(connection);
        registration_list found;
        const pqxx::result at =
            snapshot.exec_params("SELECT registration_version FROM tenant WHERE id = $1", tenant);
        if (!at.empty())
            found.version = at[0][0].as<std::int64_t>();
        const pqxx::result rows = snapshot.exec_params(
            "SELECT " + columns() + " FROM registration WHERE tenant_id = $1 ORDER BY id", tenant);
        for (const pqxx::row& row : rows)
            found.rows.push_back(to_registration(row));
        return found;
    };
    return blocking::run(pool_, std::move(work));
}

asio::awaitable<result<std::int64_t>> registrations::version_of(tenant_id tenant) {
    auto work = [tenant](pqxx::connection& connection) -> result<std::int64_t> {
        const pqxx::result rows =
            pqxx::nontransaction(connection)
                .exec_params("SELECT registration_version FROM tenant WHERE id = $1", tenant);
        return rows.empty() ? std::int64_t{0} : rows[0][0].as<std::int64_t>();
    };
    return blocking::run(pool_, std::move(work));
}

asio::awaitable<result<std::vector<registrations::version>>> registrations::versions() {
    auto work = [](pqxx::connection& connection) -> result<std::vector<version>> {
        std::vector<version> all;
        const pqxx::result rows = pqxx::nontransaction(connection)
                                      .exec("SELECT id, registration_version FROM tenant "
                                            "WHERE registration_version > 0");
        for (const pqxx::row& row : rows)
            all.push_back({row[0].as<tenant_id>(), row[1].as<std::int64_t>()});
        return all;
    };
    return blocking::run(pool_, std::move(work));
}

asio::awaitable<result<std::int64_t>> registrations::sweep() {
    return blocking::run(pool_, erase_expired);
}

} // namespace meridian::store
