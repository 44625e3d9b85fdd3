/// 5.10.2: which Registrations a query finds, beyond what 5.12 says of Entities and Attributes.
#include "meridian/operations/registrations.hpp"

#include "meridian/query/evaluate.hpp"
#include "operations/distribute.hpp"

#include <algorithm>
#include <utility>

namespace meridian::operations {
namespace {

using federation::registration;

/// The Registration's geometry of that name; null where it has none.
const json* geometry_of(const registration& one, const std::string& iri,
                        const jsonld::context& context) {
    for (const auto* name : {"location", "observationSpace", "operationSpace"})
        if (context.expand(name) == iri && one.body.contains(name))
            return &one.body[name];
    if (!one.body.contains("properties"))
        return nullptr;
    const auto& properties = one.body["properties"];
    const auto found = properties.find(iri);
    return found == properties.end() ? nullptr : &*found;
}

/// 5.10.2.4: the area matches directly, or may contain places that would.
bool matches_geo(const query::geo_query& geo, const registration& one,
                 const jsonld::context& context) {
    const auto* area = geometry_of(one, geo.geoproperty, context);
    if (!area)
        return false;
    if (query::matches(geo, *area))
        return true;
    if (area->value("type", std::string()) == "Point")
        return false; // it is the only place
    switch (geo.relation) {
    case query::geo_relation::near_max:
        return false; // the nearest place of the area was looked at
    case query::geo_relation::near_min:
    case query::geo_relation::disjoint:
        return true;
    default: {
        auto touched = geo;
        touched.relation = query::geo_relation::intersects;
        return query::matches(touched, *area);
    }
    }
}

/// 5.9.1, 5.10.2.4: a temporal query wants Registrations with an interval that overlaps its own;
/// without one those that have none are wanted.
bool matches_time(const std::optional<query::temporal_query>& temporal, const registration& one) {
    if (!temporal)
        return !one.is_temporal();
    const auto& interval = temporal->property == query::time_property::observed_at
                               ? one.observation_interval
                               : one.management_interval;
    if (!interval)
        return false;
    const bool begins_in_time = !temporal->until || interval->start <= *temporal->until;
    const bool ends_in_time =
        !temporal->from || !interval->end || *interval->end >= *temporal->from;
    return begins_in_time && ends_in_time;
}

bool matches(const registration_query& wanted, const registration& one,
             const jsonld::context& context) {
    if (!matches_time(wanted.temporal, one))
        return false;
    if (wanted.scopes && !query::matches(*wanted.scopes, one.scopes))
        return false;
    if (wanted.geo && !matches_geo(*wanted.geo, one, context))
        return false;
    return !wanted.csf || query::matches(*wanted.csf, federation::as_entity(one, context));
}

} // namespace

asio::awaitable<result<registration_page>> query_registrations(request_scope& scope,
                                                               registration_query wanted) {
    auto reading = scope.with.registrations.current(scope.tenant);
    MERIDIAN_CO_TRY(const auto present, co_await std::move(reading));
    registration_page page;
    for (auto& found : present->index().find(wanted.entities, moment_now())) {
        if (!matches(wanted, *found.source, *scope.context))
            continue;
        const auto place = page.count++;
        if (place < wanted.offset)
            continue;
        if (page.found.size() < wanted.limit)
            page.found.push_back(std::move(found));
        else
            page.more = wanted.limit > 0;
    }
    co_return page;
}

} // namespace meridian::operations
