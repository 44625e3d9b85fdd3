/// Clause 6.23: the resource entityOperations/query.
#include "api/distributed_answer.hpp"
#include "api/entity_answer.hpp"
#include "api/handlers.hpp"
#include "api/linking_parameters.hpp"
#include "api/paging.hpp"
#include "api/preference.hpp"
#include "api/query_payload.hpp"
#include "api/representation_parameters.hpp"
#include "api/selection_parameters.hpp"
#include "meridian/operations/consumption.hpp"
#include "meridian/operations/stored_contexts.hpp"

#include <utility>

namespace meridian::api {

/// 6.23.3.1 POST: 5.7.2 Query Entities, by a Query (5.2.23). limit, offset, count, options, format
/// and local are parameters of the URL as in 6.4.3.2.
handler_result query_entities_by_post(call& request) {
    MERIDIAN_CO_TRY(const auto type,
                    negotiate(request.request.header("Accept"), geo_json_answers::yes));
    MERIDIAN_CO_CHECK(refuse_unsupported(request));
    MERIDIAN_CO_TRY(auto body, read_object(request, "a Query"));
    MERIDIAN_CO_TRY(auto context, co_await context_of_payload(request, body));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, context));
    MERIDIAN_CO_TRY(auto asked_for, read_query(body.content, query_scope(request, *context)));
    if (asked_for.temporal)
        co_return problem{problem_kind::bad_request_data,
                          "temporalQ is for the query of the temporal evolution (table 5.2.23-1)"}
            .at("/temporalQ");
    MERIDIAN_CO_TRY(auto how_far, read_linking(request));
    MERIDIAN_CO_TRY(auto how_far_by_body, read_linking(body.content));
    if (how_far_by_body)
        how_far = std::move(*how_far_by_body);
    MERIDIAN_CO_CHECK(check_depth(asked_for.selection.q, how_far));
    auto learning = learn_names(request, asked_for.shown, asked_for.dataset_ids, *context);
    MERIDIAN_CO_CHECK(co_await std::move(learning));
    MERIDIAN_CO_TRY(auto how, read_representation(request, type, *context));
    MERIDIAN_CO_TRY(auto shown,
                    read_projection(asked_for.shown, *context, request.with.services.dictionary,
                                    levels_of(how_far)));
    how.shown = std::move(shown.shown);
    if (!asked_for.lang.empty())
        how.lang = std::move(asked_for.lang);
    if (!asked_for.dataset_ids.empty())
        how.dataset_ids = std::move(asked_for.dataset_ids);
    MERIDIAN_CO_TRY(auto asked, read_paging(request));
    if (asked_for.all_types) {
        MERIDIAN_CO_CHECK(limit_to_local(request, scope));
    }
    query::plan_request wanted;
    wanted.selection = std::move(asked_for.selection);
    wanted.selection.attributes = std::move(shown.attributes);
    wanted.order = std::move(asked_for.order);
    MERIDIAN_CO_CHECK(read_cursor(request, scope, wanted, asked));
    wanted.want_count = asked.count;
    if (operations::may_concern_others(scope, wanted.selection)) {
        merged_representation merged{how, asked_for.shown, type, context,
                                     how_far.form != ngsild::join_form::none};
        auto distributing = query_distributed(request, scope, wanted, asked, std::move(merged));
        MERIDIAN_CO_TRY(auto found, co_await std::move(distributing));
        if (found)
            co_return as_preferred(request, type, std::move(*found));
    }
    MERIDIAN_CO_TRY(const auto page, co_await operations::query_entities(scope, std::move(wanted)));
    if (type == media_type::json) { // 6.3.5: an inline @context gets a URL for the Link header
        auto naming = operations::with_url(scope, context, own_url(request));
        MERIDIAN_CO_TRY(context, co_await std::move(naming));
    }
    http::response answer(200);
    if (how_far.form != ngsild::join_form::none) {
        auto answering =
            joined_entities_answer(request, scope, page, how, how_far, type, context, tagged::no);
        MERIDIAN_CO_TRY(answer, co_await std::move(answering));
    } else {
        answer = entities_answer(request.with, page, how, type, context);
    }
    add_paging(answer, request, asked, page, type);
    co_return as_preferred(request, type, std::move(answer));
}

} // namespace meridian::api
