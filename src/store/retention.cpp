#include "meridian/base/log.hpp"
#include "meridian/store/folding.hpp"
#include "store/blocking/columns.hpp"
#include "store/blocking/guard.hpp"
#include "store/old_history.hpp"
#include "store/rollups/dropped_months.hpp"
#include "store/rollups/locked.hpp"

#include <fmt/format.h>

namespace meridian::store {
namespace {

constexpr int rows_a_batch = 5'000;

/// The horizon before anything goes, so that nobody is answered by half of what there was. Gives
/// the first month that is kept: an earlier one where days are still to be rolled up, which the
/// snapshot of the same transaction tells.
year_month raise_horizon(pqxx::connection& connection, year_month first_kept) {
    const rollups::locked lock(connection);
    pqxx::transaction<pqxx::repeatable_read> in(connection);
    if (const auto unrolled = rollups::first_unrolled(in, bound_of(first_kept))) {
        first_kept = month_of(*unrolled);
        spdlog::info("history of the month of {} is kept beyond its time: not all that policies "
                     "want of it is rolled up yet",
                     bound_of(first_kept));
    }
    in.exec_params("UPDATE history_horizon SET at = $1 WHERE at < $1", bound_of(first_kept));
    in.exec_params("UPDATE as_of_horizon SET at = $1 WHERE at < $1", bound_of(first_kept));
    rollups::note_dropped(in, bound_of(first_kept));
    in.commit();
    return first_kept;
}

int drop_folded(pqxx::connection& connection, year_month first_kept) {
    int dropped = 0;
    for (const year_month month : months_of(connection, "history_folded")) {
        if (month >= first_kept)
            break;
        pqxx::nontransaction alone(connection);
        alone.exec(fmt::format("ALTER TABLE history_folded DETACH PARTITION {} CONCURRENTLY",
                               folded_table(month)));
        alone.exec("DROP TABLE " + folded_table(month));
        spdlog::info("history before {} is dropped", bound_of(month + std::chrono::months{1}));
        ++dropped;
    }
    return dropped;
}

int drop_open(pqxx::connection& connection, year_month first_kept) {
    int dropped = 0;
    for (auto month = first_open_month(connection); month && *month < first_kept;
         month = first_open_month(connection), ++dropped)
        close_month(connection, *month, left_rows::drop);
    return dropped;
}

/// Deletes `rows_a_batch` rows at a time, each batch a transaction, until none is left. Nothing is
/// rolled up meanwhile.
void delete_in_batches(pqxx::connection& connection, const std::string& statement,
                       const std::string& bound, const std::atomic<bool>& stop) {
    while (!stop) {
        pqxx::work in(connection);
        in.exec(rollups::share_rollups);
        const auto gone = in.exec_params(statement, bound, rows_a_batch).affected_rows();
        in.commit();
        if (gone < rows_a_batch)
            return;
    }
}

constexpr const char* delete_late_instances = R"sql(
    DELETE FROM history_past WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM history_past WHERE ts < $1::timestamptz LIMIT $2::int))
)sql";

constexpr const char* delete_past_heads = R"sql(
    DELETE FROM entity_past WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM entity_past WHERE until < $1::timestamptz LIMIT $2::int))
)sql";

/// Deleted Entities that nothing is remembered of. The row's lock keeps them from being revived
/// meanwhile.
constexpr const char* forget_deleted_entities = R"sql(
    WITH forgotten AS (
      SELECT e.eid FROM entity e
      WHERE e.doc IS NULL AND e.deleted_at < $1::timestamptz
        AND NOT EXISTS (SELECT 1 FROM history h WHERE h.eid = e.eid)
        AND NOT EXISTS (SELECT 1 FROM history_folded f WHERE f.eid = e.eid)
        AND NOT EXISTS (SELECT 1 FROM rollup r WHERE r.eid = e.eid)
      LIMIT $2::int FOR UPDATE OF e SKIP LOCKED),
    types AS (DELETE FROM history_type t USING forgotten g WHERE t.eid = g.eid),
    attributes AS (DELETE FROM history_attr a USING forgotten g WHERE a.eid = g.eid),
    heads AS (DELETE FROM entity_past p USING forgotten g WHERE p.eid = g.eid),
    extents AS (DELETE FROM history_extent x USING forgotten g WHERE x.eid = g.eid),
    days AS (DELETE FROM rollup_day d USING forgotten g WHERE d.eid = g.eid),
    marks AS (DELETE FROM rollup_dirty y USING forgotten g WHERE y.eid = g.eid)
    DELETE FROM entity e USING forgotten g WHERE e.eid = g.eid
)sql";

result<int> drop(const std::string& conninfo, timestamp horizon, const std::atomic<bool>& stop) {
    MERIDIAN_TRY(const std::string settings, blocking::maintenance_conninfo(conninfo));
    pqxx::connection connection(settings);
    if (!take_charge_of_old_history(connection))
        return 0;
    drop_detached_months(connection);
    const year_month first_kept = raise_horizon(connection, month_of(horizon));
    const int dropped = drop_folded(connection, first_kept) + drop_open(connection, first_kept);
    const std::string bound = bound_of(first_kept);
    delete_in_batches(connection, delete_late_instances, bound, stop);
    delete_in_batches(connection, delete_past_heads, bound, stop);
    delete_in_batches(connection, forget_deleted_entities, bound, stop);
    return dropped;
}

result<void> read_edges(const std::string& conninfo, history_edges& into) {
    MERIDIAN_TRY(const std::string settings, blocking::maintenance_conninfo(conninfo));
    pqxx::connection connection(settings);
    const std::string select = fmt::format(
        "SELECT {}, {} FROM (SELECT nullif(at, '-infinity') AS at FROM history_horizon) "
        "h, (SELECT nullif(until, '-infinity') AS until FROM history_fold) f",
        blocking::micros("at"), blocking::micros("until"));
    const pqxx::row found = pqxx::nontransaction(connection).exec1(select);
    if (!found[0].is_null())
        into.set_horizon(blocking::to_timestamp(found[0]));
    if (!found[1].is_null())
        into.set_fold_until(blocking::to_timestamp(found[1]));
    return {};
}

} // namespace

result<void> read_history_edges(const std::string& conninfo, history_edges& into) {
    return blocking::guarded([&] { return read_edges(conninfo, into); });
}

result<int> drop_history(const std::string& conninfo, timestamp horizon,
                         const std::atomic<bool>& stop) {
    return blocking::guarded([&] { return drop(conninfo, horizon, stop); });
}

} // namespace meridian::store
