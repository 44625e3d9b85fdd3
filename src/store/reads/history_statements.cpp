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

// The types that a tenant ever had, by skipping from one to the next.
constexpr std::string_view tenant_types = R"sql((
WITH RECURSIVE ty(t) AS (
  SELECT min(type_id) FROM history_type WHERE tenant_id = {0}
  UNION ALL
  SELECT (SELECT min(n.type_id) FROM history_type n WHERE n.tenant_id = {0} AND n.type_id > ty.t)
  FROM ty WHERE ty.t IS NOT NULL)
SELECT t FROM ty WHERE t IS NOT NULL))sql";

/// Which evolutions a page or a count is made of: put together once, rendered for both.
class head_selection {
public:
    head_selection(composed_statement& to, tenant_id tenant, const temporal_selection& selection,
                   const temporal_request& request)
        : tenant_(to.int4(tenant)) {
        if (!selection.ids.empty())
            ids_ = to.texts(selection.ids);
        if (!selection.attributes.empty())
            attribute_ = fmt::format(" AND a.attr_id = ANY({})", to.int4s(selection.attributes));
        interval_ = render_interval(to, request.interval);
        if (!request.datasets.empty())
            interval_ += fmt::format(" AND h.ds_id = ANY({})", to.int4s(request.datasets));
        add_types(to, selection);
    }

    /// A query that gives each eid once: at most `reach` of each type, in their order, or all.
    [[nodiscard]] std::string eids(const std::string& after, const std::string& reach) const {
        if (!ids_.empty())
            return fmt::format("SELECT e.eid FROM entity e WHERE e.tenant_id = {} AND e.uri = "
                               "ANY({}) AND e.eid > {}\n  AND EXISTS (SELECT 1 FROM {} AS ty(t{}) "
                               "JOIN history_type t ON t.eid = e.eid AND t.type_id = ty.t{})\n"
                               "  AND {}",
                               tenant_, ids_, after, types_, others_.empty() ? "" : ", others",
                               others_, has_instance("e.eid", "LIMIT 1"));
        const bool is_page = !reach.empty();
        return fmt::format("SELECT DISTINCT s.eid FROM {} AS ty(t{}), LATERAL (\n  SELECT t.eid "
                           "FROM history_type t WHERE t.tenant_id = {} AND t.type_id = ty.t AND "
                           "t.eid > {}{}\n  AND {}{}) s",
                           types_, others_.empty() ? "" : ", others", tenant_, after, others_,
                           has_instance("t.eid", is_page ? "LIMIT 1" : ""),
                           is_page ? "\n  ORDER BY t.eid LIMIT " + reach : "");
    }

private:
    // 4.17 as in selection.cpp: one driver a list, the list's other types by look-ups.
    void add_types(composed_statement& to, const temporal_selection& selection) {
        if (selection.types.empty()) {
            types_ = fmt::format(fmt::runtime(tenant_types), tenant_);
            return;
        }
        std::vector<std::int32_t> drivers;
        std::vector<std::string> rest;
        bool has_others = false;
        for (const auto& all : selection.types) {
            drivers.push_back(all.front());
            rest.push_back(fmt::format("{{{}}}", fmt::join(all.begin() + 1, all.end(), ",")));
            has_others = has_others || all.size() > 1;
        }
        const std::string driving = to.int4s(drivers);
        if (!has_others) {
            types_ = fmt::format("unnest({})", driving);
            return;
        }
        types_ = fmt::format("unnest({}, {})", driving, to.texts(rest));
        others_ = "\n  AND NOT EXISTS (SELECT 1 FROM unnest(ty.others::int[]) o(t) WHERE (SELECT "
                  "true FROM history_type m WHERE m.eid = t.eid AND m.type_id = o.t LIMIT 1) IS "
                  "NULL)";
    }

