#include "store/rollups/roll.hpp"

#include "store/rollups/locked.hpp"
#include "store/rollups/raw_instances.hpp"
#include "store/rollups/wanted_levels.hpp"

#include <fmt/format.h>

namespace meridian::store::rollups {
namespace {

constexpr int days_at_once = 4;
constexpr int stretches_at_once = 64;

// Stretches of days to be rolled up: what follows the days that are rolled up, from the first
// instance on, and what precedes them where more is wanted than was; within them the days that are
// marked or lack a level. $1 eids, $2 Attributes, $3 the edge, $4 and $5 the two limits, $6 whether
// all days are looked through for lacking levels, or those alone that are about to be removed. Days
// that follow what is gone begin a new extent.
std::string select_stretches() {
    constexpr std::string_view text = R"sql(
WITH k AS (
  SELECT u.eid, u.attr_id, coalesce(v.levels, 0) AS levels, v.minute_days, v.hour_days, v.day_days,
    v.raw_days, e.rolled_from, e.rolled_to,
    greatest(e.raw_from, $3::timestamptz - make_interval(
      days => greatest(v.minute_days, v.hour_days, v.day_days))) AS wanted_from
  FROM unnest($1::bigint[], $2::int[]) u(eid, attr_id)
  LEFT JOIN LATERAL (SELECT * FROM history_wanted w
                     WHERE w.eid = u.eid AND w.attr_id = u.attr_id) v ON true
  LEFT JOIN history_extent e ON e.eid = u.eid AND e.attr_id = u.attr_id),
following AS (
  SELECT n.*, least($3::timestamptz, date_bin({day}, f.ts, {origin}) + $4::int * {day}) AS till
  FROM (SELECT k.*, greatest(CASE WHEN k.rolled_from < k.rolled_to THEN k.rolled_to END,
                             k.wanted_from) AS since FROM k) n
  CROSS JOIN LATERAL ({first}) f
  WHERE n.levels <> 0 AND n.since < $3::timestamptz),
preceding AS (
  SELECT k.*, greatest(k.wanted_from, date_bin({day}, f.ts, {origin}) - ($4::int - 1) * {day})
    AS since
  FROM k CROSS JOIN LATERAL ({last}) f
  WHERE k.levels <> 0 AND k.rolled_from < k.rolled_to AND k.wanted_from < k.rolled_from),
marked AS (
  SELECT DISTINCT k.*, y.day
  FROM k JOIN rollup_dirty y ON y.eid = k.eid AND y.attr_id = k.attr_id
  WHERE y.day >= greatest(k.rolled_from, k.wanted_from) AND y.day < k.rolled_to),
lacking AS (
  SELECT k.*, d.day
  FROM k JOIN rollup_day d ON d.eid = k.eid AND d.attr_id = k.attr_id
  WHERE d.day >= greatest(k.rolled_from, k.wanted_from)
    AND d.day < least(k.rolled_to, CASE WHEN NOT $6::boolean
                      THEN $3::timestamptz - make_interval(days => k.raw_days) END)
    AND {lacks}
    AND NOT EXISTS (SELECT 1 FROM rollup_dirty y
                    WHERE y.eid = d.eid AND y.attr_id = d.attr_id AND y.day = d.day)),
s AS (
  SELECT f.eid, f.attr_id, {levels_following} AS levels, f.since, f.till, 1 AS place,
    f.till < $3::timestamptz AS goes_on
  FROM following f
  UNION ALL
  SELECT p.eid, p.attr_id, {levels_preceding}, p.since, p.rolled_from, -1,
    p.since > p.wanted_from
  FROM preceding p
  UNION ALL
  SELECT w.eid, w.attr_id, {levels_within}, w.day, w.day + {day}, 0, false
  FROM (SELECT * FROM marked UNION ALL SELECT * FROM lacking) w
  LIMIT $5::int)
SELECT count(*), array_agg(s.eid)::text, array_agg(s.attr_id)::text, array_agg(s.levels)::text,
  array_agg(s.since)::text, array_agg(s.till)::text, array_agg(s.place)::text,
  coalesce(bool_or(s.goes_on), false)
FROM s)sql";
    constexpr std::string_view edge = "$3::timestamptz";
    return fmt::format(
        text, fmt::arg("day", one_day), fmt::arg("origin", origin),
        fmt::arg("first", first_observed("n.eid", "n.attr_id", "n.since", edge)),
        fmt::arg("last", last_observed("k.eid", "k.attr_id", "k.wanted_from", "k.rolled_from")),
        fmt::arg("lacks", lacks_level("k", edge)),
        fmt::arg("levels_following", levels_wanted("f", fmt::format("f.till - {}", one_day), edge)),
        fmt::arg("levels_preceding",
                 levels_wanted("p", fmt::format("p.rolled_from - {}", one_day), edge)),
        fmt::arg("levels_within", levels_wanted("w", "w.day", edge)));
}

// Marks of what is rolled up no more, or is never to be.
constexpr const char* delete_vain_marks = R"sql(
DELETE FROM rollup_dirty y
USING unnest($1::bigint[], $2::int[]) k(eid, attr_id)
LEFT JOIN LATERAL (SELECT * FROM history_wanted w
                   WHERE w.eid = k.eid AND w.attr_id = k.attr_id) v ON true
LEFT JOIN history_extent e ON e.eid = k.eid AND e.attr_id = k.attr_id
WHERE y.eid = k.eid AND y.attr_id = k.attr_id
  AND (y.day < greatest(e.rolled_from, e.raw_from, $3::timestamptz
                - make_interval(days => greatest(v.minute_days, v.hour_days, v.day_days)))
       OR (coalesce(v.levels, 0) = 0 AND (e.rolled_to IS NULL OR y.day >= e.rolled_to))))sql";

