#include "store/reads/selection.hpp"

#include "store/reads/value_driver.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace meridian::store {
namespace {

using query::access_path;
using query::query_plan;

constexpr std::string_view entity_columns =
    "e.eid, e.uri, e.version, e.created_at, e.modified_at, e.doc";

bool has_condition(const std::optional<query::jsonpath_bounds>& kv) noexcept {
    return kv && !(kv->exact() && kv->always());
}

/// Puts one statement together. Candidates are rows `d` of the driving table: `entity_type`,
/// `search`, `geo` and `entity_scope` all have tenant_id, type_id and eid.
class composer {
public:
    composer(tenant_id tenant, const query_plan& plan, const selection_options& options)
        : plan_(plan), options_(options), tenant_(out_.int4(tenant)) {
        if (has_condition(plan.kv))
            kv_ = out_.jsonpath(plan.kv->possible);
        const bool has_row = plan.access != access_path::by_ids && driver() == "search";
        if (has_row)
            links_ = render_links(out_, plan.links, "d.kv", tenant_);
        if (!has_row || options.driver != nullptr)
            looked_up_links_ = render_links(out_, plan.links, "s.kv", tenant_);
        if (options.wanted == selection_options::output::sure_count)
            certain_ = out_.jsonpath(plan.kv->certain);
        if (plan.scopes)
            scope_rows_ = render_scope_rows(make_scope_ranges(*plan.scopes));
        if (plan.geo) {
            geo_attribute_ = out_.int4(plan.geo_attribute);
            // Rendered once: the driver and an EXISTS both call their row `g`.
            geo_ = render_geo(out_, *plan.geo, "g.geom");
        }
        render_types();
        if (plan.access == access_path::by_ids)
            ids_ = out_.texts(plan.ids);
        if (options.driver != nullptr)
            values_.emplace(out_, *options.driver);
    }

    composed_statement take() {
        using output = selection_options::output;
        if (options_.wanted == output::count) {
            out_.append(count());
        } else if (options_.wanted == output::sure_count) {
            out_.append(fmt::format("SELECT count(*) FILTER (WHERE n.sure), count(*) FROM ({}) n",
                                    candidates("> 0", "")));
        } else if (options_.wanted == output::order) {
            out_.append(order());
        } else {
            out_.append(fmt::format("SELECT {}", entity_columns));
            if (options_.wanted == output::page_and_count)
                out_.append(fmt::format(", ({})", count()));
            const std::string from = out_.int8(options_.from);
            const std::string limit = out_.int8(options_.limit);
            const std::string offset = out_.int8(options_.offset);
            const std::string reach = fmt::format("{} + {}", limit, offset);
            out_.append(fmt::format(
                "\nFROM (SELECT eid FROM ({0}) c\n      ORDER BY eid{3} LIMIT {1} OFFSET {2}) t"
                "\nJOIN entity e USING (eid)\nWHERE e.doc IS NOT NULL\nORDER BY e.eid{3}",
                candidates((options_.backwards ? "< " : "> ") + from, reach), limit, offset,
                direction()));
        }
        out_.finish();
        return std::move(out_);
    }

private:
    // The scopes' rows have one with type 0 for every Entity, so that this depends on no other row
    // and is carried out once.
    std::string render_scope_rows(const scope_ranges& ranges) {
        const std::string low = out_.texts(ranges.low);
        const std::string high = out_.texts(ranges.high);
        const std::string expression = out_.texts(ranges.expression);
        // OFFSET keeps the look-up by prefix a look-up, whatever is known of the table's size.
        return fmt::format("SELECT r.eid FROM unnest({}, {}, {}) AS p(low, high, expression), "
                           "LATERAL (SELECT x.eid, x.scope FROM entity_scope x WHERE "
                           "x.tenant_id = {} AND x.type_id = 0 AND x.scope >= p.low AND "
                           "x.scope < p.high OFFSET 0) r WHERE r.scope ~ p.expression",
                           low, high, expression, tenant_);
    }

    // 4.17 in disjunctive normal form: one driver a list, the list's other types by EXISTS.
    void render_types() {
        if (plan_.types.empty()) {
            const bool by_each_type = !kv_.empty() || !geo_.empty();
            if (by_each_type)
                types_ = render_tenant_types(tenant_);
            return;
        }
        std::vector<std::int32_t> drivers;
        std::vector<std::string> others;
        bool has_others = false;
        for (const auto& all : plan_.types) {
            drivers.push_back(all.front());
            const std::vector<std::int32_t> rest(all.begin() + 1, all.end());
            others.push_back(fmt::format("{{{}}}", fmt::join(rest, ",")));
            has_others = has_others || !rest.empty();
        }
        if (drivers.size() == 1 && !has_others) {
            one_type_ = out_.int4(drivers.front());
            return;
        }
        const std::string driving = out_.int4s(drivers);
        if (!has_others) {
            types_ = fmt::format("unnest({})", driving);
            return;
        }
        types_ = fmt::format("unnest({}, {})", driving, out_.texts(others));
        other_types_ = true;
    }

