#include "store/reads/rollup_statements.hpp"

#include "store/reads/aggregate_expressions.hpp"
#include "store/reads/is_gone.hpp"
#include "store/rollups/raw_instances.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <string>
#include <string_view>

namespace meridian::store {
namespace {

using ngsild::aggregation_method;

constexpr timestamp earliest{std::chrono::sys_days{std::chrono::year{1} / 1 / 1}};
constexpr timestamp latest{std::chrono::sys_days{std::chrono::year{9999} / 12 / 31}};

/// Something of a part of a period from which methods are made: of instances `x`, and of a roll-up
/// `x`.
struct ingredient {
    std::string_view name;
    std::string of_instances;
    std::string_view of_rollup;
};

const std::vector<ingredient>& ingredients() {
    using namespace aggregated;
    constexpr std::string_view no_text = R"(NULL::text COLLATE "C")";
    static const std::vector<ingredient> all{
        {"count_all", "count(*)::float8", "x.n::float8"},
        {"measures", fmt::format("count({})::float8", measure), "x.n::float8"},
        {"measured", fmt::format("sum({})", measure), "x.total"},
        {"least", fmt::format("min({})", measure), "x.least"},
        {"most", fmt::format("max({})", measure), "x.most"},
        {"least_text", fmt::format("min({})", text_or_moment), no_text},
        {"most_text", fmt::format("max({})", text_or_moment), no_text},
        {"mean_time", fmt::format("avg({})", time_of_day), "NULL::float8"},
        {"numbers", fmt::format("count({})::float8", number), "x.n::float8"},
        {"total", fmt::format("sum({})", number), "x.total"},
        {"spread", fmt::format("regr_sxx({0}, {0})", number), "x.spread"},
        {"squares", fmt::format("sum(({0}) * ({0}))", number), "x.squares"},
    };
    return all;
}

/// How a method is made of the ingredients of parts `p`; the second is as in `width_of`.
struct recipe {
    aggregation_method method;
    std::vector<std::string_view> takes;
    std::string_view columns;
};

// Means of parts differ from the whole mean by what rounding leaves: its square may be too small
// for a double, which is an error to PostgreSQL.
constexpr std::string_view deviation =
    "sqrt((sum(p.spread) + sum(CASE WHEN abs(p.total / nullif(p.numbers, 0) - p.mean) > 1e-150 "
    "THEN p.numbers * power(p.total / nullif(p.numbers, 0) - p.mean, 2) ELSE 0 END)) / "
    "nullif(sum(p.numbers), 0))";

const recipe& recipe_of(aggregation_method method) {
    static const std::vector<recipe> all{
        {aggregation_method::total_count, {"count_all"}, "sum(p.count_all)"},
        {aggregation_method::sum, {"measured"}, "sum(p.measured)"},
        {aggregation_method::avg,
         {"measured", "measures", "mean_time"},
         "sum(p.measured) / nullif(sum(p.measures), 0), max(p.mean_time)"},
        {aggregation_method::min, {"least", "least_text"}, "min(p.least), min(p.least_text)"},
        {aggregation_method::max, {"most", "most_text"}, "max(p.most), max(p.most_text)"},
        {aggregation_method::stddev, {"numbers", "total", "spread"}, deviation},
        {aggregation_method::sumsq, {"squares"}, "sum(p.squares)"},
    };
    // distinctCount is never made of roll-ups (query::rollups_for).
    const auto found = std::ranges::find(all, method, &recipe::method);
    return found == all.end() ? all.front() : *found;
}

bool asks_deviation(const query::aggregation& asked) {
    return std::ranges::find(asked.methods, aggregation_method::stddev) != asked.methods.end();
}

/// The columns of the parts, as `expression, …`, from instances or from roll-ups.
struct part_columns {
    std::string of_instances;
    std::string of_rollups;
    std::string names;
};

part_columns columns_of(const query::aggregation& asked) {
    part_columns made;
    for (const ingredient& one : ingredients()) {
        const bool is_taken = std::ranges::any_of(asked.methods, [&](aggregation_method method) {
            const auto& takes = recipe_of(method).takes;
            return std::ranges::find(takes, one.name) != takes.end();
        });
        if (!is_taken)
            continue;
        made.of_instances += fmt::format(", {}", one.of_instances);
        made.of_rollups += fmt::format(", {}", one.of_rollup);
        made.names += fmt::format(", {}", one.name);
    }
    return made;
}

/// The bounds of a query as parameters.
struct bounds {
    std::string from;
    std::string until;
    std::string first_day; ///< begins the day of `from`
    std::string last_day;  ///< begins the day that `until` is in; `until` itself where none is cut
};

bounds bounds_of(composed_statement& to, const query::temporal_query& interval) {
    const timestamp from = interval.from.value_or(earliest);
    const timestamp until = interval.until.value_or(latest);
    bounds made;
    made.from = to.moment(from);
    made.until = to.moment(until);
    made.first_day = to.moment(query::day_of(from));
    made.last_day = to.moment(query::day_of(until));
    return made;
}

/// The levels that serve on the day `d`.
std::string levels_on(composed_statement& to, const bounds& within, query::usable_rollups usable) {
    return fmt::format("(d.levels & CASE WHEN d.day < {} THEN {} ELSE {} END)", within.last_day,
                       to.int4(usable.levels), to.int4(usable.on_last_day));
}

/// The tables within a pair's subquery: `s` the marked days, `d` the days that are rolled up, with
/// the level that each is read from, NULL for none; `l` the levels, with their days from the first
/// to the last `without` those that are read otherwise; `g` where instances are read.
std::string render_days(composed_statement& to, const bounds& within,
                        query::usable_rollups usable) {
    constexpr std::string_view text = R"sql(
  WITH s AS MATERIALIZED (SELECT ARRAY(
    SELECT y.day FROM rollup_dirty y WHERE y.eid = k.eid AND y.attr_id = k.a
      AND y.day >= greatest({first}, e.rolled_from, e.raw_from)
      AND y.day < e.rolled_to AND y.day < {until}) AS marked),
  d AS MATERIALIZED (
    SELECT d.day, d.levels, CASE WHEN d.day >= e.raw_from AND d.day = ANY(s.marked) THEN NULL
      WHEN {levels} >= 4 THEN 4 WHEN {levels} >= 2 THEN 2 WHEN {levels} = 1 THEN 1 END AS level
    FROM s, rollup_day d WHERE d.eid = k.eid AND d.attr_id = k.a
      AND d.day >= greatest({first}, e.rolled_from) AND d.day < e.rolled_to AND d.day < {until}),
  l AS (
    SELECT c.level, min(c.day) AS since, max(c.day) + {day} AS till,
      ARRAY(SELECT o.day FROM d o WHERE o.levels & c.level <> 0
            AND o.level IS DISTINCT FROM c.level) AS without
    FROM d c WHERE c.level IS NOT NULL GROUP BY c.level),
  w AS (
    SELECT min(v.day) AS since, max(v.day) + {day} AS till
    FROM (SELECT u.day, u.day - row_number() OVER (ORDER BY u.day) * {day} AS run
          FROM (SELECT d.day FROM d WHERE d.level IS NULL
                UNION SELECT unnest(s.marked) FROM s) u) v
    GROUP BY v.run),
  g AS (
    SELECT greatest(q.since, {from}, e.raw_from) AS since, least(q.till, {until}) AS till
    FROM (VALUES ('-infinity'::timestamptz, coalesce(e.rolled_from, 'infinity')),
                 (coalesce(e.rolled_to, 'infinity'), 'infinity')) q(since, till)
    UNION ALL
    SELECT greatest(w.since, {from}, e.raw_from), least(w.till, {until}) FROM w))sql";
    return fmt::format(text, fmt::arg("first", within.first_day), fmt::arg("from", within.from),
                       fmt::arg("until", within.until),
                       fmt::arg("levels", levels_on(to, within, usable)),
                       fmt::arg("day", rollups::one_day));
}

/// The parts that periods are made of: one a period from instances, one a roll-up.
std::string render_parts(composed_statement& to, const bounds& within, const periods& by,
                         const temporal_request& request, const part_columns& columns) {
    std::string datasets;
    if (!request.datasets.empty())
        datasets = fmt::format(" AND r.ds_id = ANY({})", to.int4s(request.datasets));
    constexpr std::string_view text = R"sql(
    SELECT {number} AS n, min(x.flags & 30)::int2 AS kind{raw}
    FROM (SELECT r.*, {guess} AS guess FROM (
      SELECT r.ts AS at, r.num, r.flags, r.txt FROM g, LATERAL ({instances}) r
      WHERE g.since < g.till{datasets}) r) x
    GROUP BY 1
    UNION ALL
    SELECT {number}, x.kind{rolled}
    FROM (SELECT r.*, {guess} AS guess FROM (
      SELECT r.at, r.kind, r.n, r.total, r.squares, r.spread, r.least, r.most
      FROM l, rollup r WHERE r.eid = k.eid AND r.attr_id = k.a AND r.level = l.level
        AND r.at >= greatest(l.since, {from}) AND r.at < least(l.till, {until})
        AND date_bin({day}, r.at, {origin}) <> ALL(l.without){datasets}) r) x)sql";
    return fmt::format(
        text, fmt::arg("number", by.number), fmt::arg("raw", columns.of_instances),
        fmt::arg("guess", by.estimate), fmt::arg("rolled", columns.of_rollups),
        fmt::arg("instances", rollups::observed_instances("k.eid", "k.a", "g.since", "g.till")),
        fmt::arg("datasets", datasets), fmt::arg("from", within.from),
        fmt::arg("until", within.until), fmt::arg("day", rollups::one_day),
        fmt::arg("origin", rollups::origin));
}

