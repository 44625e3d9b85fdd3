#include "meridian/store/folding.hpp"

#include "meridian/base/log.hpp"
#include "store/blocking/guard.hpp"
#include "store/old_history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string_view>
#include <vector>

namespace meridian::store {
namespace {

/// About how many instances one transaction folds.
constexpr int stretch = 20'000;

/// Moves the instances of `{source}` from ($1, $2, $3) until before ($4, $5, $6) in the order of
/// (eid, attr_id, ts), which begins and ends with whole days, into `{target}`. Days that have
/// folded instances already are folded anew with them.
///
/// A series is what is equal in all its instances: Attribute, datasetId, flags and subject. Its
/// iids differ by less than 2^31, so that their differences are ints.
constexpr std::string_view fold_stretch = R"sql(
WITH open AS (
  DELETE FROM {source}
  WHERE (eid, attr_id, ts) >= ($1::bigint, $2::int, $3::timestamptz)
    AND (eid, attr_id, ts) < ($4::bigint, $5::int, $6::timestamptz)
    AND ts >= '{from}' AND ts < '{until}'
  RETURNING *),
days AS MATERIALIZED (
  SELECT DISTINCT eid, attr_id, date_trunc('day', ts, 'UTC') AS day FROM open),
folded AS (
  DELETE FROM {target} f USING days d
  WHERE f.eid = d.eid AND f.attr_id = d.attr_id AND f.day = d.day
  RETURNING f.*),
instance AS (
  SELECT eid, attr_id, date_trunc('day', ts, 'UTC') AS day, coalesce(ds_id, 0) AS ds_id, flags, subject_id, iid >> 31 AS block,
         ts, modified_at, created_at, iid, num, txt, rest
  FROM open
  UNION ALL
  SELECT f.eid, f.attr_id, f.day, f.ds_id, f.flags, f.subject_id, u.iid >> 31,
         u.ts, u.modified_at, u.created_at, u.iid, u.num, u.txt, u.rest
  FROM folded f, LATERAL unfolded(f.day, f.first_iid, f.ms, f.us, f.late, f.modified, f.created,
                                  f.iids, f.num, f.txt, f.rest) u),
ordered AS (
  SELECT i.*, i.ts - i.day AS at, i.modified_at - i.ts AS delay,
         min(i.iid) OVER series AS first_iid, row_number() OVER in_order AS nth
  FROM instance i
  WINDOW series AS (PARTITION BY eid, attr_id, day, ds_id, flags, subject_id, block),
         in_order AS (PARTITION BY eid, attr_id, day, ds_id, flags, subject_id, block
                      ORDER BY ts, iid)),
series AS (
  SELECT eid, attr_id, day, ds_id, flags, subject_id, first_iid, count(*) AS n,
         bool_and(date_trunc('milliseconds', at) = at) AS is_in_ms,
         array_agg(round(date_part('epoch', at) * 1e3)::int) AS ms,
         array_agg(round(date_part('epoch', at) * 1e6)::bigint) AS us,
         array_agg(CASE WHEN delay BETWEEN interval '-2147 s' AND interval '2147 s'
                        THEN round(date_part('epoch', delay) * 1e6)::int END) AS late,
         min(modified_at) = max(modified_at) AS is_one_modified, array_agg(modified_at) AS modified,
         bool_and(created_at = modified_at) AS is_created_then,
         min(created_at) = max(created_at) AS is_one_created, array_agg(created_at) AS created,
         bool_and(iid = first_iid + nth - 1) AS is_counting,
         array_agg((iid - first_iid)::int) AS iids,
         count(num) > 0 AS has_num, array_agg(num) AS num,
         count(txt) AS txts, min(txt) = max(txt) AS is_one_txt, array_agg(txt) AS txt,
         count(rest) AS rests, count(DISTINCT rest) AS different_rests, array_agg(rest) AS rest
  FROM (SELECT * FROM ordered
        ORDER BY eid, attr_id, day, ds_id, flags, subject_id, block, first_iid, nth) o
  GROUP BY eid, attr_id, day, ds_id, flags, subject_id, block, first_iid),
stored AS (
  INSERT INTO {target} (eid, day, first_iid, attr_id, ds_id, n, subject_id, flags, ms, us, late,
                        modified, created, iids, num, txt, rest)
  SELECT eid, day, first_iid, attr_id, ds_id, n, subject_id, flags,
         CASE WHEN is_in_ms THEN ms END, CASE WHEN NOT is_in_ms THEN us END,
         CASE WHEN NOT is_one_modified AND array_position(late, NULL) IS NULL THEN late END,
         CASE WHEN is_one_modified THEN modified[1:1]
              WHEN array_position(late, NULL) IS NOT NULL THEN modified END,
         CASE WHEN is_created_then THEN NULL WHEN is_one_created THEN created[1:1] ELSE created END,
         CASE WHEN NOT is_counting THEN iids END,
         CASE WHEN has_num THEN num END,
         CASE WHEN txts = 0 THEN NULL WHEN txts = n AND is_one_txt THEN txt[1:1] ELSE txt END,
         CASE WHEN rests = 0 THEN NULL WHEN rests = n AND different_rests = 1 THEN rest[1:1]
              ELSE rest END
  FROM series
  RETURNING n)
SELECT count(*) FROM open, (SELECT count(*) FROM stored) s)sql";

/// Where a stretch begins: a key of (eid, attr_id, ts).
struct place {
    std::int64_t eid = 0;
    int attribute = 0;
    std::string ts = "-infinity";
};
const place the_end{std::numeric_limits<std::int64_t>::max(), 0, "-infinity"};

/// What is folded: the instances of a month in a table, into the month's folded ones.
struct month_of_table {
    year_month month;
    std::string source;