    [[nodiscard]] std::string driver() const {
        if (plan_.access == access_path::by_geometry)
            return "geo";
        return kv_.empty() ? "entity_type" : "search";
    }

    [[nodiscard]] std::string in_search(std::string_view eid, std::string_view type,
                                        std::string_view filter) const {
        return fmt::format("EXISTS (SELECT 1 FROM search s WHERE s.tenant_id = {} AND "
                           "s.type_id = {} AND s.eid = {} AND s.kv @@ {})",
                           tenant_, type, eid, filter);
    }

    /// Everything that must hold of a candidate with number `eid` and type `type`.
    [[nodiscard]] std::string conditions(std::string_view eid, std::string_view type,
                                         std::string_view driven_by) const {
        std::string all;
        if (!kv_.empty() && driven_by != "search")
            all += "\n  AND " + in_search(eid, type, kv_ + looked_up_links_);
        if (!geo_.empty() && driven_by != "geo")
            all += fmt::format("\n  AND EXISTS (SELECT 1 FROM geo g WHERE g.eid = {} AND "
                               "g.attr_id = {} AND g.type_id = {} AND g.tenant_id = {} AND {})",
                               eid, geo_attribute_, type, tenant_, geo_);
        if (!scope_rows_.empty())
            // IS TRUE keeps it a set that is made once: as a join it was made anew for each
            // candidate after an import, until the tables were analysed.
            all += fmt::format("\n  AND ({} IN ({})) IS TRUE", eid, scope_rows_);
        if (other_types_)
            all += fmt::format("\n  AND NOT EXISTS (SELECT 1 FROM unnest(ty.others::int[]) o(t) "
                               "WHERE NOT EXISTS (SELECT 1 FROM entity_type m WHERE m.tenant_id = "
                               "{} AND m.type_id = o.t AND m.eid = {}))",
                               tenant_, eid);
        if (options_.exclude_expired)
            all += fmt::format("\n  AND NOT EXISTS (SELECT 1 FROM expiry v WHERE v.eid = {} AND "
                               "v.attr_id = 0 AND v.expires_at <= now())",
                               eid);
        return all;
    }

    /// The candidates of one type: index rows where a conjunct of q has them.
    std::string of_type(std::string_view type, std::string_view beyond, const std::string& bound) {
        if (!values_)
            return scan_of_type(type, beyond) + bound;
        const bool decides = options_.driver->decides();
        const std::string of_many =
            decides ? "\n  AND (v.kind <> 15 OR " + in_search("v.eid", type, kv_) + ")" : "";
        const std::string residual =
            of_many + conditions("v.eid", type, decides ? "search" : "value");
        const std::string scan = scan_of_type(type, beyond);
        std::string sure;
        if (!certain_.empty())
            sure = fmt::format(", ({}{}) AS sure", decides ? "v.kind <> 15 OR " : "",
                               in_search("v.eid", type, certain_));
        const bool for_page = !bound.empty();
        const std::string most =
            out_.int8(for_page ? options_.driver->most_for_page(options_.limit + options_.offset)
                               : options_.driver->most_for_count());
        value_scope within;
        within.tenant = tenant_;
        within.type = type;
        within.beyond = beyond;
        within.most = most;
        within.residual = residual;
        within.scan = scan;
        within.scan_bound = bound;
        within.sure = sure;
        return values_->rows(within);
    }

    /// The rows of the driving table of one type.
    [[nodiscard]] std::string scan_of_type(std::string_view type, std::string_view beyond) const {
        const std::string from = driver();
        std::string own;
        std::string_view alias = "d";
        std::string sure;
        if (from == "search") {
            own = fmt::format(" AND d.kv @@ {}{}", kv_, links_);
            if (!certain_.empty())
                sure = fmt::format(", (d.kv @@ {}) AS sure", certain_);
        } else if (from == "geo") {
            alias = "g";
            own = fmt::format(" AND g.attr_id = {} AND {}", geo_attribute_, geo_);
        }
        return fmt::format("SELECT {3}{0}.eid{8} FROM {1} {0} WHERE {0}.tenant_id = {2} AND "
                           "{0}.type_id = {4} AND {0}.eid {5}{6}{7}",
                           alias, from, tenant_, from == "geo" ? "DISTINCT " : "", type, beyond,
                           own, conditions(fmt::format("{}.eid", alias), type, from), sure);
    }

