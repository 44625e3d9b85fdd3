/// Clauses 6.18 and 6.19: the resources temporal/entities/ and temporal/entities/{entityId}.
#include "meridian/ngsild/temporal.hpp"
#include "api/handlers.hpp"
#include "api/paging.hpp"
#include "api/preference.hpp"
#include "api/representation_parameters.hpp"
#include "api/selection_parameters.hpp"
#include "meridian/operations/temporal.hpp"
#include "meridian/query/parse.hpp"

#include <utility>

namespace meridian::api {
namespace {

enum class interval : bool { optional, required };

/// timerel, timeAt, endTimeAt, timeproperty and lastN (4.11).
result<query::temporal_query> read_interval(const call& request, interval needed) {
    query::temporal_parameters given;
    given.timerel = optional_text(request, "timerel");
    given.time_at = optional_text(request, "timeAt");
    given.end_time_at = optional_text(request, "endTimeAt");
    given.timeproperty = optional_text(request, "timeproperty");
    given.last_n = optional_text(request, "lastN");
    if (needed == interval::required && !given.timerel)
        return problem{problem_kind::bad_request_data,
                       "timerel and timeAt must be given (table 6.18.3.2-1)"};
    return query::parse_temporal(given);
}

ngsild::time_property to_time_property(query::time_property property) noexcept {
    switch (property) {
    case query::time_property::created_at:
        return ngsild::time_property::created_at;
    case query::time_property::modified_at:
        return ngsild::time_property::modified_at;
    case query::time_property::deleted_at:
        return ngsild::time_property::deleted_at;
    case query::time_property::observed_at:
        break;
    }
    return ngsild::time_property::observed_at;
}

/// 6.3.12.
result<ngsild::temporal_representation> read_how(const call& request, media_type type,
                                                 const jsonld::context& context,
                                                 const query::temporal_query& asked) {
    const auto& parameters = request.parameters;
    ngsild::temporal_representation how;
    MERIDIAN_TRY(const auto options, read_options(request, {"temporalValues", "aggregatedValues",
                                                            "sysAttrs", "normalized", "count"}));
    const auto format = parameters.text("format");
    if (!format.empty() && format != "temporalValues" && format != "aggregatedValues")
        return problem{problem_kind::invalid_request,
                       "format must be temporalValues or aggregatedValues (6.3.12)"};
    if (format == "aggregatedValues" || (format.empty() && has_option(options, "aggregatedValues")))
        return problem{problem_kind::operation_not_supported,
                       "the aggregated temporal representation is not supported by this broker "
                       "yet"};
    if (format == "temporalValues" || has_option(options, "temporalValues"))
        how.format = ngsild::temporal_format::simplified;
    how.property = to_time_property(asked.property);
    how.sys_attrs = has_option(options, "sysAttrs");
    how.lang = parameters.text("lang");
    MERIDIAN_TRY(how.dataset_ids, parameters.list("datasetId"));
    if (type == media_type::ld_json)
        how.context_member = context.member_text();
    return how;
}

/// The Attributes that an answer shows are all that have to be read, unless something is hidden.
std::vector<std::string> attributes_of(const read_projection_outcome& shown,
                                       const ngsild::names& dictionary) {
    if (!shown.attributes.empty())
        return shown.attributes;
    std::vector<std::string> iris;
    if (shown.shown.how == ngsild::projection::mode::only)
        for (const auto id : shown.shown.attributes)
            iris.emplace_back(dictionary.iri(id));
    return iris;
}

void append_evolution(std::string& body, const store::evolution& evolution,
                      const ngsild::temporal_representation& how, ngsild::compacted_names& names) {
    const ngsild::temporal_head head{evolution.uri, evolution.types, evolution.created_at,
                                     evolution.modified_at, evolution.deleted_at};
    ngsild::append_temporal_entity(body, head, evolution.rows, how, names);
}

/// 6.3.10: 206 and Content-Range where the answer is not whole.
void mark_partial(http::response& answer, const std::optional<operations::covered_range>& partial,
                  const query::temporal_query& asked) {
    if (!partial)
        return;
    answer.status = 206;
    const auto size = asked.last_n ? std::to_string(*asked.last_n) : std::string{"*"};
    answer.add("Content-Range",
               "DateTime " + to_text(partial->from) + "-" + to_text(partial->until) + "/" + size);
}

std::int32_t instance_limit(const call& request) {
    return static_cast<std::int32_t>(request.with.options.max_temporal_instances);
}

} // namespace

/// 6.19.3.1 GET: 5.7.3 Retrieve Temporal Evolution of an Entity.
handler_result retrieve_temporal_entity(call& request) {
    MERIDIAN_CO_TRY(const auto type,
                    negotiate(request.request.header("Accept"), geo_json_answers::no));
    MERIDIAN_CO_CHECK(refuse_unsupported(request));
    MERIDIAN_CO_TRY(auto id, entity_id(request.path[0]));
    MERIDIAN_CO_TRY(auto context, co_await context_of_link(request));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, context));
    MERIDIAN_CO_TRY(auto asked, read_interval(request, interval::optional));
    MERIDIAN_CO_TRY(auto how, read_how(request, type, *context, asked));
    if (names_attributes(request)) {
        MERIDIAN_CO_CHECK(co_await learn_names(request, *context));
    }
    const auto& dictionary = request.with.services.dictionary;
    MERIDIAN_CO_TRY(auto shown,
                    read_projection(projection_texts_of(request), *context, dictionary));
    auto attributes = attributes_of(shown, dictionary);
    how.shown = std::move(shown.shown);
    auto retrieval = operations::retrieve_temporal_entity(
        scope, std::move(id), asked, std::move(attributes), instance_limit(request));
    MERIDIAN_CO_TRY(const auto outcome, co_await std::move(retrieval));
    std::string body;
    append_evolution(body, outcome.answer, how, request.with.names_of(context));
    auto answer = answer_with(type, *context, std::move(body));
    mark_partial(answer, outcome.partial, asked);
    co_return as_preferred_evolution(request, std::move(answer));
}