/// For FROM: the Attributes of `pairs` of which instances are gone that no roll-up tells of.
std::string gone_beyond_rollups(composed_statement& to, std::string_view pairs,
                                const bounds& within, query::usable_rollups usable) {
    return fmt::format(
        "FROM {} AS g(eid, a)\n"
        "JOIN history_extent e ON e.eid = g.eid AND e.attr_id = g.a\n"
        "WHERE e.raw_from > {} AND (least(e.raw_from, e.rolled_from) > {} OR EXISTS (\n"
        "  SELECT 1 FROM rollup_day d WHERE d.eid = g.eid AND d.attr_id = g.a AND d.day >= {}\n"
        "    AND d.day < least({}, e.raw_from) AND {} = 0))",
        pairs, within.from, within.from, within.first_day, within.until,
        levels_on(to, within, usable));
}

} // namespace

composed_statement render_any_rollup(const instance_pairs& of, const temporal_request& request) {
    composed_statement made;
    const std::string pairs = unnest(made, of);
    const std::string from = made.moment(request.interval.from.value_or(earliest));
    const std::string until = made.moment(request.interval.until.value_or(latest));
    made.append(fmt::format("SELECT 1 FROM {} AS k(eid, a)\n"
                            "JOIN history_extent e ON e.eid = k.eid AND e.attr_id = k.a\n"
                            "WHERE e.rolled_from < e.rolled_to AND e.rolled_to > {} AND "
                            "e.rolled_from < {} LIMIT 1",
                            pairs, from, until));
    made.finish();
    return made;
}