// What is in the stretches ($1 eids, $2 Attributes, $3 since, $4 till) is made anew. Marks that
// this snapshot does not show stay.
constexpr const char* delete_marks = R"sql(
DELETE FROM rollup_dirty y
USING unnest($1::bigint[], $2::int[], $3::timestamptz[], $4::timestamptz[]) w(eid, a, since, till)
WHERE y.eid = w.eid AND y.attr_id = w.a AND y.day >= w.since AND y.day < w.till)sql";

constexpr const char* delete_rollups = R"sql(
DELETE FROM rollup r
USING unnest($1::bigint[], $2::int[], $3::timestamptz[], $4::timestamptz[]) w(eid, a, since, till)
WHERE r.eid = w.eid AND r.attr_id = w.a AND r.level IN (1, 2, 4)
  AND r.at >= w.since AND r.at < w.till)sql";

constexpr const char* delete_days = R"sql(
DELETE FROM rollup_day d
USING unnest($1::bigint[], $2::int[], $3::timestamptz[], $4::timestamptz[]) w(eid, a, since, till)
WHERE d.eid = w.eid AND d.attr_id = w.a AND d.day >= w.since AND d.day < w.till)sql";

// A day with an instance that is no number gets no roll-ups, nor one with a number whose square or
// whose sums might leave the range of doubles: to PostgreSQL that is an error, which belongs to the
// query that meets it.
std::string insert_rollups() {
    constexpr std::string_view text = R"sql(
WITH w AS (
  SELECT * FROM unnest($1::bigint[], $2::int[], $3::timestamptz[], $4::timestamptz[],
                       $5::smallint[]) w(eid, attr_id, since, till, levels)),
r AS MATERIALIZED (
  SELECT w.eid, w.attr_id, w.levels, date_bin({day}, h.ts, {origin}) AS day, h.ts, h.ds_id,
    h.flags, h.num
  FROM w, LATERAL ({instances}) h),
d AS MATERIALIZED (
  SELECT r.eid, r.attr_id, r.day,
    CASE WHEN bool_and(r.num IS NOT NULL AND (r.num = 0 OR abs(r.num) BETWEEN 1e-100 AND 1e100))
      THEN min(r.levels) ELSE {cannot} END::smallint AS levels
  FROM r GROUP BY r.eid, r.attr_id, r.day),
noted AS (INSERT INTO rollup_day (eid, attr_id, day, levels) SELECT * FROM d)
INSERT INTO rollup (eid, attr_id, level, at, ds_id, kind, n, total, squares, spread, least, most)
SELECT r.eid, r.attr_id, l.level, date_bin(l.length, r.ts, {origin}), r.ds_id, min(r.flags & 30),
  count(*), sum(r.num), sum(r.num * r.num), regr_sxx(r.num, r.num), min(r.num), max(r.num)
FROM d
JOIN (VALUES (1::smallint, interval '1 minute'), (2, interval '1 hour'), (4, {day})) l(level, length)
  ON d.levels & l.level <> 0
JOIN r ON r.eid = d.eid AND r.attr_id = d.attr_id AND r.day = d.day
GROUP BY 1, 2, 3, 4, 5)sql";
    return fmt::format(
        text, fmt::arg("day", one_day), fmt::arg("origin", origin),
        fmt::arg("cannot", cannot_be_rolled_up),
        fmt::arg("instances", observed_instances("w.eid", "w.attr_id", "w.since", "w.till")));
}

