#pragma once

#include "meridian/ngsild/names.hpp"
#include "meridian/query/evaluate.hpp"
#include "meridian/query/jsonpath.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What the store has to do for a selection (architecture page, "Query planner"). Pure: no SQL.
namespace meridian::query {

/// One page in the order of eid; one of `offset`, `after` and `before` is given at most.
struct page {
    std::uint32_t limit = 20; ///< 0: only the count is wanted
    std::uint64_t offset = 0;
    std::optional<std::int64_t> after;  ///< keyset: the first rows with eids above this
    std::optional<std::int64_t> before; ///< keyset: the last rows with eids below this
    bool operator==(const page&) const = default;
};

/// Where the candidates come from. The rest of the plan filters them.
enum class access_path : std::uint8_t {
    nothing,     ///< known to be empty: a type or attribute that nothing has
    by_ids,      ///< the URIs of `ids`
    by_type,     ///< `entity_type`, or `search` where there is a q, in the order of eid
    by_geometry, ///< the index of `geo`
    by_scope,    ///< `entity_scope` by prefix
};

struct query_plan {
    access_path access = access_path::by_type;
    std::vector<std::string> ids;
    /// 4.17 in disjunctive normal form; empty: all types. No list is empty, no number 0.
    std::vector<std::vector<ngsild::name_id>> types;
    std::vector<ngsild::name_id> attributes; ///< at least one exists; part of `kv` already
    std::optional<pattern> id_pattern;       ///< decided in memory on the URI alone
    /// One of these must select the Entity; decided in memory on its URI and types.
    std::vector<entity_selector> selectors;
    /// q and `attributes` as conditions on `search.kv`. Rows that meet `kv.certain` match; rows
    /// that meet only `kv.possible` match if `q` holds in memory; others do not. Absent: no
    /// condition.
    std::optional<jsonpath_bounds> kv;
    /// What narrows the candidates by linked Entities, beside `kv`; then `kv` is not exact.
    std::vector<linked_condition> links;
    std::optional<q_expression> q; ///< the whole, for memory
    std::optional<geo_query> geo;  ///< SQL decides it
    ngsild::name_id geo_attribute = 0;
    std::optional<scope_selection> scopes; ///< SQL narrows by prefix where it can
    ordering order;                        ///< no terms: by eid
    query::page page;
    bool want_count = false;

    /// Whether rows have to be looked at in memory before they count.
    [[nodiscard]] bool rechecks() const noexcept;
    bool operator==(const query_plan&) const = default;
};

/// What is asked for beside the selection.
struct plan_request {
    entity_selection selection;
    ordering order;
    query::page page;
    bool want_count = false;
};

[[nodiscard]] query_plan make_plan(const plan_request& wanted, const ngsild::names& dictionary);

/// One line a part, for `explain` and the slow log. Holds what users sent.
[[nodiscard]] std::string to_text(const query_plan& plan);

} // namespace meridian::query