composed_statement render_rolled_aggregates(const instance_pairs& of,
                                            const temporal_request& request,
                                            query::usable_rollups usable, std::int64_t limit) {
    composed_statement made;
    const std::string pairs = unnest(made, of);
    const bounds within = bounds_of(made, request.interval);
    const periods by = periods_of(made, request);
    const query::aggregation& asked = *request.aggregated;
    const part_columns columns = columns_of(asked);
    std::string values;
    std::string names;
    for (const aggregation_method method : asked.methods)
        values += fmt::format(",\n    {}", recipe_of(method).columns);
    for (int n = 0, all = width_of(asked); n < all; ++n)
        names += fmt::format(", m{}", n);
    std::string parts = render_parts(made, within, by, request, columns);
    if (asks_deviation(asked)) // squared distances are added from the mean of the whole period
        parts = fmt::format("SELECT p.*, sum(p.total) OVER (PARTITION BY p.n) / nullif("
                            "sum(p.numbers) OVER (PARTITION BY p.n), 0) AS mean\n  FROM ({}) p(n, "
                            "kind{})",
                            parts, columns.names);
    made.append(fmt::format(
        "SELECT k.eid, k.a, {since}, {till}, b.kind{names}, {is_gone}\n"
        "FROM {pairs} WITH ORDINALITY AS k(eid, a, o)\n"
        "LEFT JOIN history_extent e ON e.eid = k.eid AND e.attr_id = k.a, {once}, LATERAL ({days}\n"
        "  SELECT p.n, min(p.kind){values}\n"
        "  FROM ({parts}) p(n, kind{part_names})\n"
        "  GROUP BY 1 ORDER BY 1 LIMIT {limit}) b(n, kind{names})\n"
        "ORDER BY k.o, b.n",
        fmt::arg("since", by.since), fmt::arg("till", by.till), fmt::arg("names", names),
        fmt::arg("is_gone",
                 true_or_null("SELECT 1 " + gone_beyond_rollups(made, pairs, within, usable))),
        fmt::arg("pairs", pairs), fmt::arg("once", by.once),
        fmt::arg("days", render_days(made, within, usable)), fmt::arg("values", values),
        fmt::arg("parts", parts), fmt::arg("part_names", columns.names),
        fmt::arg("limit", made.int8(limit))));
    made.finish();
    return made;
}

