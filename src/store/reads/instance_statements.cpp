#include "store/reads/instance_statements.hpp"

#include "store/reads/instance_range.hpp"
#include "store/reads/is_gone.hpp"
#include "store/rollups/raw_instances.hpp"

#include <cassert>
#include <fmt/format.h>

namespace meridian::store {
namespace {

constexpr std::string_view columns = "h.ts, h.modified_at, h.created_at, h.iid, h.num, "
                                     "coalesce(h.ds_id, 0) AS ds_id, "
                                     "h.flags, h.txt, h.rest, h.subject_id";

/// The rows of `history` of a pair `k`; `more` begins with " AND ".
std::string unfolded_rows(const limited_instances& of, std::string_view more = "") {
    return fmt::format("SELECT {} FROM history h WHERE h.eid = k.eid AND h.attr_id = k.a AND h.ts "
                       ">= {} AND h.ts < {}{}{}\n  ORDER BY {} LIMIT {}",
                       columns, of.range.since(), of.range.until(), more, of.condition("h"),
                       of.order("h"), of.limit);
}

/// Days that lie nearer to where reading begins than `limit` instances reach, and not beyond the
/// limit's last one that is not folded: those further on need not be unfolded. Days that the
/// interval cuts count as empty.
std::string near_days(const limited_instances& of) {
    const bool backwards = of.direction == "DESC";
    return fmt::format(
        "SELECT d.* FROM (\n"
        "    SELECT f.*, coalesce(sum(CASE WHEN f.day >= {since} AND f.day <= {until} - {day} THEN "
        "f.n "
        "ELSE 0 END)\n"
        "      OVER (ORDER BY f.day {direction} RANGE BETWEEN UNBOUNDED PRECEDING AND {day} "
        "PRECEDING), 0) AS nearer\n"
        "    FROM (SELECT CASE WHEN count(*) >= {limit} THEN {edge}(o.ts) ELSE '{far}' END AS edge "
        "FROM open o) e, history_folded f\n"
        "    WHERE f.eid = k.eid AND f.attr_id = k.a AND f.day > {since} - {day} AND f.day < "
        "{until} AND {within}{condition}) d\n"
        "  WHERE d.nearer < {limit}",
        fmt::arg("since", of.range.since()), fmt::arg("until", of.range.until()),
        fmt::arg("direction", of.direction), fmt::arg("limit", of.limit),
        fmt::arg("edge", backwards ? "min" : "max"),
        fmt::arg("far", backwards ? "-infinity" : "infinity"), fmt::arg("day", rollups::one_day),
        fmt::arg("within", backwards ? fmt::format("f.day > e.edge - {}", rollups::one_day)
                                     : "f.day <= e.edge"),
        fmt::arg("condition", of.condition("f")));
}

/// As a multirange of PostgreSQL.
std::string to_multirange(const scope_times& times) {
    std::string made = "{";
    for (const auto& [from, until] : times.ranges) {
        made += made.size() > 1 ? "," : "";
        made += '[';
        made += to_text(from);
        made += ',';
        made += until == timestamp::max() ? "" : to_text(until);
        made += ')';
    }
    return made + '}';
}

} // namespace

limited_instances::limited_instances(composed_statement& to, const temporal_request& request,
                                     std::optional<std::int64_t> most, deletions shown)
    : range(to, request.interval), time(time_column(request.interval)),
      direction(request.interval.last_n ? "DESC" : "ASC"), limit(most ? to.int8(*most) : ""),
      by_scope_(request.by_scope) {
    if (shown == deletions::left_out)
        range.leave_out_deletions();
    if (!request.datasets.empty())
        datasets_ = to.int4s(request.datasets);
}

std::string limited_instances::condition(std::string_view row) const {
    std::string made = range.condition(row);
    if (!datasets_.empty()) // the scope (attr_id 0) has no datasetId
        made += fmt::format(" AND (coalesce({}.ds_id, 0) = ANY({}) OR k.a = 0)", row, datasets_);
    if (by_scope_)
        made += fmt::format(" AND {}.{} <@ k.within", row, time);
    return made;
}

std::string limited_instances::order(std::string_view row) const {
    // Of one moment the later change is the later instance, whichever broker drew its number.
    return fmt::format("{0}.{1} {2}, {0}.modified_at {2}, {0}.iid {2}", row, time, direction);
}

std::string limited_instances::all_of_pair() const {
    return fmt::format("SELECT {} FROM {} WHERE true{}\n  ORDER BY {}", columns,
                       range.of("k.eid", "k.a"), condition("h"), order("h"));
}

std::string limited_instances::of_pair() const {
    if (!range.is_by_ts() || by_scope_) // how many a day has tells nothing of how many are wanted
        return fmt::format("{} LIMIT {}", all_of_pair(), limit);
    return fmt::format(
        "WITH open AS (\n  {0}),\n  near AS (\n  {1})\n"
        "  SELECT h.* FROM (SELECT * FROM open UNION ALL\n"
        "    SELECT u.ts, u.modified_at, u.created_at, u.iid, u.num, f.ds_id, f.flags, u.txt, "
        "u.rest, f.subject_id\n"
        "    FROM near f, LATERAL unfolded(f.day, f.first_iid, f.ms, f.us, f.late, f.modified, "
        "f.created, f.iids, f.num, f.txt, f.rest) u\n"
        "    WHERE f.day >= {2} AND f.day <= {3} - interval '24 hours' OR u.ts >= {2} AND u.ts < "
        "{3}) h\n"
        "  ORDER BY {4} LIMIT {5}",
        unfolded_rows(*this), near_days(*this), range.since(), range.until(), order("h"), limit);
}

void instance_pairs::add(const evolution& of, ngsild::name_id attribute) {
    add(of.eid, attribute);
    if (of.scoped)
        within.push_back(to_multirange(*of.scoped));
}

std::string unnest(composed_statement& to, const instance_pairs& of) {
    const std::string eids = to.int8s(of.eids);
    const std::string attributes = to.int4s(of.attributes);
    if (of.within.empty())
        return fmt::format("unnest({}, {})", eids, attributes);
    return fmt::format("unnest({}, {}, {}::tstzmultirange[])", eids, attributes,
                       to.texts(of.within));
}

std::string_view names_of_columns(const instance_pairs& of) noexcept {
    return of.within.empty() ? "eid, a" : "eid, a, within";
}

std::string columns_of_answer(const temporal_request& request) {
    // What is NULL is neither unfolded nor sent.
    return fmt::format("k.eid, k.a, x.ts, x.modified_at, {}, {}, x.num, x.ds_id, x.flags, x.txt, "
                       "x.rest, {}",
                       request.with_created_at ? "x.created_at" : "NULL::timestamptz",
                       request.with_iid ? "x.iid" : "NULL::bigint",
                       request.with_subjects
                           ? "(SELECT s.name FROM subject s WHERE s.id = x.subject_id)"
                           : "NULL::text");
}

ngsild::history_row read_instance(const pg::row& row) {
    ngsild::history_row made;
    made.attribute = row.int4(instance_columns::attribute);
    made.dataset = row.int4(instance_columns::dataset);
    made.ts = row.timestamptz(instance_columns::ts);
    made.modified_at = row.timestamptz(instance_columns::modified_at);
    if (!row.is_null(instance_columns::created_at))
        made.created_at = row.timestamptz(instance_columns::created_at);
    if (!row.is_null(instance_columns::iid))
        made.iid = row.int8(instance_columns::iid);
    made.flags = row.int2(instance_columns::flags);
    if (!row.is_null(instance_columns::num))
        made.num = row.float8(instance_columns::num);
    made.txt = row.text(instance_columns::txt);
    made.rest = row.bytea(instance_columns::rest);
    return made;
}

ngsild::history_row read_answer(const pg::row& row) {
    ngsild::history_row made = read_instance(row);
    made.subject = row.text(instance_columns::subject);
    return made;
}

composed_statement render_instances(const instance_pairs& of, const temporal_request& request,
                                    std::int64_t limit) {
    composed_statement made;
    const limited_instances instances(made, request, limit);
    const std::string pairs = unnest(made, of);
    const std::string is_gone = render_is_gone(made, pairs, request.interval);
    made.append(fmt::format("SELECT {}, {}\nFROM {} AS k({}), LATERAL (\n  {}) x",
                            columns_of_answer(request), is_gone, pairs, names_of_columns(of),
                            instances.of_pair()));
    made.finish();
    return made;
}

composed_statement render_recent_instances(const instance_pairs& of,
                                           const temporal_request& request, std::int64_t limit,
                                           timestamp guess) {
    composed_statement made;
    const limited_instances instances(made, request, limit);
    assert(instances.range.is_by_ts());
    const std::string pairs = unnest(made, of);
    const std::string is_gone = render_is_gone(made, pairs, request.interval);
    made.append(fmt::format("SELECT {}, {}, nullif(z.until, {})\nFROM history_fold z LEFT JOIN ({} "
                            "AS k({}) CROSS JOIN LATERAL (\n  {}) x) ON true",
                            columns_of_answer(request), is_gone, made.moment(guess), pairs,
                            names_of_columns(of),
                            unfolded_rows(instances, " AND h.ts >= z.until")));
    made.finish();
    return made;
}

} // namespace meridian::store
