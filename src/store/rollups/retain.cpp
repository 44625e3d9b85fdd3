#include "store/rollups/retain.hpp"

#include "store/old_history.hpp"
#include "store/rollups/locked.hpp"
#include "store/rollups/wanted_levels.hpp"

#include <fmt/format.h>
#include <string_view>

namespace meridian::store::rollups {
namespace {

constexpr int portion = 5'000;

// $1 eids, $2 Attributes, $3 the edge. A pair without roll-ups has an extent with nothing between
// its ends, both at the moment from which on instances are there.
std::string note_raw_from() {
    constexpr std::string_view text = R"sql(
WITH due AS (
  SELECT u.eid, u.attr_id, c.cutoff
  FROM unnest($1::bigint[], $2::int[]) u(eid, attr_id)
  CROSS JOIN LATERAL (SELECT * FROM history_wanted w
                      WHERE w.eid = u.eid AND w.attr_id = u.attr_id AND w.raw_days < 1000000) v
  CROSS JOIN LATERAL (
    SELECT $3::timestamptz - make_interval(days => v.raw_days) AS cutoff,
      $3::timestamptz - make_interval(days => greatest(v.minute_days, v.hour_days, v.day_days))
        AS wanted_from) c
  LEFT JOIN history_extent e ON e.eid = u.eid AND e.attr_id = u.attr_id
  WHERE (EXISTS (SELECT 1 FROM history h
                 WHERE h.eid = u.eid AND h.attr_id = u.attr_id AND h.ts < c.cutoff)
         OR EXISTS (SELECT 1 FROM history_folded f
                    WHERE f.eid = u.eid AND f.attr_id = u.attr_id AND f.day < c.cutoff))
    AND (v.levels = 0 OR c.cutoff <= c.wanted_from OR (
      e.rolled_to >= c.cutoff AND e.rolled_from <= greatest(e.raw_from, c.wanted_from)
      AND NOT EXISTS (
        SELECT 1 FROM rollup_dirty y
        WHERE y.eid = u.eid AND y.attr_id = u.attr_id AND y.day < c.cutoff
          AND y.day >= greatest(e.raw_from, c.wanted_from))
      AND NOT EXISTS (
        SELECT 1 FROM rollup_day d
        WHERE d.eid = u.eid AND d.attr_id = u.attr_id AND d.day < c.cutoff
          AND d.day >= greatest(e.raw_from, c.wanted_from) AND {lacks}))))
INSERT INTO history_extent AS e (eid, attr_id, rolled_from, rolled_to, raw_from)
SELECT d.eid, d.attr_id, d.cutoff, d.cutoff, d.cutoff FROM due d
ON CONFLICT (eid, attr_id) DO UPDATE
SET raw_from = greatest(e.raw_from, excluded.raw_from),
    rolled_from = CASE WHEN e.rolled_from >= e.rolled_to
                       THEN greatest(e.rolled_from, excluded.raw_from) ELSE e.rolled_from END,
    rolled_to = CASE WHEN e.rolled_from >= e.rolled_to
                     THEN greatest(e.rolled_from, excluded.raw_from) ELSE e.rolled_to END
RETURNING e.eid, e.attr_id)sql";
    return fmt::format(text, fmt::arg("lacks", lacks_level("v", "$3::timestamptz")));
}

// $1 eid, $2 Attribute, $3 how many at most, but for those with the same ts as the last, and those
// that are folded: these are few rows, of whole days as raw_from is. As-of reads want to know of
// what they may miss.
constexpr const char* delete_portion = R"sql(
WITH x AS MATERIALIZED (
  SELECT e.raw_from, coalesce((
    SELECT h.ts FROM history h WHERE h.eid = $1::bigint AND h.attr_id = $2::int
      AND h.ts < e.raw_from ORDER BY h.ts OFFSET $3::int LIMIT 1), e.raw_from) AS last
  FROM history_extent e WHERE e.eid = $1::bigint AND e.attr_id = $2::int),
gone AS (
  DELETE FROM history h
  WHERE h.eid = $1::bigint AND h.attr_id = $2::int AND h.ts < (SELECT raw_from FROM x)
    AND h.ts <= (SELECT last FROM x)
  RETURNING h.modified_at, h.flags),
folded AS (
  DELETE FROM history_folded f
  WHERE f.eid = $1::bigint AND f.attr_id = $2::int AND f.day < (SELECT raw_from FROM x)
  RETURNING f.*)
UPDATE history_extent e
SET gone_until = greatest(e.gone_until,
                          (SELECT max(modified_at) FROM gone WHERE flags & 512 <> 0),
                          (SELECT max(u.modified_at) FROM folded f,
                             LATERAL unfolded(f.day, f.first_iid, f.ms, f.us, f.late, f.modified,
                                              f.created, f.iids, f.num, f.txt, f.rest) u
                           WHERE f.flags & 512 <> 0))
WHERE e.eid = $1::bigint AND e.attr_id = $2::int
RETURNING (SELECT count(*) FROM gone))sql";

