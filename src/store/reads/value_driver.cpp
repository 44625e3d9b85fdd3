#include "store/reads/value_driver.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>

namespace meridian::store {
namespace {

// To read, keep, sort and count an index row costs about what passing over a row of `search` does
// (0.45 and 0.32 µs), so that m rows in the ranges pay for a page of r out of n Entities while
// m < r · n / m.
constexpr std::int64_t always_worth_it = 500;
// A row that is looked up in `search` for the rest of q costs about ten that are passed over.
constexpr std::int64_t look_up_over_scan = 10;

} // namespace

std::int64_t value_driver::most_for_page(std::int64_t reach) const noexcept {
    const double most = std::sqrt(static_cast<double>(std::max<std::int64_t>(reach, 1)) *
                                  static_cast<double>(std::max<std::int64_t>(entities, 1)));
    return std::max(always_worth_it, static_cast<std::int64_t>(most));
}

std::int64_t value_driver::most_for_count() const noexcept {
    // Alone the index counts for less than `search` does whatever the share.
    if (decides())
        return std::numeric_limits<std::int32_t>::max();
    return std::max(always_worth_it, entities / look_up_over_scan);
}

namespace {

/// Whether candidates are rows of `search` by type, which index rows could replace.
bool passes_over_search(const query::query_plan& plan) noexcept {
    using query::access_path;
    return plan.q && plan.kv && !plan.types.empty() &&
           (plan.access == access_path::by_type || plan.access == access_path::by_scope);
}

} // namespace

void note_scan(attribute_indexes& to, tenant_id tenant, const query::query_plan& plan,
               const ngsild::names& dictionary, std::chrono::microseconds took) {
    constexpr std::chrono::milliseconds cheap{2};
    if (took < cheap || !passes_over_search(plan))
        return;
    const auto conditions = query::index_conditions(*plan.q, dictionary);
    if (conditions.empty())
        return;
    for (const auto& all : plan.types)
        to.note_scan(tenant, all.front(), conditions.front().attribute, took);
}

std::optional<value_driver> choose_driver(tenant_id tenant, const query::query_plan& plan,
                                          const index_set& indexes,
                                          const ngsild::names& dictionary) {
    if (indexes.empty() || !passes_over_search(plan))
        return std::nullopt;
    for (query::index_condition& one : query::index_conditions(*plan.q, dictionary)) {
        value_driver made;
        bool serves = true;
        for (const auto& all : plan.types) {
            const attribute_index* index = indexes.find(tenant, all.front(), one.attribute);
            serves = serves && index != nullptr && index->state == attribute_index::phase::ready;
            if (serves)
                made.entities += index->entities;
        }
        if (!serves)
            continue;
        made.condition = std::move(one);
        made.condition.whole = made.condition.whole && plan.attributes.empty();
        return made;
    }
    return std::nullopt;
}

value_ranges::value_ranges(composed_statement& to, const value_driver& driver)
    : attribute_(to.int4(driver.condition.attribute)) {
    std::vector<std::int32_t> kinds;
    const auto add_kinds = [&kinds](const auto& ranges) {
        for (const auto& one : ranges)
            kinds.push_back(static_cast<std::int16_t>(one.kind));
    };
    add_kinds(driver.condition.numbers);
    add_kinds(driver.condition.texts);
    const std::string of_kinds = to.int4s(kinds);
    const bool is_text = driver.condition.numbers.empty();
    std::string low;
    std::string high;
    if (is_text) {
        std::vector<std::string> lows;
        std::vector<std::string> highs;
        for (const query::text_range& one : driver.condition.texts) {
            lows.push_back(one.low);
            highs.push_back(one.high);
        }
        low = to.texts(lows);
        high = to.texts(highs);
    } else {
        std::vector<double> lows;
        std::vector<double> highs;
        for (const query::number_range& one : driver.condition.numbers) {
            lows.push_back(one.low);
            highs.push_back(one.high);
        }
        low = to.float8s(lows);
        high = to.float8s(highs);
    }
    ranges_ = fmt::format("unnest({}, {}, {})", of_kinds, low, high);
    table_ = is_text ? "attr_txt" : "attr_num";
    column_ = is_text ? "txt" : "num";
}

std::string value_ranges::rows(const value_scope& within) const {
    // The LIMIT within keeps the look-up a look-up: one index scan a range.
    return fmt::format(
        R"sql(SELECT f.eid{shown} FROM (
WITH v AS MATERIALIZED (
  SELECT x.eid, x.kind FROM {ranges} AS r(kind, low, high), LATERAL (
    SELECT w.eid, w.kind FROM {table} w
    WHERE w.tenant_id = {tenant} AND w.type_id = {type} AND w.attr_id = {attribute}
      AND w.kind = r.kind AND w.{column} >= r.low AND w.{column} < r.high AND w.eid {beyond}
    LIMIT {most}) x
  LIMIT {most}),
few AS MATERIALIZED (
  SELECT count(*) < {most} AND EXISTS (
    SELECT 1 FROM attr_index y WHERE y.tenant_id = {tenant} AND y.type_id = {type}
      AND y.attr_id = {attribute} AND y.state = 'ready') AS yes FROM v)
SELECT DISTINCT v.eid{sure} FROM v WHERE (SELECT yes FROM few){residual}
UNION ALL
({scan}
  AND (SELECT NOT yes FROM few){bound})) f)sql",
        fmt::arg("ranges", ranges_), fmt::arg("table", table_), fmt::arg("column", column_),
        fmt::arg("tenant", within.tenant), fmt::arg("type", within.type),
        fmt::arg("attribute", attribute_), fmt::arg("beyond", within.beyond),
        fmt::arg("most", within.most), fmt::arg("sure", within.sure),
        fmt::arg("shown", within.sure.empty() ? "" : ", f.sure"),
        fmt::arg("residual", within.residual), fmt::arg("scan", within.scan),
        fmt::arg("bound", within.scan_bound));
}

} // namespace meridian::store