    // With a LIMIT this stays a look-up for each candidate, so that a page ends when it is full;
    // without, the planner may join, which is what a count wants.
    [[nodiscard]] std::string has_instance(std::string_view eid, std::string_view limit) const {
        const std::string rows =
            fmt::format("FROM history_attr a JOIN history h ON h.eid = a.eid AND h.attr_id = "
                        "a.attr_id WHERE a.eid = {}{} AND {}",
                        eid, attribute_, interval_);
        return limit.empty() ? "EXISTS (SELECT 1 " + rows + ")"
                             : fmt::format("(SELECT true {} {})", rows, limit);
    }

    std::string tenant_;
    std::string ids_;
    std::string attribute_;
    std::string interval_;
    std::string types_;  ///< a row source
    std::string others_; ///< a condition on `t` and `ty`
};

} // namespace

std::string_view time_column(const query::temporal_query& interval) noexcept {
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

std::string render_interval(composed_statement& to, const query::temporal_query& interval) {
    const std::string from = to.moment(interval.from.value_or(earliest));
    const std::string until = to.moment(interval.until.value_or(latest));
    return fmt::format("h.{0} >= {1} AND h.{0} < {2}{3}", time_column(interval), from, until,
                       flags_of(interval));
}

ngsild::history_row read_instance(const pg::row& row) {
    ngsild::history_row made;
    made.attribute = row.int4(instance_columns::attribute);
    made.dataset = row.int4(instance_columns::dataset);
    made.ts = row.timestamptz(instance_columns::ts);
    made.modified_at = row.timestamptz(instance_columns::modified_at);
    made.created_at = row.timestamptz(instance_columns::created_at);
    made.iid = row.int8(instance_columns::iid);
    made.flags = row.int2(instance_columns::flags);
    if (!row.is_null(instance_columns::num))
        made.num = row.float8(instance_columns::num);
    made.txt = row.text(instance_columns::txt);
    made.rest = row.bytea(instance_columns::rest);
    return made;
}

composed_statement render_head(tenant_id tenant, const std::string& uri) {
    composed_statement made;
    const std::string of = made.int4(tenant);
    made.append(fmt::format("SELECT {} FROM entity e WHERE e.tenant_id = {} AND e.uri = {}",
                            head_list, of, made.text_value(uri)));
    made.finish();
    return made;
}

composed_statement render_existence(std::int64_t eid) {
    composed_statement made;
    made.append(fmt::format("SELECT true FROM history h WHERE h.eid = {} LIMIT 1", made.int8(eid)));
    made.finish();
    return made;
}

composed_statement render_heads(tenant_id tenant, const temporal_selection& selection,
                                const temporal_request& request, const heads_wanted& wanted) {
    composed_statement made;
    const head_selection selected(made, tenant, selection, request);
    const std::string count =
        wanted.with_count ? fmt::format(", (SELECT count(*) FROM ({}) n)", selected.eids("0", ""))
                          : "";
    const std::string after = made.int8(wanted.after);
    const std::string limit = made.int8(wanted.limit);
    const std::string offset = made.int8(wanted.offset);
    const std::string reach = fmt::format("{} + {}", limit, offset);
    made.append(fmt::format("SELECT {}{}\nFROM ({}\n  ORDER BY eid LIMIT {} OFFSET {}) p\n"
                            "JOIN entity e USING (eid)\nORDER BY e.eid",
                            head_list, count, selected.eids(after, reach), limit, offset));
    made.finish();
    return made;
}

composed_statement render_instances(const std::vector<std::int64_t>& eids,
                                    const std::vector<ngsild::name_id>& attributes,
                                    const temporal_request& request, std::int64_t limit) {
    composed_statement made;
    const auto& interval = request.interval;
    const std::string of = made.int8s(eids);
    const std::string which = made.int4s(attributes);
    std::string condition = render_interval(made, interval);
    if (!request.datasets.empty()) // the scope (attr_id 0) has no datasetId
        condition +=
            fmt::format(" AND (h.ds_id = ANY({}) OR h.attr_id = 0)", made.int4s(request.datasets));
    const std::string_view time = time_column(interval);
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