// What a pair is to lose of a level ($4, kept so many days as the column {} tells), a week at a
// time, so that no transaction is long: $1 eids, $2 Attributes, $3 the edge.
constexpr std::string_view delete_level = R"sql(
WITH due AS (
  SELECT u.eid, u.attr_id, least(c.cutoff, date_bin('24 hours', o.at,
    '2000-01-01 00:00:00+00') + interval '168 hours') AS till
  FROM unnest($1::bigint[], $2::int[]) u(eid, attr_id)
  LEFT JOIN LATERAL (SELECT * FROM history_wanted w
                     WHERE w.eid = u.eid AND w.attr_id = u.attr_id) v ON true,
    LATERAL (SELECT CASE WHEN v.{0} > 0 THEN $3::timestamptz - make_interval(days => v.{0})
               ELSE 'infinity' END AS cutoff) c,
    LATERAL (SELECT r.at FROM rollup r
             WHERE r.eid = u.eid AND r.attr_id = u.attr_id AND r.level = $4::smallint
             ORDER BY r.at LIMIT 1) o
  WHERE o.at < c.cutoff),
lost AS (
  UPDATE rollup_day d SET levels = d.levels & ~$4::smallint FROM due u
  WHERE d.eid = u.eid AND d.attr_id = u.attr_id AND d.day < u.till
    AND d.levels & $4::smallint <> 0)
DELETE FROM rollup r USING due u
WHERE r.eid = u.eid AND r.attr_id = u.attr_id AND r.level = $4::smallint AND r.at < u.till)sql";

// Where nothing is wanted any more of what was rolled up, the extent begins later; where nothing is
// wanted at all it ends.
constexpr const char* cut_extents = R"sql(
WITH due AS (
  SELECT e.eid, e.attr_id, coalesce(v.levels, 0) AS levels, e.raw_from,
    least(CASE WHEN w.days > 0 THEN $3::timestamptz - make_interval(days => w.days) END,
          e.rolled_to) AS since
  FROM unnest($1::bigint[], $2::int[]) u(eid, attr_id)
  JOIN history_extent e ON e.eid = u.eid AND e.attr_id = u.attr_id
  LEFT JOIN LATERAL (SELECT * FROM history_wanted w
                     WHERE w.eid = u.eid AND w.attr_id = u.attr_id) v ON true,
    LATERAL (SELECT coalesce(greatest(v.minute_days, v.hour_days, v.day_days), 0) AS days) w
  WHERE w.days < 1000000),
cut AS (
  SELECT d.* FROM due d JOIN history_extent e USING (eid, attr_id)
  WHERE e.rolled_from < e.rolled_to AND d.since > e.rolled_from),
forgotten AS (
  DELETE FROM rollup_day d USING cut u
  WHERE d.eid = u.eid AND d.attr_id = u.attr_id AND d.day < u.since)
UPDATE history_extent e
SET rolled_from = CASE WHEN u.levels = 0 THEN u.raw_from ELSE u.since END,
    rolled_to = CASE WHEN u.levels = 0 THEN u.raw_from ELSE e.rolled_to END
FROM cut u WHERE e.eid = u.eid AND e.attr_id = u.attr_id)sql";

int delete_gone(pqxx::connection& connection, const pqxx::row& of, const std::atomic<bool>& stop) {
    while (!stop) {
        const locked lock(connection);
        pqxx::work transaction(connection);
        lock_for_correction(transaction);
        const auto gone = transaction.exec_params(delete_portion, of[0].as<std::int64_t>(),
                                                  of[1].as<int>(), portion);
        transaction.commit();
        if (gone.empty() || gone[0][0].as<int>() < portion) // none: the evolution was deleted
            break;
    }
    return 1;
}

std::int64_t delete_some(pqxx::connection& connection, const pair_arrays& of,
                         const std::string& edge, int level, std::string_view column) {
    const std::string statement = fmt::format(delete_level, column);
    const locked lock(connection);
    pqxx::work transaction(connection);
    const auto gone =
        transaction.exec_params(statement, of.eids, of.attributes, edge, level).affected_rows();
    transaction.commit();
    return static_cast<std::int64_t>(gone);
}

} // namespace

int remove_instances(pqxx::connection& connection, const pair_arrays& of, const std::string& edge,
                     const std::atomic<bool>& stop) {
    pqxx::result due;
    {
        const locked lock(connection);
        pqxx::transaction<pqxx::repeatable_read> transaction(connection);
        due = transaction.exec_params(note_raw_from(), of.eids, of.attributes, edge);
        transaction.commit();
    }
    int done = 0;
    for (const pqxx::row& pair : due)
        done += delete_gone(connection, pair, stop);
    return done;
}

int remove_rollups(pqxx::connection& connection, const pair_arrays& of, const std::string& edge,
                   const std::atomic<bool>& stop) {
    int done = 0;
    const std::pair<int, const char*> levels[] = {
        {1, "minute_days"}, {2, "hour_days"}, {4, "day_days"}};
    for (const auto& [level, column] : levels)
        while (!stop && delete_some(connection, of, edge, level, column) > 0)
            ++done;
    const locked lock(connection);
    pqxx::work transaction(connection);
    transaction.exec_params(cut_extents, of.eids, of.attributes, edge);
    transaction.commit();
    return done;
}

} // namespace meridian::store::rollups