/// 6.18.3.2 GET: 5.7.4 Query Temporal Evolution of Entities.
handler_result query_temporal_entities(call& request) {
    MERIDIAN_CO_TRY(const auto type,
                    negotiate(request.request.header("Accept"), geo_json_answers::no));
    MERIDIAN_CO_CHECK(refuse_unsupported(request));
    MERIDIAN_CO_TRY(auto context, co_await context_of_link(request));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, context));
    if (request.parameters.text("type") == "*")
        scope.local = true;
    operations::temporal_page_request wanted;
    MERIDIAN_CO_TRY(wanted.interval, read_interval(request, interval::required));
    MERIDIAN_CO_TRY(wanted.selection, read_selection(request, *context));
    MERIDIAN_CO_TRY(const auto asked, read_paging(request));
    MERIDIAN_CO_TRY(auto how, read_how(request, type, *context, wanted.interval));
    if (names_attributes(request)) {
        MERIDIAN_CO_CHECK(co_await learn_names(request, *context));
    }
    const auto& dictionary = request.with.services.dictionary;
    MERIDIAN_CO_TRY(auto shown,
                    read_projection(projection_texts_of(request), *context, dictionary));
    wanted.attributes = attributes_of(shown, dictionary);
    how.shown = std::move(shown.shown);
    wanted.page = asked.page;
    wanted.count = asked.count;
    const auto interval_asked = wanted.interval;
    auto search =
        operations::query_temporal_entities(scope, std::move(wanted), instance_limit(request));
    MERIDIAN_CO_TRY(const auto outcome, co_await std::move(search));
    std::string body = "[";
    auto& names = request.with.names_of(context);
    for (const auto& evolution : outcome.answer.evolutions) {
        if (body.size() > 1)
            body += ',';
        append_evolution(body, evolution, how, names);
    }
    body += ']';
    auto answer = answer_with(type, *context, std::move(body));
    mark_partial(answer, outcome.partial, interval_asked);
    add_paging(answer, request, asked, outcome.answer.more, outcome.answer.count, type);
    co_return as_preferred_evolution(request, std::move(answer));
}

} // namespace meridian::api