    [[nodiscard]] std::string from() const { return bound_of(month); }
    [[nodiscard]] std::string until() const { return bound_of(month + std::chrono::months{1}); }
};

/// The end of the stretch that begins at `from`: that of the day of its last instance.
place end_of_stretch(pqxx::work& in, const month_of_table& what, const place& from) {
    const pqxx::result last = in.exec_params(fmt::format(R"sql(
        SELECT eid, attr_id, date_trunc('day', ts, 'UTC') + interval '24 hours'
        FROM {} WHERE (eid, attr_id, ts) >= ($1::bigint, $2::int, $3::timestamptz)
          AND ts >= '{}' AND ts < '{}'
        ORDER BY eid, attr_id, ts OFFSET $4::int LIMIT 1
        )sql",
                                                         what.source, what.from(), what.until()),
                                             from.eid, from.attribute, from.ts, stretch);
    if (last.empty())
        return the_end;
    return {last[0][0].as<std::int64_t>(), last[0][1].as<int>(), last[0][2].as<std::string>()};
}

/// The month's table of folded instances, made where there is none yet. Nobody waits for it.
void ensure_folded_table(pqxx::connection& connection, year_month month) {
    const std::string name = folded_table(month);
    pqxx::work in(connection);
    if (!in.exec_params1("SELECT to_regclass($1) IS NULL", name)[0].as<bool>())
        return;
    in.exec(fmt::format("CREATE TABLE {} (LIKE history_folded INCLUDING STORAGE INCLUDING "
                        "COMPRESSION INCLUDING INDEXES) WITH (toast_tuple_target = 256)",
                        name));
    in.exec(fmt::format("ALTER TABLE history_folded ATTACH PARTITION {} FOR VALUES FROM ('{}') TO "
                        "('{}')",
                        name, bound_of(month), bound_of(month + std::chrono::months{1})));
    in.commit();
}

/// Tells readers that instances of the month may be folded from now on.
void raise_fold_until(pqxx::connection& connection, year_month month) {
    pqxx::work in(connection);
    in.exec_params("UPDATE history_fold SET until = $1 WHERE until < $1",
                   bound_of(month + std::chrono::months{1}));
    in.commit();
}

