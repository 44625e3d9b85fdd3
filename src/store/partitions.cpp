#include "meridian/store/partitions.hpp"

#include "meridian/base/log.hpp"
#include "store/blocking/guard.hpp"

#include <fmt/format.h>
#include <thread>

namespace meridian::store {
namespace {

using std::chrono::year_month;

constexpr const char* try_lock = "SELECT pg_try_advisory_lock(1835364970)";

constexpr const char* select_first_future_month = R"sql(
    SELECT extract(year FROM edge)::int, extract(month FROM edge)::int
    FROM (SELECT (regexp_match(pg_get_expr(relpartbound, oid), 'FROM \(''([^'']+)''\)'))[1]
                 ::timestamptz AT TIME ZONE 'UTC' AS edge
          FROM pg_class WHERE oid = 'history_future'::regclass) AS bounds
)sql";

std::string bound(year_month month) {
    return fmt::format("{:04}-{:02}-01 00:00:00+00", int(month.year()), unsigned(month.month()));
}

/// Numbers only: nothing of a user's comes into this text.
std::string table_name(year_month month) {
    return fmt::format("history_{:04}{:02}", int(month.year()), unsigned(month.month()));
}

/// The new month as a free table: nobody waits for this. The CHECK spares ATTACH its scan.
void make_table(pqxx::connection& connection, year_month month) {
    pqxx::work transaction(connection);
    const std::string name = table_name(month);
    transaction.exec("DROP TABLE IF EXISTS " + name); // of an attempt that was cut short
    transaction.exec(fmt::format(
        R"sql(
        CREATE TABLE {0} (
          LIKE history INCLUDING DEFAULTS INCLUDING STORAGE INCLUDING COMPRESSION INCLUDING INDEXES,
          CONSTRAINT {0}_month CHECK (ts >= '{1}' AND ts < '{2}'))
        )sql",
        name, bound(month), bound(month + std::chrono::months{1})));
    transaction.commit();
}

/// Puts the month between its predecessor and the last outer partition, which is cut back. In one
/// transaction, so that there is a partition for every moment at any time.
void attach(pqxx::connection& connection, year_month month) {
    const std::string name = table_name(month);
    const std::string from = bound(month);
    const std::string to = bound(month + std::chrono::months{1});
    pqxx::work transaction(connection);
    transaction.exec("SET LOCAL lock_timeout = '1s'");
    transaction.exec("ALTER TABLE history DETACH PARTITION history_future");
    transaction.exec(fmt::format(
        R"sql(
        WITH moved AS (DELETE FROM history_future WHERE ts < '{}' RETURNING *)
        INSERT INTO {} SELECT * FROM moved
        )sql",
        to, name));
    transaction.exec(
        fmt::format("ALTER TABLE history ATTACH PARTITION {} FOR VALUES FROM ('{}') TO ('{}')",
                    name, from, to));
    transaction.exec(fmt::format(
        "ALTER TABLE history ATTACH PARTITION history_future FOR VALUES FROM ('{}') TO (MAXVALUE)",
        to));
    transaction.exec(fmt::format("ALTER TABLE {0} DROP CONSTRAINT {0}_month", name));
    transaction.commit();
}

void add_month(pqxx::connection& connection, year_month month) {
    constexpr int attempts = 20;
    for (int attempt = 1;; ++attempt) {
        make_table(connection, month);
        try {
            attach(connection, month);
            spdlog::info("history has a partition {}", table_name(month));
            return;
        } catch (const pqxx::sql_error& refused) {
            constexpr std::string_view lock_not_available = "55P03";
            constexpr std::string_view deadlock = "40P01";
            if ((refused.sqlstate() != lock_not_available && refused.sqlstate() != deadlock) ||
                attempt == attempts)
                throw;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{100} * attempt);
    }
}

result<int> ensure(const std::string& conninfo, timestamp now) {
    MERIDIAN_TRY(const std::string settings, blocking::maintenance_conninfo(conninfo));
    pqxx::connection connection(settings);
    if (!pqxx::nontransaction(connection).exec1(try_lock)[0].as<bool>())
        return 0; // somebody else is at it
    const std::chrono::year_month_day today{std::chrono::floor<std::chrono::days>(now)};
    const year_month last =
        year_month{today.year(), today.month()} + std::chrono::months{coming_months};
    const pqxx::row edge = pqxx::nontransaction(connection).exec1(select_first_future_month);
    year_month next{std::chrono::year{edge[0].as<int>()},
                    std::chrono::month{edge[1].as<unsigned>()}};
    int made = 0;
    for (; next <= last; next += std::chrono::months{1}, ++made)
        add_month(connection, next);
    return made;
}

} // namespace

result<int> ensure_partitions(const std::string& conninfo, timestamp now) {
    return blocking::guarded([&] { return ensure(conninfo, now); });
}

} // namespace meridian::store
