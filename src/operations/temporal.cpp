#include "meridian/operations/temporal.hpp"

#include "meridian/ngsild/history.hpp"
#include "operations/apply.hpp"
#include "operations/refuse.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <span>
#include <utility>

namespace meridian::operations {
namespace {

using query::time_property;

/// The moment by which an instance is in the interval (4.11).
timestamp time_of(const ngsild::history_row& row, time_property property) noexcept {
    switch (property) {
    case time_property::created_at:
        return row.created_at;
    case time_property::modified_at:
    case time_property::deleted_at:
        return row.modified_at;
    case time_property::observed_at:
        break;
    }
    return row.ts;
}

/// The numbers of names that anything has; names that nothing has are left out.
std::vector<ngsild::name_id> known_names(const ngsild::names& dictionary,
                                         const std::vector<std::string>& iris) {
    std::vector<ngsild::name_id> ids;
    for (const auto& iri : iris)
        if (const auto id = dictionary.find(iri); id != 0)
            ids.push_back(id);
    return ids;
}

/// 4.17 by number; a conjunction with a type that nothing has selects nothing and is left out.
std::vector<std::vector<ngsild::name_id>> known_types(const ngsild::names& dictionary,
                                                      const query::type_selection& types) {
    std::vector<std::vector<ngsild::name_id>> any_of;
    for (const auto& all_of : types.any_of) {
        auto ids = known_names(dictionary, all_of);
        if (ids.size() == all_of.size())
            any_of.push_back(std::move(ids));
    }
    return any_of;
}

/// The names that are compared by number.
std::vector<std::string> names_in(const temporal_page_request& wanted) {
    auto names = wanted.instances.attributes;
    if (wanted.selection.types)
        for (const auto& all_of : wanted.selection.types->any_of)
            names.insert(names.end(), all_of.begin(), all_of.end());
    return names;
}

/// The instances of an evolution as an Entity whose Attributes have many instances: what q, geo
/// and scope test in 5.7.4.4.
ngsild::entity entity_of(const store::evolution& evolution, const ngsild::names& dictionary) {
    ngsild::entity subject;
    subject.id = evolution.uri;
    for (const auto type : evolution.types)
        subject.types.emplace_back(dictionary.iri(type));
    std::map<ngsild::name_id, std::size_t> places;
    for (const auto& row : evolution.rows) {
        if (row.is_deleted())
            continue;
        auto instance = ngsild::decode(row, dictionary);
        if (row.attribute == ngsild::scope_attribute) {
            for (const auto& scope : instance.value)
                subject.scopes.push_back(scope.get<std::string>());
            continue;
        }
        const auto [place, is_new] = places.emplace(row.attribute, subject.attributes.size());
        if (is_new)
            subject.attributes.push_back({std::string{dictionary.iri(row.attribute)}, {}});
        subject.attributes[place->second].instances.push_back(std::move(instance));
    }
    return subject;
}

/// q, georel, scopeQ and idPattern of a selection, as a test of evolutions; empty where there are
/// none.
std::function<bool(const store::evolution&)> filter_of(query::entity_selection selection,
                                                       const ngsild::names& dictionary) {
    selection.ids.clear();
    selection.types.reset();
    selection.attributes.clear();
    if (selection == query::entity_selection{})
        return {};
    return [selection = std::move(selection), &dictionary](const store::evolution& evolution) {
        return query::matches(selection, entity_of(evolution, dictionary));
    };
}

/// The moment beyond which an evolution that hit the limit is not whole, in the direction of
/// paging: of each Attribute that has `limit` instances the last one shown.
std::optional<timestamp> cut_of(const store::evolution& evolution,
                                const query::temporal_query& interval, std::int32_t limit) {
    if (!evolution.truncated)
        return std::nullopt;
    std::optional<timestamp> cut;
    std::map<ngsild::name_id, std::int32_t> counts;
    for (const auto& row : evolution.rows) {
        if (++counts[row.attribute] != limit)
            continue;
        const auto last = time_of(row, interval.property);
        if (!cut || (interval.last_n ? last > *cut : last < *cut))
            cut = last;
    }
    return cut;
}

/// Takes out the rows that are beyond what is answered; keeps the Attributes that lose all of them.
void hold_back(store::evolution& of,
               const std::function<bool(const ngsild::history_row&)>& is_beyond) {
    std::vector<ngsild::name_id> before;
    for (const auto& row : of.rows)
        if (before.empty() || before.back() != row.attribute)
            before.push_back(row.attribute);
    std::erase_if(of.rows, is_beyond);
    for (const auto attribute : before)
        if (std::ranges::find(of.rows, attribute, &ngsild::history_row::attribute) == of.rows.end())
            of.held_back.push_back(attribute);
}

/// 6.3.10: cuts all evolutions at the earliest cut, and says which range is left.
std::optional<covered_range> cut_all(std::span<store::evolution> evolutions,
                                     const query::temporal_query& interval, std::int32_t limit) {
    const bool backwards = interval.last_n.has_value();
    std::optional<timestamp> cut;
    for (const auto& evolution : evolutions)
        if (const auto own = cut_of(evolution, interval, limit))
            cut = !cut ? *own : backwards ? std::max(*cut, *own) : std::min(*cut, *own);
    if (!cut)
        return std::nullopt;
    std::optional<timestamp> first;
    const auto is_beyond = [&](const ngsild::history_row& row) {
        const auto at = time_of(row, interval.property);
        return backwards ? at < *cut : at > *cut;
    };
    for (auto& evolution : evolutions) {
        hold_back(evolution, is_beyond);
        for (const auto& row : evolution.rows) {
            const auto at = time_of(row, interval.property);
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
    std::optional<timestamp> cut;
    for (const auto& evolution : evolutions)
        if (const auto own = evolution.whole_until)
            cut = !cut ? *own : backwards ? std::max(*cut, *own) : std::min(*cut, *own);
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
        return cut_all(evolutions, request.interval, request.instance_limit);
    for (const auto& evolution : evolutions)
        MERIDIAN_CHECK(check_methods(evolution, request.attributes, dictionary));
    auto partial = cut_periods(evolutions, request.interval);
    for (auto& evolution : evolutions)
        leave_out_empty(evolution);
    return partial;
}

store::temporal_request to_store_request(const instances_request& wanted,
                                         const ngsild::names& dictionary) {
    store::temporal_request request;
    request.interval = wanted.interval;
    request.instance_limit = wanted.limit;
    request.attributes = known_names(dictionary, wanted.attributes);
    request.aggregated = wanted.aggregated;
    for (const auto& iri : wanted.dataset_ids) {
        const auto id = dictionary.find(iri);
        if (id != 0 || iri == "@none")
            request.datasets.push_back(id);
    }
    if (request.datasets.empty() && !wanted.dataset_ids.empty())
        request.datasets.push_back(-1); // datasetIds that nothing has
    return request;
}

} // namespace

asio::awaitable<result<temporal_outcome<store::evolution>>>
retrieve_temporal_entity(request_scope& scope, std::string id, instances_request wanted) {
    federation::asked about;
    about.ids.push_back(id);
    about.attributes = wanted.attributes;
    MERIDIAN_CO_CHECK(refuse_forwarding(scope, federation::operation::retrieve_temporal, about,
                                        information::temporal));
    const auto& dictionary = scope.with.dictionary;
    auto asking = scope.with.dictionary.look_up(wanted.attributes);
    MERIDIAN_CO_CHECK(co_await std::move(asking));
    auto request = to_store_request(wanted, dictionary);
    if (!wanted.attributes.empty() && request.attributes.empty())
        co_return apply::entity_not_found(id); // names that nothing has
    auto retrieval = scope.with.history.retrieve(scope.tenant, id, request);
    MERIDIAN_CO_TRY(auto found, co_await std::move(retrieval));
    // CHOICE: what has none of the concerned Attributes is removed from S (5.7.3.4), so it is not
    // found.
    const bool has_none = !wanted.attributes.empty() && found && found->attributes.empty();
    if (!found || has_none)
        co_return apply::entity_not_found(id);
    temporal_outcome<store::evolution> outcome{std::move(*found), std::nullopt};
    MERIDIAN_CO_TRY(outcome.partial, finish(std::span{&outcome.answer, 1}, request, dictionary));
    co_return outcome;
}

asio::awaitable<result<temporal_outcome<store::temporal_page>>>
query_temporal_entities(request_scope& scope, temporal_page_request wanted) {
    const auto& dictionary = scope.with.dictionary;
    if (!scope.local && !wanted.selection.types && wanted.instances.attributes.empty() &&
        !wanted.selection.q && !wanted.selection.geo)
        co_return problem{problem_kind::bad_request_data,
                          "too wide a query: type, attrs, q, georel or local=true must be given "
                          "(5.7.4.4)"};
    auto asking = scope.with.dictionary.look_up(names_in(wanted));
    MERIDIAN_CO_CHECK(co_await std::move(asking));
    federation::asked about;
    about.ids = wanted.selection.ids;
    about.id_pattern = wanted.selection.id_pattern;
    about.types = wanted.selection.types;
    about.attributes = wanted.instances.attributes;
    MERIDIAN_CO_CHECK(refuse_forwarding(scope, federation::operation::query_temporal, about,
                                        information::temporal));
    auto request = to_store_request(wanted.instances, dictionary);
    store::temporal_selection selection;
    if (wanted.selection.types)
        selection.types = known_types(dictionary, *wanted.selection.types);
    const bool selects_nothing =
        (!wanted.instances.attributes.empty() && request.attributes.empty()) ||
        (wanted.selection.types && !wanted.selection.types->any_of.empty() &&
         selection.types.empty());
    if (selects_nothing) {
        temporal_outcome<store::temporal_page> nothing;
        if (wanted.count)
            nothing.answer.count = 0;
        co_return nothing;
    }
    selection.ids = wanted.selection.ids;
    selection.attributes = request.attributes;
    selection.matches = filter_of(std::move(wanted.selection), dictionary);
    selection.limit = wanted.page.limit;
    selection.offset = static_cast<std::int64_t>(wanted.page.offset);
    selection.count = wanted.count;
    auto search = scope.with.history.query(scope.tenant, std::move(selection), request);
    MERIDIAN_CO_TRY(auto page, co_await std::move(search));
    temporal_outcome<store::temporal_page> outcome{std::move(page), std::nullopt};
    MERIDIAN_CO_TRY(outcome.partial, finish(outcome.answer.evolutions, request, dictionary));
    co_return outcome;
}

} // namespace meridian::operations