std::int64_t fold_month(pqxx::connection& connection, const month_of_table& what,
                        const std::atomic<bool>& stop) {
    raise_fold_until(connection, what.month);
    ensure_folded_table(connection, what.month);
    const std::string statement = fmt::format(
        fold_stretch, fmt::arg("source", what.source), fmt::arg("target", folded_table(what.month)),
        fmt::arg("from", what.from()), fmt::arg("until", what.until()));
    std::int64_t folded = 0;
    for (place at; at.eid != the_end.eid && !stop;) {
        pqxx::work in(connection);
        lock_for_folding(in);
        const place end = end_of_stretch(in, what, at);
        folded += in.exec_params1(statement, at.eid, at.attribute, at.ts, end.eid, end.attribute,
                                  end.ts)[0]
                      .as<std::int64_t>();
        in.commit();
        at = end;
    }
    return folded;
}

/// Months in history_past that are worth a table of their own, or have one. What lies before 1970
/// is left alone: there doubles would not tell microseconds apart for ever.
std::vector<year_month> past_months(pqxx::connection& connection) {
    const std::vector<year_month> known = months_of(connection, "history_folded");
    std::size_t room = most_folded_months - std::min(most_folded_months, known.size());
    const pqxx::result found = pqxx::nontransaction(connection).exec(R"sql(
        SELECT extract(year FROM month)::int, extract(month FROM month)::int, n
        FROM (SELECT date_trunc('month', ts AT TIME ZONE 'UTC') AS month, count(*) AS n
              FROM history_past, history_horizon
              WHERE ts >= '1970-01-01Z' AND ts >= at GROUP BY 1) m
        ORDER BY n DESC
        )sql");
    std::vector<year_month> worthy;
    for (const pqxx::row& row : found) {
        const year_month month =
            std::chrono::year{row[0].as<int>()} / std::chrono::month{row[1].as<unsigned>()};
        const bool has_table = std::ranges::find(known, month) != known.end();
        if (!has_table &&
            (room == 0 || row[2].as<std::int64_t>() < least_instances_of_a_past_month))
            continue;
        room -= has_table ? 0 : 1;
        worthy.push_back(month);
    }
    return worthy;
}

/// What is read in the order of an index stays so: the plans of a stretch are made for little.
void prepare(pqxx::connection& connection) {
    pqxx::nontransaction in(connection);
    for (const auto* setting : {"SET enable_hashjoin = off", "SET enable_mergejoin = off",
                                "SET enable_hashagg = off", "SET enable_seqscan = off",
                                "SET work_mem = '64MB'", "SET plan_cache_mode = force_custom_plan"})
        in.exec(setting);
}

result<std::int64_t> fold(const std::string& conninfo, timestamp now, std::chrono::days after,
                          const std::atomic<bool>& stop) {
    MERIDIAN_TRY(const std::string settings, blocking::maintenance_conninfo(conninfo));
    pqxx::connection connection(settings);
    if (!take_charge_of_old_history(connection))
        return std::int64_t{0};
    drop_detached_months(connection);
    prepare(connection);
    std::int64_t folded = 0;
    const year_month first_kept = month_of(now - after);
    while (!stop) {
        const auto month = first_open_month(connection);
        if (!month || *month >= first_kept)
            break;
        folded += fold_month(connection, {*month, open_table(*month)}, stop);
        if (!stop)
            close_month(connection, *month, left_rows::keep);
    }
    for (const year_month month : past_months(connection))
        if (!stop)
            folded += fold_month(connection, {month, "history_past"}, stop);
    return folded;
}

} // namespace

result<std::int64_t> fold_history(const std::string& conninfo, timestamp now,
                                  std::chrono::days after, const std::atomic<bool>& stop) {
    return blocking::guarded([&] { return fold(conninfo, now, after, stop); });
}

} // namespace meridian::store
