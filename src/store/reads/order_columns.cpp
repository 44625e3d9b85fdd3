/// 4.23: what an ordering sees of Entities, as far as SQL tells it.
#include "store/reads/selection.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace meridian::store {
namespace {

using column = query::order_source::column;

/// `text[]` of the keys that several instances have; a row without kv is left to its document.
std::string several(composed_statement& to, const query::order_source& source) {
    return fmt::format(", COALESCE(k.kv ?| {}, true)", to.texts(source.several));
}

} // namespace

std::optional<std::vector<query::order_source>> sources_of_order(const query::query_plan& plan,
                                                                 const ngsild::names& dictionary) {
    if (plan.order.terms.empty() || needs_recheck(plan))
        return std::nullopt;
    auto sources = query::order_sources(plan.order, dictionary);
    const auto is_id = [](const query::order_source& one) { return one.from == column::id; };
    if (sources && plan.types.empty() && !std::ranges::all_of(*sources, is_id))
        return std::nullopt;
    return sources;
}

std::string render_order_columns(composed_statement& to,
                                 std::span<const query::order_source> sources) {
    std::string columns;
    for (const auto& source : sources) {
        switch (source.from) {
        case column::id:
            columns += ", e.uri";
            break;
        case column::moment:
            columns += several(to, source);
            columns += fmt::format(", ((k.kv -> {})::numeric * 1000000)::bigint",
                                   to.text_value(source.key));
            break;
        case column::value: {
            columns += several(to, source);
            columns += fmt::format(", (k.kv -> {})::int", to.text_value(source.key + ".p"));
            // A scalar stands under one of these; of arrays and objects only a part does.
            const auto value = fmt::format(
                "COALESCE(k.kv -> {}, k.kv -> {}, k.kv -> {})", to.text_value(source.key),
                to.text_value(source.key + ".r"), to.text_value(source.key + ".v"));
            columns += fmt::format(", CASE WHEN jsonb_typeof({0}) NOT IN ('array', 'object') "
                                   "THEN ({0})::text END",
                                   value);
            break;
        }
        }
    }
    return columns;
}

std::vector<query::order_cell> order_cells(const pg::row& from,
                                           std::span<const query::order_source> sources) {
    std::vector<query::order_cell> cells;
    cells.reserve(sources.size());
    int at = 1; // behind the eid
    for (const auto& source : sources) {
        auto& cell = cells.emplace_back();
        if (source.from == column::id) {
            cell.id = from.text(at++);
            continue;
        }
        cell.several = from.boolean(at++);
        if (source.from == column::moment) {
            if (!from.is_null(at))
                cell.moment = from.int8(at);
            ++at;
            continue;
        }
        if (!from.is_null(at))
            cell.kind = static_cast<ngsild::attribute_kind>(from.int4(at));
        ++at;
        if (!from.is_null(at))
            cell.value = from.text(at);
        ++at;
    }
    return cells;
}

} // namespace meridian::store