    /// Entities by URI; their types are looked up beside them.
    [[nodiscard]] std::string of_ids(std::string_view beyond) const {
        std::string held;
        if (!one_type_.empty())
            held = fmt::format("unnest(ARRAY[{}])", one_type_);
        else if (!types_.empty())
            held = types_;
        else
            held = "(SELECT 0 AS t)";
        return fmt::format("SELECT DISTINCT i.eid FROM entity i JOIN {} AS ty(t{}) ON EXISTS "
                           "(SELECT 1 FROM entity_type l WHERE l.tenant_id = {} AND "
                           "l.type_id = ty.t AND l.eid = i.eid)\nWHERE i.tenant_id = {} AND "
                           "i.uri = ANY({}) AND i.doc IS NOT NULL AND i.eid {}{}",
                           held, other_types_ ? ", others" : "", tenant_, tenant_, ids_, beyond,
                           conditions("i.eid", "ty.t", "entity"));
    }

    [[nodiscard]] std::string_view direction() const noexcept {
        return options_.backwards ? " DESC" : "";
    }

    /// A query that gives each candidate's eid once, of those that are `beyond` (an operator and a
    /// number); of `reach` at most, where one is given.
    std::string candidates(std::string_view beyond, std::string_view reach) {
        if (plan_.access == access_path::by_ids)
            return of_ids(beyond);
        // Each type's own order and limit: a page a type is read, not every row.
        const std::string bound =
            reach.empty() ? "" : fmt::format("\nORDER BY eid{} LIMIT {}", direction(), reach);
        if (types_.empty())
            return of_type(one_type_.empty() ? "0" : std::string_view(one_type_), beyond,
                           values_ ? bound : "");
        return fmt::format("SELECT DISTINCT s.eid{} FROM {} AS ty(t{}), LATERAL ({}) s",
                           certain_.empty() ? "" : ", s.sure", types_,
                           other_types_ ? ", others" : "", of_type("ty.t", beyond, bound));
    }

    /// 4.23: each candidate with what the ordering sees of it. Any of its types' rows will do.
    std::string order() {
        using column = query::order_source::column;
        const auto reads = [this](bool of_entity) {
            return std::ranges::any_of(options_.sources, [&](const query::order_source& one) {
                return (one.from == column::id) == of_entity;
            });
        };
        const std::string from = out_.int8(options_.from);
        const std::string limit = out_.int8(options_.limit);
        std::string joined;
        if (reads(true))
            joined += "\nJOIN entity e ON e.eid = t.eid";
        if (reads(false)) {
            std::vector<std::int32_t> types;
            for (const auto& all : plan_.types)
                types.push_back(all.front());
            joined += fmt::format("\nLEFT JOIN LATERAL (SELECT s.kv FROM search s WHERE "
                                  "s.tenant_id = {} AND s.type_id = ANY({}) AND s.eid = t.eid "
                                  "LIMIT 1) k ON true",
                                  tenant_, out_.int4s(types));
        }
        const std::string columns = render_order_columns(out_, options_.sources);
        return fmt::format("SELECT t.eid{}\nFROM (SELECT eid FROM ({}) c\n      "
                           "ORDER BY eid LIMIT {}) t{}\nORDER BY t.eid",
                           columns, candidates("> " + from, limit), limit, joined);
    }

    /// Of all pages.
    std::string count() {
        return fmt::format("SELECT count(*) FROM ({}) n", candidates("> 0", ""));
    }

    const query_plan& plan_;
    const selection_options& options_;
    composed_statement out_;
    std::string tenant_;
    std::string kv_;
    std::string links_;           ///< of the row `d` whose kv meets `kv_`
    std::string looked_up_links_; ///< the same of `s`
    std::string certain_;         ///< with sure_count only
    std::optional<value_ranges> values_;
    std::string scope_rows_;
    std::string geo_attribute_;
    std::string geo_;
    std::string one_type_; ///< `$n`, where there is just one
    std::string types_;    ///< a row source of types, where there are several
    bool other_types_ = false;
    std::string ids_;
};

} // namespace

bool needs_recheck(const query_plan& plan) noexcept {
    if (plan.id_pattern || !plan.selectors.empty() || (plan.kv && !plan.kv->exact()))
        return true;
    return plan.scopes && !make_scope_ranges(*plan.scopes).exact;
}

bool counts_surely(const query_plan& plan) noexcept {
    const bool by_search =
        plan.access == access_path::by_type || plan.access == access_path::by_scope;
    const bool of_heads = plan.id_pattern || !plan.selectors.empty() ||
                          (plan.scopes && !make_scope_ranges(*plan.scopes).exact);
    return by_search && has_condition(plan.kv) && !plan.kv->exact() && !of_heads;
}

composed_statement render_selection(tenant_id tenant, const query_plan& plan,
                                    const selection_options& options) {
    return composer(tenant, plan, options).take();
}

} // namespace meridian::store
