// JSON payload of a Query (5.2.23) → selection, order, temporalQ → payload → the same; and → plan:
// what is accepted says the same when it is printed and sent again, and can be planned.

#include "api/query_payload.hpp"
#include "fuzz.hpp"
#include "learned_names.hpp"

#include "meridian/query/plan.hpp"
#include "meridian/query/print.hpp"

#include <string>

using namespace meridian;

namespace {

json selector_of(const query::entity_selector& one) {
    const auto types = query::to_text(one.types);
    json made{{"type", types.empty() ? "*" : types}};
    if (!one.ids.empty())
        made["id"] = one.ids;
    if (one.id_pattern)
        made["idPattern"] = one.id_pattern->text();
    return made;
}

void add_entities(json& payload, const query::entity_selection& selection) {
    auto list = json::array();
    for (const auto& one : selection.any_of)
        list.push_back(selector_of(one));
    if (list.empty() && selection.types)
        list.push_back(selector_of({selection.ids, *selection.types, selection.id_pattern}));
    if (!list.empty())
        payload["entities"] = list;
}

void add_geo(json& payload, const query::geo_query& geo) {
    const auto given = query::to_parameters(geo);
    payload["geoQ"] = {{"georel", given.georel},
                       {"geometry", given.geometry},
                       {"coordinates", given.coordinates},
                       {"geoproperty", given.geoproperty.value_or("location")}};
}

void add_temporal(json& payload, const query::temporal_query& temporal) {
    const auto given = query::to_parameters(temporal);
    auto& made = payload["temporalQ"] = json::object();
    const auto add = [&](const char* name, const std::optional<std::string>& value) {
        if (value)
            made[name] = *value;
    };
    add("timerel", given.timerel);
    add("timeAt", given.time_at);
    add("endTimeAt", given.end_time_at);
    add("timeproperty", given.timeproperty);
    if (given.last_n)
        made["lastN"] = parse_json(*given.last_n).value();
}

json printed(const api::read_query_outcome& asked) {
    json payload{{"type", "Query"}};
    add_entities(payload, asked.selection);
    if (asked.selection.q)
        payload["q"] = query::to_text(*asked.selection.q);
    if (asked.selection.geo)
        add_geo(payload, *asked.selection.geo);
    if (asked.selection.scopes)
        payload["scopeQ"] = query::to_text(*asked.selection.scopes);
    if (asked.temporal)
        add_temporal(payload, *asked.temporal);
    return payload;
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto payload = parse_json(fuzz::text_of(data, size));
    if (!payload || !payload->is_object())
        return 0;
    const auto& core = *jsonld::core_context();
    const auto asked = api::read_query(*payload, {core});
    if (!asked)
        return 0;
    (void)query::parse_aggregation(asked->aggregation);
    (void)query::parse_projection(asked->shown.pick, "pick", {core});
    (void)query::parse_projection(asked->shown.omit, "omit", {core});
    query::parse_scope canonical{core, query::name_form::canonical};
    canonical.limits.bytes = 1'000'000; // IRIs are longer than the names that stood for them
    const auto text = printed(*asked);
    const auto again = api::read_query(text, canonical);
    fuzz::expect(again.has_value(), (again ? "" : again.error().detail()) +
                                        " what is printed reads: " + to_text(text));
    fuzz::expect(again->selection == asked->selection && again->temporal == asked->temporal &&
                     again->all_types == asked->all_types,
                 "what is printed says the same: " + to_text(text));
    const fuzz::learned_names dictionary;
    query::plan_request wanted;
    wanted.selection = asked->selection;
    wanted.order = asked->order;
    (void)query::to_text(query::make_plan(wanted, dictionary));
    return 0;
}
