#include "meridian/store/partitions.hpp"

#include "meridian/base/log.hpp"
#include "store/blocking/guard.hpp"
#include "store/months.hpp"

#include <fmt/format.h>

namespace meridian::store {
namespace {

constexpr const char* try_lock = "SELECT pg_try_advisory_lock(1835364970)";

constexpr const char* select_first_future_month = R"sql(
    SELECT extract(year FROM edge)::int, extract(month FROM edge)::int
    FROM (SELECT (regexp_match(pg_get_expr(relpartbound, oid), 'FROM \(''([^'']+)''\)'))[1]
                 ::timestamptz AT TIME ZONE 'UTC' AS edge
          FROM pg_class WHERE oid = 'history_future'::regclass) AS bounds
)sql";

/// The new month as a free table: nobody waits for this. The CHECK spares ATTACH its scan.
void make_table(pqxx::connection& connection, year_month month) {
    pqxx::work transaction(connection);
    const std::string name = open_table(month);
    transaction.exec("DROP TABLE IF EXISTS " + name); // of an attempt that was cut short
    transaction.exec(fmt::format(
        R"sql(
        CREATE TABLE {0} (
          LIKE history INCLUDING DEFAULTS INCLUDING STORAGE INCLUDING COMPRESSION INCLUDING INDEXES,
          CONSTRAINT {0}_month CHECK (ts >= '{1}' AND ts < '{2}'))
        )sql",
        name, bound_of(month), bound_of(month + std::chrono::months{1})));
    transaction.commit();
}

/// Puts the month between its predecessor and the last outer partition, which is cut back. In one
/// transaction, so that there is a partition for every moment at any time.
void attach(pqxx::work& transaction, year_month month) {
    const std::string name = open_table(month);
    const std::string from = bound_of(month);
    const std::string to = bound_of(month + std::chrono::months{1});
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
}

void add_month(pqxx::connection& connection, year_month month) {
    make_table(connection, month);
    with_short_lock(connection, "history_future",
                    [&](pqxx::work& transaction) { attach(transaction, month); });
    spdlog::info("history has a partition {}", open_table(month));
}

result<int> ensure(const std::string& conninfo, timestamp now) {
    MERIDIAN_TRY(const std::string settings, blocking::maintenance_conninfo(conninfo));
    pqxx::connection connection(settings);
    if (!pqxx::nontransaction(connection).exec1(try_lock)[0].as<bool>())
        return 0; // somebody else is at it
    const year_month last = month_of(now) + std::chrono::months{coming_months};
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