composed_statement render_gone(const instance_pairs& of, const temporal_request& request) {
    composed_statement made;
    const std::string pairs = unnest(made, of);
    made.append(fmt::format("SELECT e.attr_id, e.raw_from FROM {} AS k(eid, a)\n"
                            "JOIN history_extent e ON e.eid = k.eid AND e.attr_id = k.a\n"
                            "WHERE e.raw_from > {} ORDER BY e.raw_from DESC LIMIT 1",
                            pairs, made.moment(request.interval.from.value_or(earliest))));
    made.finish();
    return made;
}

composed_statement render_gone_beyond_rollups(const instance_pairs& of,
                                              const temporal_request& request,
                                              query::usable_rollups usable) {
    composed_statement made;
    const std::string pairs = unnest(made, of);
    const bounds within = bounds_of(made, request.interval);
    made.append(fmt::format("SELECT e.attr_id, e.raw_from {}\nORDER BY e.raw_from DESC LIMIT 1",
                            gone_beyond_rollups(made, pairs, within, usable)));
    made.finish();
    return made;
}

std::string render_gone_condition(composed_statement& to, const temporal_request& request) {
    const bool is_served =
        request.aggregated && query::rollups_for(request.interval, *request.aggregated).levels != 0;
    const timestamp from = request.interval.from.value_or(earliest);
    const std::string since = to.moment(from);
    std::string condition = fmt::format("a.raw_from > {}", since);
    if (is_served)
        condition +=
            fmt::format(" AND (least(a.raw_from, a.rolled_from) > {} OR EXISTS (\n"
                        "      SELECT 1 FROM rollup_day d WHERE d.eid = a.eid AND d.attr_id = "
                        "a.attr_id AND d.day >= {} AND d.day < least({}, a.raw_from)))",
                        since, to.moment(query::day_of(from)),
                        to.moment(request.interval.until.value_or(latest)));
    return condition;
}

composed_statement render_any_removal(tenant_id tenant) {
    composed_statement made;
    made.append(fmt::format("SELECT 1 FROM history_policy p WHERE p.tenant_id = {} AND p.raw_days "
                            "IS NOT NULL LIMIT 1",
                            made.int4(tenant)));
    made.finish();
    return made;
}

} // namespace meridian::store
