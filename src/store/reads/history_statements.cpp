#include "store/reads/history_statements.hpp"

#include "store/reads/instance_range.hpp"
#include "store/reads/rollup_statements.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace meridian::store {
namespace {

constexpr std::string_view head_list =
    "e.eid, e.uri, e.created_at, e.modified_at, e.deleted_at, "
    "ARRAY(SELECT t.type_id FROM history_type t WHERE t.eid = e.eid ORDER BY 1), "
    "ARRAY(SELECT a.attr_id FROM history_attr a WHERE a.eid = e.eid ORDER BY 1)";

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
                   const temporal_request& request, bool gone_too)
        : tenant_(to.int4(tenant)) {
        if (!selection.ids.empty())
            ids_ = to.texts(selection.ids);
        if (!selection.attributes.empty())
            attribute_ = fmt::format(" AND a.attr_id = ANY({})", to.int4s(selection.attributes));
        if (gone_too)
            gone_ = render_gone_condition(to, request);
        const instance_range range(to, request.interval);
        instances_ = range.of("a.eid", "a.attr_id");
        condition_ = range.condition("h");
        if (!request.datasets.empty())
            condition_ += fmt::format(" AND h.ds_id = ANY({})", to.int4s(request.datasets));
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
                               others_, has_instance("e.eid"));
        const bool is_page = !reach.empty();
        return fmt::format("SELECT DISTINCT s.eid FROM {} AS ty(t{}), LATERAL (\n  SELECT t.eid "
                           "FROM history_type t WHERE t.tenant_id = {} AND t.type_id = ty.t AND "
                           "t.eid > {}{}\n  AND {}{}) s",
                           types_, others_.empty() ? "" : ", others", tenant_, after, others_,
                           has_instance("t.eid"),
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

    // A look-up for each candidate, so that a page ends when it is full.
    [[nodiscard]] std::string has_instance(std::string_view eid) const {
        const std::string kept = fmt::format(
            "(SELECT true FROM history_attr a, LATERAL {} WHERE a.eid = {}{}{} LIMIT 1)",
            instances_, eid, attribute_, condition_);
        if (gone_.empty())
            return kept;
        return fmt::format(
            "coalesce({},\n    (SELECT true FROM history_extent a WHERE a.eid = {}{} "
            "AND {} LIMIT 1))",
            kept, eid, attribute_, gone_);
    }

    std::string tenant_;
    std::string ids_;
    std::string attribute_;
    std::string instances_;
    std::string condition_; ///< on them
    std::string gone_;      ///< a condition on `a`, a row of history_extent; empty: not to be asked
    std::string types_;     ///< a row source
    std::string others_;    ///< a condition on `t` and `ty`
};

} // namespace

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
    const std::string of = made.int8(eid);
    made.append(
        fmt::format("(SELECT true FROM history h WHERE h.eid = {0} LIMIT 1) UNION ALL\n"
                    "(SELECT true FROM history_folded f WHERE f.eid = {0} LIMIT 1) UNION ALL\n"
                    "(SELECT true FROM history_extent e WHERE e.eid = {0} AND e.raw_from > "
                    "'-infinity' LIMIT 1)",
                    of));
    made.finish();
    return made;
}

composed_statement render_heads(tenant_id tenant, const temporal_selection& selection,
                                const temporal_request& request, const heads_wanted& wanted) {
    composed_statement made;
    const head_selection selected(made, tenant, selection, request, wanted.gone_too);
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

} // namespace meridian::store
