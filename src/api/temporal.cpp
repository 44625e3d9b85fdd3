/// Clauses 6.18, 6.19 and 6.24: the resources temporal/entities/, temporal/entities/{entityId} and
/// temporal/entityOperations/query.
#include "meridian/operations/temporal.hpp"
#include "api/handlers.hpp"
#include "api/paging.hpp"
#include "api/preference.hpp"
#include "api/query_payload.hpp"
#include "api/representation_parameters.hpp"
#include "api/selection_parameters.hpp"
#include "api/temporal_csv.hpp"
#include "api/temporal_parameters.hpp"
#include "meridian/operations/stored_contexts.hpp"

#include <utility>

namespace meridian::api {
namespace {

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
                      const temporal_style& style, ngsild::compacted_names& names) {
    const ngsild::temporal_head head{evolution.uri,        evolution.types,
                                     evolution.created_at, evolution.modified_at,
                                     evolution.deleted_at, evolution.held_back};
    if (style.aggregated)
        ngsild::append_aggregated_entity(body, head, evolution.aggregated, style.how, names);
    else
        ngsild::append_temporal_entity(body, head, evolution.rows, style.how, names);
}

/// 6.3.10: 206 and Content-Range where the answer is not whole.
void mark_partial(http::response& answer, const std::optional<operations::covered_range>& partial,
                  const query::temporal_query& asked, const config& options) {
    if (!partial)
        return;
    answer.status = 206;
    const auto size = asked.last_n ? std::to_string(*asked.last_n) : std::string{"*"};
    answer.add("Content-Range", options.temporal_range_unit + " " + to_text(partial->from) + "-" +
                                    to_text(partial->until) + "/" + size);
}

operations::instances_request instances_of(const call& request, query::temporal_query interval,
                                           std::vector<std::string> attributes,
                                           const temporal_style& style) {
    operations::instances_request wanted;
    wanted.interval = interval;
    wanted.attributes = std::move(attributes);
    wanted.with_scope = style.how.shown.scope;
    wanted.dataset_ids = style.how.dataset_ids;
    wanted.aggregated = style.aggregated;
    wanted.with_subjects = style.how.modified_by;
    wanted.with_created_at =
        style.how.sys_attrs || interval.property == query::time_property::created_at;
    wanted.with_instance_ids = style.how.format != ngsild::temporal_format::simplified;
    wanted.limit = static_cast<std::int32_t>(request.with.options.max_temporal_instances);
    wanted.total_limit = static_cast<std::int64_t>(request.with.options.max_temporal_answer);
    return wanted;
}

/// 5.7.4.4 allows an order by id alone.
result<void> check_order(const query::ordering& order) {
    for (const auto& term : order.terms)
        if (term.of != query::order_term::subject::id)
            return problem{problem_kind::bad_request_data,
                           "temporal evolutions are ordered by id alone (5.7.4.4)"};
    return {};
}

/// 5.7.4 as GET and POST have read it.
struct temporal_search {
    operations::temporal_page_request wanted;
    temporal_style style;
    paging asked;
    media_type type = media_type::json;
};

/// All that match, where no limit is asked for.
handler_result export_search(call& request, operations::request_scope& scope,
                             temporal_search search, jsonld::context_ptr context) {
    const auto extent = request.parameters.has("limit") ? operations::export_extent::page
                                                        : operations::export_extent::all;
    auto hidden = hidden_attributes(search.style.how.shown);
    search.wanted.instances.with_instance_ids = true;
    auto opening = operations::export_temporal_entities(scope, std::move(search.wanted), extent,
                                                        std::move(hidden));
    MERIDIAN_CO_TRY(auto opened, co_await std::move(opening));
    std::optional<paging> asked{search.asked};
    auto answering = answer_with_csv(request, std::move(context), std::move(search.style),
                                     std::move(opened), std::move(asked), extent);
    co_return co_await std::move(answering);
}

handler_result answer_search(call& request, operations::request_scope& scope,
                             temporal_search search, jsonld::context_ptr context) {
    search.wanted.page = search.asked.page;
    search.wanted.count = search.asked.count;
    if (search.type == media_type::csv)
        co_return co_await export_search(request, scope, std::move(search), std::move(context));
    const auto interval = search.wanted.instances.interval;
    auto searching = operations::query_temporal_entities(scope, std::move(search.wanted));
    MERIDIAN_CO_TRY(const auto outcome, co_await std::move(searching));
    std::string body = "[";
    auto& names = request.with.names_of(context);
    for (const auto& evolution : outcome.answer.evolutions) {
        if (body.size() > 1)
            body += ',';
        append_evolution(body, evolution, search.style, names);
    }
    body += ']';
    auto answer = answer_with(search.type, *context, std::move(body));
    mark_partial(answer, outcome.partial, interval, request.with.options);
    add_paging(answer, request, search.asked, outcome.answer.more, outcome.answer.count,
               search.type);
    co_return as_preferred_evolution(request, std::move(answer));
}

handler_result export_evolution(call& request, operations::request_scope& scope, std::string id,
                                operations::instances_request wanted, temporal_style style,
                                jsonld::context_ptr context) {
    auto hidden = hidden_attributes(style.how.shown);
    wanted.with_instance_ids = true;
    auto opening = operations::export_temporal_entity(scope, std::move(id), std::move(wanted),
                                                      std::move(hidden));
    MERIDIAN_CO_TRY(auto opened, co_await std::move(opening));
    std::optional<paging> asked; // one Entity has no page
    auto answering =
        answer_with_csv(request, std::move(context), std::move(style), std::move(opened),
                        std::move(asked), operations::export_extent::all);
    co_return co_await std::move(answering);
}

} // namespace

