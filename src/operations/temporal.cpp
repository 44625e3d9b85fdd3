#include "meridian/operations/temporal.hpp"

#include "meridian/ngsild/history.hpp"
#include "operations/apply.hpp"
#include "operations/temporal_selection.hpp"

#include <algorithm>
#include <map>
#include <span>
#include <utility>

namespace meridian::operations {
namespace {

/// The moment up to which all evolutions are whole, in the direction of paging; nothing where no
/// limit held anything back.
std::optional<timestamp> cut_of(std::span<const store::evolution> evolutions, bool backwards) {
    std::optional<timestamp> cut;
    for (const auto& evolution : evolutions)
        if (const auto own = evolution.whole_until)
            cut = !cut ? *own : backwards ? std::max(*cut, *own) : std::min(*cut, *own);
    return cut;
}

/// Takes out the rows that are beyond what is answered; keeps the Attributes that lose all of them.
void hold_back(store::evolution& of,
               const std::function<bool(const ngsild::history_row&)>& is_beyond) {
    std::vector<ngsild::held_back_attribute> before;
    for (const auto& row : of.rows)
        if (before.empty() || before.back().attribute != row.attribute)
            before.push_back({row.attribute, row.kind()});
    std::erase_if(of.rows, is_beyond);
    for (const auto& one : before)
        if (std::ranges::find(of.rows, one.attribute, &ngsild::history_row::attribute) ==
            of.rows.end())
            of.held_back.push_back(one);
}

/// 6.3.10: cuts all evolutions at the earliest cut, and says which range is left.
std::optional<covered_range> cut_all(std::span<store::evolution> evolutions,
                                     const query::temporal_query& interval) {
    const bool backwards = interval.last_n.has_value();
    const auto cut = cut_of(evolutions, backwards);
    if (!cut)
        return std::nullopt;
    std::optional<timestamp> first;
    const auto is_beyond = [&](const ngsild::history_row& row) {
        const auto at = store::moment_of(row, interval.property);
        return backwards ? at < *cut : at > *cut;
    };
    for (auto& evolution : evolutions) {
        hold_back(evolution, is_beyond);
        for (const auto& row : evolution.rows) {
            const auto at = store::moment_of(row, interval.property);
            if (!first || (backwards ? at > *first : at < *first))
                first = at;
        }
    }
    // range-start is a bound of the query where it has one on that side.
    if (backwards)
        return covered_range{interval.until.value_or(first.value_or(*cut)), *cut};
    return covered_range{interval.from.value_or(first.value_or(*cut)), *cut};
}

/// 6.3.10, of periods: keeps those before the earliest moment up to which an evolution is whole.
std::optional<covered_range> cut_periods(std::span<store::evolution> evolutions,
                                         const query::temporal_query& interval) {
    const bool backwards = interval.last_n.has_value();
    const auto cut = cut_of(evolutions, backwards);
    if (!cut)
        return std::nullopt;
    std::optional<timestamp> first;
    const auto take = [&](std::vector<ngsild::aggregated_period>& periods) {
        std::erase_if(periods, [&](const ngsild::aggregated_period& one) {
            return backwards ? one.start < *cut : one.start >= *cut;
        });
        for (const auto& one : periods) {
            const auto edge = backwards ? one.end : one.start;
            if (!first || (backwards ? edge > *first : edge < *first))
                first = edge;
        }
    };
    for (auto& evolution : evolutions)
        for (auto& attribute : evolution.aggregated)
            for (auto& series : attribute.series)
                take(series.periods);
    const auto bound = backwards ? interval.until : interval.from;
    return covered_range{bound.value_or(first.value_or(*cut)), *cut};
}

/// 5.7.4.4: each method must be for the values of an Attribute that was asked for by name.
/// CHOICE: of Attributes that nobody named the methods that are not for them are left out, and
/// with all methods the Attribute; otherwise an Entity with a text could not be aggregated at all.
result<void> check_methods(const store::evolution& evolution,
                           const std::vector<ngsild::name_id>& named,
                           const ngsild::names& dictionary) {
    for (const auto& attribute : evolution.aggregated) {
        if (std::ranges::find(named, attribute.attribute) == named.end())
            continue;
        for (const auto& series : attribute.series)
            if (series.periods.empty())
                return problem{problem_kind::invalid_request,
                               "aggrMethods: " + std::string{ngsild::method_member(series.method)} +
                                   " is not for the values of " +
                                   std::string{dictionary.iri(attribute.attribute)} +
                                   " (4.5.19.1)"};
    }
    return {};
}

void leave_out_empty(store::evolution& evolution) {
    for (auto& attribute : evolution.aggregated)
        std::erase_if(attribute.series, [](const auto& series) { return series.periods.empty(); });
    std::erase_if(evolution.aggregated, [](const auto& one) { return one.series.empty(); });
}

/// What is left of the evolutions where the limit held anything back.
result<std::optional<covered_range>> finish(std::span<store::evolution> evolutions,
                                            const store::temporal_request& request,
                                            const ngsild::names& dictionary) {
    if (!request.aggregated)
        return cut_all(evolutions, request.interval);
    for (const auto& evolution : evolutions)
        MERIDIAN_CHECK(check_methods(evolution, request.attributes, dictionary));
    auto partial = cut_periods(evolutions, request.interval);
    for (auto& evolution : evolutions)
        leave_out_empty(evolution);
    return partial;
}

} // namespace

asio::awaitable<result<temporal_outcome<store::evolution>>>
retrieve_temporal_entity(request_scope& scope, std::string id, instances_request wanted) {
    auto preparing = prepare(scope, id, wanted);
    MERIDIAN_CO_TRY(const auto request, co_await std::move(preparing));
    auto retrieval = scope.with.history.retrieve(scope.tenant, id, request);
    MERIDIAN_CO_TRY(auto found, co_await std::move(retrieval));
    // CHOICE: what has none of the concerned Attributes is removed from S (5.7.3.4), so it is not
    // found.
    const bool has_none = !wanted.attributes.empty() && found && found->attributes.empty();
    if (!found || has_none)
        co_return apply::entity_not_found(id);
    temporal_outcome<store::evolution> outcome{std::move(*found), std::nullopt};
    MERIDIAN_CO_TRY(outcome.partial,
                    finish(std::span{&outcome.answer, 1}, request, scope.with.dictionary));
    co_return outcome;
}

asio::awaitable<result<temporal_outcome<store::temporal_page>>>
query_temporal_entities(request_scope& scope, temporal_page_request wanted) {
    const bool counts = wanted.count;
    auto preparing = prepare(scope, std::move(wanted));
    MERIDIAN_CO_TRY(auto search, co_await std::move(preparing));
    if (!search) {
        temporal_outcome<store::temporal_page> nothing;
        if (counts)
            nothing.answer.count = 0;
        co_return nothing;
    }
    auto reading =
        scope.with.history.query(scope.tenant, std::move(search->selection), search->instances);
    MERIDIAN_CO_TRY(auto page, co_await std::move(reading));
    temporal_outcome<store::temporal_page> outcome{std::move(page), std::nullopt};
    MERIDIAN_CO_TRY(outcome.partial,
                    finish(outcome.answer.evolutions, search->instances, scope.with.dictionary));
    co_return outcome;
}

} // namespace meridian::operations
