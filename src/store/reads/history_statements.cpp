#include "store/reads/history_statements.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace meridian::store {
namespace {

using query::time_property;

constexpr std::string_view head_list =
    "e.eid, e.uri, e.created_at, e.modified_at, e.deleted_at, "
    "ARRAY(SELECT t.type_id FROM history_type t WHERE t.eid = e.eid ORDER BY 1), "
    "ARRAY(SELECT a.attr_id FROM history_attr a WHERE a.eid = e.eid ORDER BY 1)";

// What stands for no bound: PostgreSQL's infinities would keep partitions from being pruned no
// better than these do.
constexpr timestamp earliest{std::chrono::sys_days{std::chrono::year{1} / 1 / 1}};
constexpr timestamp latest{std::chrono::sys_days{std::chrono::year{9999} / 12 / 31}};

/// The column of `history` that a Temporal Property is kept in.
std::string_view column_of(const query::temporal_query& interval) noexcept {
    if (!interval.from && !interval.until)
        return "ts";
    switch (interval.property) {
    case time_property::created_at:
        return "created_at";
    case time_property::modified_at:
    case time_property::deleted_at:
        return "modified_at";
    case time_property::observed_at:
        break;
    }
    return "ts";
}

/// 4.11: instances that do not have the Temporal Property do not match. Bit 0: has observedAt;
/// bit 8: a deletion. Without bounds there is no temporal query, and everything is shown.
std::string_view flags_of(const query::temporal_query& interval) noexcept {
    if (!interval.from && !interval.until)
        return interval.property == time_property::deleted_at ? " AND h.flags & 256 <> 0" : "";
    switch (interval.property) {
    case time_property::observed_at:
        return " AND h.flags & 1 = 1";
    case time_property::deleted_at:
        return " AND h.flags & 256 <> 0";
    default:
        return " AND h.flags & 256 = 0";
    }
}

/// What must hold of a row `h` beside its key.
std::string within_interval(composed_statement& to, const query::temporal_query& interval) {
    const std::string from = to.moment(interval.from.value_or(earliest));
    const std::string until = to.moment(interval.until.value_or(latest));
    return fmt::format("h.{0} >= {1} AND h.{0} < {2}{3}", column_of(interval), from, until,
                       flags_of(interval));
}

/// Candidates by type as in selection.cpp, over the types that Entities ever had.
std::string typed_candidates(composed_statement& to, const std::string& tenant,
                             const temporal_selection& selection, const std::string& after) {
    if (selection.types.empty())
        return fmt::format("SELECT DISTINCT t.eid FROM history_type t WHERE t.tenant_id = {} "
                           "AND t.eid > {}",
                           tenant, after);
    std::vector<std::int32_t> drivers;
    std::vector<std::string> others;
    for (const auto& all : selection.types) {
        drivers.push_back(all.front());
        others.push_back(fmt::format("{{{}}}", fmt::join(all.begin() + 1, all.end(), ",")));
    }
    const std::string driving = to.int4s(drivers);
    const std::string rest = to.texts(others);
    return fmt::format("SELECT DISTINCT t.eid FROM unnest({}, {}) AS ty(t, others) "
                       "JOIN history_type t ON t.tenant_id = {} AND t.type_id = ty.t "
                       "AND t.eid > {}\nWHERE NOT EXISTS (SELECT 1 FROM unnest(ty.others::int[]) "
                       "o(t) WHERE NOT EXISTS (SELECT 1 FROM history_type m WHERE m.eid = t.eid "
                       "AND m.type_id = o.t))",
                       driving, rest, tenant, after);
}

} // namespace

composed_statement render_head(tenant_id tenant, const std::string& uri) {
    composed_statement made;
    const std::string of = made.int4(tenant);
    made.append(fmt::format("SELECT {} FROM entity e WHERE e.tenant_id = {} AND e.uri = {}",
                            head_list, of, made.text_value(uri)));
    made.finish();
    return made;
}

composed_statement render_heads(tenant_id tenant, const temporal_selection& selection,
                                const temporal_request& request, const heads_wanted& wanted) {
    composed_statement made;
    const std::string of = made.int4(tenant);
    const std::string by_id =
        selection.ids.empty() ? "" : fmt::format(" AND e.uri = ANY({})", made.texts(selection.ids));
    const std::string by_attribute =
        selection.attributes.empty()
            ? ""
            : fmt::format(" AND a.attr_id = ANY({})", made.int4s(selection.attributes));
    const std::string interval = within_interval(made, request.interval);
    const auto eids = [&](const std::string& after) {
        return fmt::format(
            "SELECT e.eid FROM ({}) c JOIN entity e USING (eid)\nWHERE e.tenant_id = {}{}\n"
            "  AND EXISTS (SELECT 1 FROM history_attr a JOIN history h ON h.eid = a.eid AND "
            "h.attr_id = a.attr_id WHERE a.eid = e.eid{} AND {})",
            typed_candidates(made, of, selection, after), of, by_id, by_attribute, interval);
    };
    const std::string count =
        wanted.with_count ? fmt::format(", (SELECT count(*) FROM ({}) n)", eids("0")) : "";
    const std::string page = eids(made.int8(wanted.after));
    const std::string limit = made.int8(wanted.limit);
    const std::string offset = made.int8(wanted.offset);
    made.append(fmt::format("SELECT {}{}\nFROM ({}\n  ORDER BY eid LIMIT {} OFFSET {}) p\n"
                            "JOIN entity e USING (eid)\nORDER BY e.eid",
                            head_list, count, page, limit, offset));
    made.finish();
    return made;
}

composed_statement render_instances(const std::vector<std::int64_t>& eids,
                                    const std::vector<ngsild::name_id>& attributes,
                                    const query::temporal_query& interval, std::int64_t limit) {
    composed_statement made;
    const std::string of = made.int8s(eids);
    const std::string which = made.int4s(attributes);
    const std::string condition = within_interval(made, interval);
    const std::string_view time = column_of(interval);
    const std::string_view direction = interval.last_n ? "DESC" : "ASC";
    made.append(fmt::format(
        "SELECT k.eid, k.a, x.ts, x.modified_at, x.created_at, x.iid, x.num, x.ds_id, x.flags, "
        "x.txt, x.rest\nFROM unnest({0}, {1}) WITH ORDINALITY AS k(eid, a, o), LATERAL (\n"
        "  SELECT h.ts, h.modified_at, h.created_at, h.iid, h.num, h.ds_id, h.flags, h.txt, "
        "h.rest\n"
        "  FROM history h WHERE h.eid = k.eid AND h.attr_id = k.a AND {2}\n"
        "  ORDER BY h.{3} {4}, h.iid {4} LIMIT {5}) x\nORDER BY k.o, x.{3} {4}, x.iid {4}",
        of, which, condition, time, direction, made.int8(limit)));
    made.finish();
    return made;
}

} // namespace meridian::store
