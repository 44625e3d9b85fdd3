#include "store/old_history.hpp"

#include "meridian/base/log.hpp"
#include "store/blocking/columns.hpp"

#include <fmt/format.h>

namespace meridian::store {

bool take_charge_of_old_history(pqxx::connection& connection) {
    return pqxx::nontransaction(connection)
        .exec1("SELECT pg_try_advisory_lock(1835364990)")[0]
        .as<bool>();
}

void lock_for_correction(pqxx::work& in) {
    in.exec("SELECT pg_advisory_xact_lock_shared(1835364991)");
}

void lock_for_folding(pqxx::work& in) {
    in.exec("SELECT pg_advisory_xact_lock(1835364991)");
}

void close_month(pqxx::connection& connection, year_month month, left_rows rows) {
    const std::string until = bound_of(month + std::chrono::months{1});
    const std::string table = open_table(month);
    // What is in history_past lies before the month already; that this is known spares ATTACH the
    // look at each row while everybody waits.
    with_short_lock(connection, "history_past", [&](pqxx::work& transaction) {
        transaction.exec("ALTER TABLE history_past DROP CONSTRAINT IF EXISTS history_past_until");
        transaction.exec(fmt::format("ALTER TABLE history_past ADD CONSTRAINT history_past_until "
                                     "CHECK (ts < '{}') NOT VALID",
                                     until));
    });
    pqxx::nontransaction(connection)
        .exec("ALTER TABLE history_past VALIDATE CONSTRAINT history_past_until");
    with_short_lock(connection, "history_past, ONLY " + table, [&](pqxx::work& transaction) {
        transaction.exec("LOCK TABLE history IN ACCESS EXCLUSIVE MODE");
        transaction.exec("ALTER TABLE history DETACH PARTITION " + table);
        transaction.exec("ALTER TABLE history DETACH PARTITION history_past");
        transaction.exec(fmt::format("ALTER TABLE history ATTACH PARTITION history_past FOR VALUES "
                                     "FROM (MINVALUE) TO ('{}')",
                                     until));
        if (rows == left_rows::keep)
            transaction.exec(fmt::format("INSERT INTO history_past SELECT * FROM {}", table));
        transaction.exec("DROP TABLE " + table);
        transaction.exec("ALTER TABLE history_past DROP CONSTRAINT history_past_until");
    });
    spdlog::info("history has no partition {} any more", table);
}

std::optional<year_month> first_open_month(pqxx::connection& connection) {
    const std::vector<year_month> open = months_of(connection, "history");
    return open.empty() ? std::nullopt : std::optional(open.front());
}

void drop_detached_months(pqxx::connection& connection) {
    const pqxx::result half = pqxx::nontransaction(connection).exec(R"sql(
        SELECT inhrelid::regclass::text FROM pg_inherits
        WHERE inhparent = 'history_folded'::regclass AND inhdetachpending
        )sql");
    for (const pqxx::row& one : half)
        pqxx::nontransaction(connection)
            .exec(fmt::format("ALTER TABLE history_folded DETACH PARTITION {} FINALIZE",
                              one[0].as<std::string>()));
    const pqxx::result left = pqxx::nontransaction(connection).exec(R"sql(
        SELECT c.oid::regclass::text FROM pg_class c
        JOIN pg_class parent ON parent.oid = 'history_folded'::regclass
        WHERE c.relname ~ '^history_folded_\d{6}$' AND c.relkind = 'r'
          AND c.relnamespace = parent.relnamespace
          AND NOT EXISTS (SELECT 1 FROM pg_inherits i WHERE i.inhrelid = c.oid)
        )sql");
    for (const pqxx::row& one : left)
        pqxx::nontransaction(connection).exec("DROP TABLE " + one[0].as<std::string>());
}

void unfold_day(pqxx::work& in, std::int64_t eid, ngsild::name_id attribute, timestamp at) {
    in.exec_params(R"sql(
        WITH folded AS (
          DELETE FROM history_folded
          WHERE eid = $1 AND attr_id = $2 AND day = date_trunc('day', $3::timestamptz, 'UTC')
          RETURNING *)
        INSERT INTO history (eid, ts, modified_at, created_at, iid, num, attr_id, ds_id, flags,
                             txt, rest, subject_id)
        SELECT f.eid, u.ts, u.modified_at, u.created_at, u.iid, u.num, f.attr_id,
               nullif(f.ds_id, 0), f.flags,
               u.txt, u.rest, f.subject_id
        FROM folded f, LATERAL unfolded(f.day, f.first_iid, f.ms, f.us, f.late, f.modified,
                                        f.created, f.iids, f.num, f.txt, f.rest) u
        )sql",
                   eid, attribute, to_text(at));
}

std::optional<timestamp> folded_day_of(pqxx::work& in, std::int64_t eid, ngsild::name_id attribute,
                                       std::int64_t iid) {
    const pqxx::result found = in.exec_params("SELECT " + blocking::micros("day") + R"sql(
        FROM history_folded
        WHERE eid = $1 AND attr_id = $2 AND $3::bigint - first_iid BETWEEN 0 AND 2147483647
          AND CASE WHEN iids IS NULL THEN $3 < first_iid + n
                   ELSE ($3 - first_iid)::int = ANY(iids) END
        )sql",
                                              eid, attribute, iid);
    return found.empty() ? std::nullopt : std::optional(blocking::to_timestamp(found[0][0]));
}

} // namespace meridian::store
