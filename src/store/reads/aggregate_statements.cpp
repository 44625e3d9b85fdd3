#include "store/reads/aggregate_statements.hpp"

#include "meridian/base/json.hpp"
#include "store/reads/aggregate_expressions.hpp"
#include "store/reads/is_gone.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>

namespace meridian::store {
namespace {

using aggregated::measure;
using aggregated::number;
using aggregated::text_or_moment;
using aggregated::time_of_day;
using ngsild::aggregation_method;

/// The last moment that a DateTime can tell (4.6.3).
constexpr timestamp latest = timestamp{std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1}} -
                             std::chrono::microseconds{1};

// CHOICE: whatever is not a Relationship is distinct by its JSON; of Relationships the targets are,
// those in arrays of targets each for itself.
constexpr std::string_view distinct_values =
    R"sql(count(DISTINCT CASE WHEN x.flags & 30 IN (4, 16) THEN NULL )sql"
    R"sql(WHEN x.num IS NOT NULL THEN x.num::text )sql"
    R"sql(WHEN x.flags & 224 = 96 THEN '"' || x.txt ELSE x.txt END) + )sql"
    R"sql((SELECT count(DISTINCT t.target) FROM unnest(array_agg(x.txt) FILTER )sql"
    R"sql((WHERE x.flags & 30 IN (4, 16))) v(txt), LATERAL json_array_elements_text(CASE WHEN )sql"
    R"sql(v.txt LIKE '[%' THEN v.txt::json ELSE json_build_array(v.txt) END) t(target)))sql";

/// The columns of one method; `width_of` tells their number.
std::string columns_of(aggregation_method method) {
    switch (method) {
    case aggregation_method::total_count:
        return "count(*)::float8";
    case aggregation_method::distinct_count:
        return fmt::format("({})::float8", distinct_values);
    case aggregation_method::sum:
        return fmt::format("sum({})", measure);
    case aggregation_method::avg:
        return fmt::format("avg({}), avg({})", measure, time_of_day);
    case aggregation_method::min:
        return fmt::format("min({}), min({})", measure, text_or_moment);
    case aggregation_method::max:
        return fmt::format("max({}), max({})", measure, text_or_moment);
    case aggregation_method::stddev:
        return fmt::format("stddev_pop({})", number); // CHOICE: all values there are, no sample
    case aggregation_method::sumsq:
        return fmt::format("sum(({0}) * ({0}))", number);
    }
    return "NULL::float8";
}

std::string rows_of(const instance_range& range, instance_source source) {
    if (source == instance_source::open)
        return range.open_of("k.eid", "k.a");
    return range.is_by_ts() ? range.values_of("k.eid", "k.a") : range.of("k.eid", "k.a");
}

/// The instances of a pair `k` that are aggregated. Deletions are no values; where they are what is
/// queried they are counted.
std::string render_rows(composed_statement& to, const temporal_request& request,
                        instance_source source) {
    using deletions = limited_instances::deletions;
    const auto& interval = request.interval;
    const deletions counted = interval.property == query::time_property::deleted_at
                                  ? deletions::shown
                                  : deletions::left_out;
    const limited_instances all(to, request, interval.last_n, counted);
    const std::string from =
        interval.last_n ? "(" + all.of_pair() + ") h" : rows_of(all.range, source);
    const std::string condition = interval.last_n ? "" : all.condition("h");
    return fmt::format("SELECT h.{} AS at, h.num, h.flags, h.txt FROM {} WHERE true{}", all.time,
                       from, condition);
}

struct columns {
    enum : int { eid, attribute, since, till, kind, first_value };
};

/// A number as JSON: whole ones without a fraction, as far as doubles tell them apart.
std::string number_text(double value) {
    constexpr double exact = 9'007'199'254'740'992.0;
    if (value == std::floor(value) && std::abs(value) <= exact)
        return std::to_string(static_cast<std::int64_t>(value));
    return to_text(json(value));
}

/// A string, or a type, a blank and the text of a moment without its Z.
std::string moment_or_string(std::string_view text) {
    if (text.starts_with('"'))
        return to_text(json(text.substr(1)));
    const auto blank = text.find(' ');
    const auto type = text.substr(0, blank);
    std::string value{text.substr(blank + 1)};
    if (type != "Date")
        value += 'Z';
    return to_text(json{{"@type", type}, {"@value", value}});
}

/// The time of the day, as a typed value (4.6.3).
std::string time_text(double seconds) {
    const timestamp moment{
        std::chrono::microseconds{std::llround(seconds * std::chrono::microseconds::period::den)}};
    const std::string date_time = to_text(moment);
    return to_text(json{{"@type", "Time"}, {"@value", date_time.substr(date_time.find('T') + 1)}});
}

/// What a method made of a period, as JSON; empty where it is for none of the values.
std::string value_at(const pg::row& row, int column, aggregation_method method) {
    if (!row.is_null(column))
        return number_text(row.float8(column));
    if (width_of(method) == 1 || row.is_null(column + 1))
        return {};
    return method == aggregation_method::avg ? time_text(row.float8(column + 1))
                                             : moment_or_string(row.text(column + 1));
}

void append_period(ngsild::aggregated_attribute& to, const pg::row& row) {
    const timestamp since = row.timestamptz(columns::since);
    const timestamp till = std::min(row.timestamptz(columns::till), latest);
    int column = columns::first_value;
    for (ngsild::aggregated_series& series : to.series) {
        std::string value = value_at(row, column, series.method);
        if (!value.empty())
            series.periods.push_back({since, till, std::move(value)});
        column += width_of(series.method);
    }
}

ngsild::aggregated_attribute begin_attribute(const pg::row& row, const query::aggregation& asked) {
    ngsild::aggregated_attribute made;
    ngsild::history_row kind; // reads the kind out of the flags
    kind.flags = row.int2(columns::kind);
    made.attribute = row.int4(columns::attribute);
    made.kind = kind.kind();
    for (const aggregation_method method : asked.methods)
        made.series.push_back({method, {}});
    return made;
}

/// The period in `row` is held back: the Attribute is whole up to where it would begin.
void hold_back(evolution& of, const pg::row& row, bool backwards) {
    const timestamp edge = row.timestamptz(backwards ? columns::till : columns::since);
    if (!of.whole_until)
        of.whole_until = edge;
    else
        of.whole_until =
            backwards ? std::max(*of.whole_until, edge) : std::min(*of.whole_until, edge);
}

} // namespace

