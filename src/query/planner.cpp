#include "meridian/query/plan.hpp"

#include <algorithm>
#include <utility>

// The rules, in this order:
//   1. A conjunction of types with a name that the dictionary does not know selects nothing; if no
//      conjunction is left, neither does the whole.
//   2. attrs and q become one filter on `search.kv`; where it can never hold, nothing is selected.
//      Terms into linked Entities narrow by the rows of these, where every candidate must meet
//      them.
//   3. A filter that always holds is dropped, so that a plain list need not read `search`.
//   4. ids drive where they are given (at most a page of them); else the geometry where the
//   relation
//      can use its index; else the scope where every list names a first level; else the types.

namespace meridian::query {
namespace {

/// Rule 1. False: nothing is selected.
bool resolve_types(query_plan& plan, const type_selection& types, const ngsild::names& dictionary) {
    for (const auto& all : types.any_of) {
        std::vector<ngsild::name_id> ids;
        for (const auto& type : all)
            ids.push_back(dictionary.find(type));
        if (std::find(ids.begin(), ids.end(), 0) == ids.end())
            plan.types.push_back(std::move(ids));
    }
    std::sort(plan.types.begin(), plan.types.end());
    return types.any_of.empty() || !plan.types.empty();
}

/// Rules 2 and 3. False: nothing is selected.
bool resolve_filter(query_plan& plan, const entity_selection& wanted,
                    const ngsild::names& dictionary) {
    for (const auto& name : wanted.attributes) {
        if (const auto id = dictionary.find(name); id != 0)
            plan.attributes.push_back(id);
    }
    std::optional<jsonpath_bounds> filter;
    if (wanted.q) {
        filter = render_jsonpath(*wanted.q, dictionary);
        plan.links = render_links(*wanted.q, dictionary);
    }
    if (!wanted.attributes.empty()) {
        auto exists = render_any_exists(wanted.attributes, dictionary);
        filter = filter ? all_of(*filter, exists) : std::move(exists);
    }
    if (filter && filter->never())
        return false;
    if (std::ranges::any_of(plan.links, &linked_condition::nothing))
        return false;
    if (filter && !filter->always())
        plan.kv = std::move(filter);
    return true;
}

/// Rule 4.
access_path choose_access(const query_plan& plan) {
    if (!plan.ids.empty())
        return access_path::by_ids;
    const auto relation = plan.geo ? plan.geo->relation : geo_relation::disjoint;
    if (plan.geo && relation != geo_relation::disjoint && relation != geo_relation::near_min)
        return access_path::by_geometry;
    const auto narrows = [](const scope_pattern& one) {
        return !one.levels.empty() && one.levels.front() != "+";
    };
    if (plan.scopes &&
        std::all_of(plan.scopes->any_of.begin(), plan.scopes->any_of.end(),
                    [&](const auto& all) { return std::any_of(all.begin(), all.end(), narrows); }))
        return access_path::by_scope;
    return access_path::by_type;
}

} // namespace

bool query_plan::rechecks() const noexcept {
    return access != access_path::nothing &&
           (id_pattern || !selectors.empty() || (kv && !kv->exact()));
}

query_plan make_plan(const plan_request& wanted, const ngsild::names& dictionary) {
    const auto& selection = wanted.selection;
    query_plan plan;
    plan.ids = selection.ids;
    plan.id_pattern = selection.id_pattern;
    plan.selectors = selection.any_of;
    plan.q = selection.q;
    plan.geo = selection.geo;
    plan.scopes = selection.scopes;
    plan.order = wanted.order;
    plan.page = wanted.page;
    plan.want_count = wanted.want_count;
    std::sort(plan.ids.begin(), plan.ids.end());
    plan.ids.erase(std::unique(plan.ids.begin(), plan.ids.end()), plan.ids.end());
    bool any = true;
    if (selection.types)
        any = resolve_types(plan, *selection.types, dictionary);
    any = any && resolve_filter(plan, selection, dictionary);
    if (plan.geo) {
        plan.geo_attribute = dictionary.find(plan.geo->geoproperty);
        any = any && plan.geo_attribute != 0;
    }
    plan.access = any ? choose_access(plan) : access_path::nothing;
    return plan;
}

} // namespace meridian::query