/// 6.19.3.1 GET: 5.7.3 Retrieve Temporal Evolution of an Entity.
handler_result retrieve_temporal_entity(call& request) {
    MERIDIAN_CO_TRY(const auto type, negotiate(request.request.header("Accept"),
                                               geo_json_answers::no, csv_answers::yes));
    MERIDIAN_CO_CHECK(refuse_unsupported(request));
    MERIDIAN_CO_TRY(auto id, entity_id(request.path[0]));
    MERIDIAN_CO_TRY(auto context, co_await context_of_link(request));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, context));
    MERIDIAN_CO_TRY(const auto asked, read_interval(request, interval::optional));
    MERIDIAN_CO_TRY(auto style, read_temporal_style(request, type, *context, asked.property,
                                                    aggregation_texts_of(request)));
    if (names_attributes(request)) {
        MERIDIAN_CO_CHECK(co_await learn_names(request, *context));
    }
    const auto& dictionary = request.with.services.dictionary;
    MERIDIAN_CO_TRY(auto shown,
                    read_projection(projection_texts_of(request), *context, dictionary));
    auto attributes = attributes_of(shown, dictionary);
    style.how.shown = std::move(shown.shown);
    auto wanted = instances_of(request, asked, std::move(attributes), style);
    if (type == media_type::csv)
        co_return co_await export_evolution(request, scope, std::move(id), std::move(wanted),
                                            std::move(style), std::move(context));
    auto retrieval = operations::retrieve_temporal_entity(scope, std::move(id), std::move(wanted));
    MERIDIAN_CO_TRY(const auto outcome, co_await std::move(retrieval));
    std::string body;
    const auto context_member = std::exchange(style.how.context_member, {});
    append_evolution(body, outcome.answer, style, request.with.names_of(context));
    if (body == "{}") // 4.21: nothing is left to be shown
        co_return problem{problem_kind::resource_not_found,
                          "the Entity has none of the members that are to be shown"};
    if (!context_member.empty())
        body.replace(body.size() - 1, 1, ",\"@context\":" + context_member + "}");
    auto answer = answer_with(type, *context, std::move(body));
    mark_partial(answer, outcome.partial, asked, request.with.options);
    co_return as_preferred_evolution(request, std::move(answer));
}