composed_statement render_aggregates(const instance_pairs& wanted, const temporal_request& request,
                                     std::int64_t limit, instance_source source) {
    composed_statement made;
    const std::string pairs = unnest(made, wanted);
    const std::string rows = render_rows(made, request, source);
    const periods by = periods_of(made, request);
    const std::string_view direction = request.interval.last_n ? "DESC" : "ASC";
    std::string values;
    for (const aggregation_method method : request.aggregated->methods)
        values += fmt::format(",\n    {}", columns_of(method));
    const bool needs_edges = by.needs_first || by.needs_last;
    if (needs_edges)
        made.append(fmt::format("WITH o AS (\n  SELECT k.eid, min(x.at) AS oldest, max(x.at) AS "
                                "newest FROM {} AS k({}), LATERAL (\n  {}) x\n"
                                "  GROUP BY k.eid)\n",
                                pairs, names_of_columns(wanted), rows));
    std::string names;
    for (int n = 0, all = width_of(*request.aggregated); n < all; ++n)
        names += fmt::format(", m{}", n);
    made.append(fmt::format(
        "SELECT k.eid, k.a, {since}, {till}, b.kind{names}, {is_gone}{fold_until}\n"
        "FROM {pairs} WITH ORDINALITY AS k({columns}, o){edges}, {once}, LATERAL (\n"
        "  SELECT {number} AS n, min(x.flags) & 30::int2{values}\n"
        "  FROM (SELECT r.*, {guess} AS guess FROM ({rows}) r) x\n"
        "  GROUP BY 1 ORDER BY 1 {direction} LIMIT {limit}) b(n, kind{names})\n"
        "ORDER BY k.o, b.n {direction}",
        fmt::arg("since", by.since), fmt::arg("till", by.till), fmt::arg("pairs", pairs),
        fmt::arg("columns", names_of_columns(wanted)),
        fmt::arg("edges", needs_edges ? " JOIN o ON o.eid = k.eid" : ""), fmt::arg("once", by.once),
        fmt::arg("is_gone", render_is_gone(made, pairs, request.interval)),
        fmt::arg("fold_until",
                 source == instance_source::open ? ", (SELECT z.until FROM history_fold z)" : ""),
        fmt::arg("number", by.number), fmt::arg("values", values), fmt::arg("guess", by.estimate),
        fmt::arg("rows", rows), fmt::arg("direction", direction),
        fmt::arg("limit", made.int8(limit)), fmt::arg("names", names)));
    made.finish();
    return made;
}

bool is_gone_of(const pg::row& row, const query::aggregation& asked) {
    return !row.is_null(columns::first_value + width_of(asked));
}

timestamp fold_until_of(const pg::row& row, const query::aggregation& asked) {
    return row.timestamptz(columns::first_value + width_of(asked) + 1);
}

void distribute_aggregates(const pg::result& found, std::vector<evolution>& among,
                           const temporal_request& request, std::int64_t limit) {
    const bool backwards = request.interval.last_n.has_value();
    std::size_t at = 0;
    std::int64_t of_one = 0;
    for (const pg::row row : found) {
        while (among[at].eid != row.int8(columns::eid))
            ++at;
        evolution& into = among[at];
        const bool continues = !into.aggregated.empty() &&
                               into.aggregated.back().attribute == row.int4(columns::attribute);
        if (!continues) {
            into.aggregated.push_back(begin_attribute(row, *request.aggregated));
            of_one = 0;
        }
        if (++of_one > limit)
            hold_back(into, row, backwards);
        else
            append_period(into.aggregated.back(), row);
    }
}

} // namespace meridian::store