// $1 to $4 the stretches, $5 where they lie: -1 before the extent, 0 within, 1 after.
constexpr const char* extend_back = R"sql(
UPDATE history_extent e SET rolled_from = w.since
FROM unnest($1::bigint[], $2::int[], $3::timestamptz[], $4::timestamptz[], $5::int[])
     w(eid, a, since, till, place)
WHERE w.place = -1 AND e.eid = w.eid AND e.attr_id = w.a)sql";

// An extent with nothing between its ends begins where its stretch does.
constexpr const char* extend_forth = R"sql(
INSERT INTO history_extent AS e (eid, attr_id, rolled_from, rolled_to)
SELECT w.eid, w.a, w.since, w.till
FROM unnest($1::bigint[], $2::int[], $3::timestamptz[], $4::timestamptz[], $5::int[])
     w(eid, a, since, till, place)
WHERE w.place = 1
ON CONFLICT (eid, attr_id) DO UPDATE
SET rolled_to = excluded.rolled_to,
    rolled_from = CASE WHEN excluded.rolled_from > e.rolled_to OR e.rolled_from >= e.rolled_to
                       THEN excluded.rolled_from ELSE e.rolled_from END)sql";

struct rolled {
    int stretches = 0;
    bool more = false; ///< what is marked meanwhile is left to the next round
};

rolled roll_some(pqxx::connection& connection, const pair_arrays& of, const std::string& edge,
                 lacking_levels lacking) {
    const locked lock(connection);
    // One snapshot: the marks that are removed are those of the instances that are read.
    pqxx::transaction<pqxx::repeatable_read> transaction(connection);
    transaction.exec_params(delete_vain_marks, of.eids, of.attributes, edge);
    const pqxx::row found =
        transaction.exec_params1(select_stretches(), of.eids, of.attributes, edge, days_at_once,
                                 stretches_at_once, lacking == lacking_levels::of_all_days);
    const rolled done{found[0].as<int>(),
                      found[0].as<int>() == stretches_at_once || found[7].as<bool>()};
    if (done.stretches > 0) {
        const auto column = [&](int number) { return found[number].as<std::string>(); };
        const auto eids = column(1);
        const auto attributes = column(2);
        const auto since = column(4);
        const auto till = column(5);
        for (const char* statement : {delete_marks, delete_rollups, delete_days})
            transaction.exec_params(statement, eids, attributes, since, till);
        transaction.exec_params(insert_rollups(), eids, attributes, since, till, column(3));
        const auto places = column(6);
        for (const char* statement : {extend_back, extend_forth})
            transaction.exec_params(statement, eids, attributes, since, till, places);
    }
    transaction.commit();
    return done;
}

} // namespace

int roll_up(pqxx::connection& connection, const pair_arrays& of, const std::string& edge,
            lacking_levels lacking, const std::atomic<bool>& stop) {
    int done = 0;
    for (bool more = true; more && !stop;) {
        const rolled some = roll_some(connection, of, edge, lacking);
        done += some.stretches;
        more = some.more;
    }
    return done;
}

} // namespace meridian::store::rollups