/// 6.18.3.2 GET: 5.7.4 Query Temporal Evolution of Entities.
handler_result query_temporal_entities(call& request) {
    temporal_search search;
    MERIDIAN_CO_TRY(search.type, negotiate(request.request.header("Accept"), geo_json_answers::no,
                                           csv_answers::yes));
    MERIDIAN_CO_CHECK(refuse_unsupported(request));
    MERIDIAN_CO_TRY(auto context, co_await context_of_link(request));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, context));
    MERIDIAN_CO_CHECK(read_extent(request, scope));
    MERIDIAN_CO_TRY(const auto asked, read_interval(request, interval::required));
    MERIDIAN_CO_TRY(search.wanted.order, read_order(request, *context));
    MERIDIAN_CO_CHECK(check_order(search.wanted.order));
    MERIDIAN_CO_TRY(search.wanted.selection, read_selection(request, *context));
    MERIDIAN_CO_TRY(search.asked, read_paging(request));
    MERIDIAN_CO_TRY(search.style,
                    read_temporal_style(request, search.type, *context, asked.property,
                                        aggregation_texts_of(request)));
    if (names_attributes(request)) {
        MERIDIAN_CO_CHECK(co_await learn_names(request, *context));
    }
    const auto& dictionary = request.with.services.dictionary;
    MERIDIAN_CO_TRY(auto shown,
                    read_projection(projection_texts_of(request), *context, dictionary));
    auto attributes = attributes_of(shown, dictionary);
    search.style.how.shown = std::move(shown.shown);
    search.wanted.instances = instances_of(request, asked, std::move(attributes), search.style);
    auto answering = answer_search(request, scope, std::move(search), std::move(context));
    co_return co_await std::move(answering);
}

/// 6.24.3.1 POST: 5.7.4 by a Query (5.2.23). limit, offset, count, options, format and local are
/// parameters of the URL as in 6.18.3.2.
handler_result query_temporal_entities_by_post(call& request) {
    temporal_search search;
    MERIDIAN_CO_TRY(search.type, negotiate(request.request.header("Accept"), geo_json_answers::no,
                                           csv_answers::yes));
    MERIDIAN_CO_CHECK(refuse_unsupported(request));
    MERIDIAN_CO_TRY(auto body, read_object(request, "a Query"));
    MERIDIAN_CO_TRY(auto context, co_await context_of_payload(request, body));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, context));
    MERIDIAN_CO_TRY(auto query, read_query(body.content, query_scope(request, *context)));
    if (!query.temporal || (!query.temporal->from && !query.temporal->until))
        co_return problem{problem_kind::bad_request_data,
                          "temporalQ with timerel and timeAt must be given (5.7.4.4)"}
            .at("/temporalQ");
    if (query.all_types) {
        MERIDIAN_CO_CHECK(limit_to_local(request, scope));
    }
    MERIDIAN_CO_CHECK(check_order(query.order));
    search.wanted.order = std::move(query.order);
    MERIDIAN_CO_TRY(search.asked, read_paging(request));
    MERIDIAN_CO_TRY(search.style, read_temporal_style(request, search.type, *context,
                                                      query.temporal->property, query.aggregation));
    auto& how = search.style.how;
    if (!query.lang.empty())
        how.lang = std::move(query.lang);
    if (!query.dataset_ids.empty())
        how.dataset_ids = std::move(query.dataset_ids);
    auto learning = learn_names(request, query.shown, how.dataset_ids, *context);
    MERIDIAN_CO_CHECK(co_await std::move(learning));
    const auto& dictionary = request.with.services.dictionary;
    MERIDIAN_CO_TRY(auto shown, read_projection(query.shown, *context, dictionary));
    auto attributes = attributes_of(shown, dictionary);
    how.shown = std::move(shown.shown);
    search.wanted.selection = std::move(query.selection);
    search.wanted.instances =
        instances_of(request, *query.temporal, std::move(attributes), search.style);
    if (search.type == media_type::json) { // 6.3.5: an inline @context gets a URL
        auto naming = operations::with_url(scope, context, own_url(request));
        MERIDIAN_CO_TRY(context, co_await std::move(naming));
    }
    auto answering = answer_search(request, scope, std::move(search), std::move(context));
    co_return co_await std::move(answering);
}

} // namespace meridian::api
