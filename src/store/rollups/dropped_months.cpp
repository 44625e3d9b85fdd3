#include "store/rollups/dropped_months.hpp"

#include "store/blocking/columns.hpp"
#include "store/rollups/raw_instances.hpp"

#include <fmt/format.h>
#include <string_view>

namespace meridian::store::rollups {
namespace {

// From when on a row `v` of history_wanted wants roll-ups, counted back from today, which no edge
// is later than. A policy that is new yet does so, too.
constexpr std::string_view wanted_from =
    "date_bin(interval '24 hours', now(), '2000-01-01 00:00:00+00'::timestamptz) - "
    "make_interval(days => greatest(v.minute_days, v.hour_days, v.day_days))";

// The rule of `note_raw_from` (retain.cpp), but for levels that a day lacks: while a policy that
// was made or changed has not gone through its Entities, all days of these count as not rolled up.
std::string select_first_unrolled() {
    constexpr std::string_view text = R"sql(
WITH wanted AS MATERIALIZED (
  SELECT v.eid, v.attr_id, e.rolled_from, e.rolled_to,
    greatest(z.at, e.raw_from, {wanted_from}) AS kept_from,
    (v.eid, v.attr_id) IN (
      SELECT t.eid, p.attr_id
      FROM history_policy p
      JOIN history_type t ON t.tenant_id = p.tenant_id AND t.type_id = p.type_id
      WHERE p.levels <> 0 AND p.passed_to IS NULL AND p.state <> 'dropping') AS has_changed
  FROM history_wanted v CROSS JOIN history_horizon z
  LEFT JOIN history_extent e ON e.eid = v.eid AND e.attr_id = v.attr_id
  WHERE greatest(v.minute_days, v.hour_days, v.day_days) > 0
    AND (SELECT at < $1::timestamptz FROM history_horizon))
SELECT {moment} FROM (
  SELECT min(u.at) AS at FROM (
    SELECT f.ts AS at
    FROM (SELECT w.*, CASE WHEN NOT w.has_changed AND w.rolled_from < w.rolled_to
                             AND w.rolled_from <= w.kept_from
                           THEN greatest(w.rolled_to, w.kept_from) ELSE w.kept_from END AS since
          FROM wanted w) n
    CROSS JOIN LATERAL ({first}) f
    WHERE n.since < $1::timestamptz
    UNION ALL
    SELECT y.day FROM wanted w JOIN rollup_dirty y ON y.eid = w.eid AND y.attr_id = w.attr_id
    WHERE y.day < $1::timestamptz AND y.day >= greatest(w.rolled_from, w.kept_from)) u) found
WHERE at IS NOT NULL)sql";
    return fmt::format(
        text, fmt::arg("wanted_from", wanted_from), fmt::arg("moment", blocking::micros("at")),
        fmt::arg("first", first_observed("n.eid", "n.attr_id", "n.since", "$1::timestamptz")));
}

// Days between those that are rolled up and the bound had no observed instances: that is known now
// only, and without it the next day that is rolled up would begin a new extent.
std::string update_extents() {
    constexpr std::string_view text = R"sql(
UPDATE history_extent e
SET raw_from = $1::timestamptz,
    rolled_to = CASE
      WHEN e.rolled_from < e.rolled_to AND e.rolled_to < $1::timestamptz AND EXISTS (
        SELECT 1 FROM history_wanted v
        WHERE v.eid = e.eid AND v.attr_id = e.attr_id AND e.rolled_to >= {wanted_from})
      THEN $1::timestamptz ELSE e.rolled_to END
WHERE e.raw_from < $1::timestamptz)sql";
    return fmt::format(text, fmt::arg("wanted_from", wanted_from));
}

} // namespace

std::optional<timestamp> first_unrolled(pqxx::transaction_base& in, const std::string& bound) {
    const pqxx::result found = in.exec_params(select_first_unrolled(), bound);
    return found.empty() ? std::nullopt : std::optional(blocking::to_timestamp(found[0][0]));
}

void note_dropped(pqxx::transaction_base& in, const std::string& bound) {
    in.exec_params(update_extents(), bound);
}

} // namespace meridian::store::rollups
