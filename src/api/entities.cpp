/// Clause 6.4: the resource entities/.
#include "api/as_of.hpp"
#include "api/conditions.hpp"
#include "api/distributed_answer.hpp"
#include "api/entity_answer.hpp"
#include "api/entity_query_request.hpp"
#include "api/handlers.hpp"
#include "api/idempotency.hpp"
#include "api/paging.hpp"
#include "api/preference.hpp"
#include "api/representation_parameters.hpp"
#include "api/selection_parameters.hpp"
#include "meridian/base/uri.hpp"
#include "meridian/ngsild/parse.hpp"
#include "meridian/operations/consumption.hpp"
#include "meridian/operations/provision.hpp"
#include "meridian/operations/purge.hpp"
#include "meridian/query/parse.hpp"

#include <utility>

namespace meridian::api {
namespace {

/// `keep` and `drop` of table 6.4.3.3-1.
result<operations::purged> read_purge(const call& request, const jsonld::context& context) {
    operations::purged what;
    const auto* keep = request.parameters.find("keep");
    const auto* drop = request.parameters.find("drop");
    if (keep && drop)
        return problem{problem_kind::bad_request_data, "keep and drop exclude each other"};
    const auto scope = query_scope(request, context);
    if (keep) {
        what.mode = operations::purged::what::all_attributes_but;
        MERIDIAN_TRY(what.attributes, query::parse_names(*keep, "keep", scope));
    } else if (drop) {
        what.mode = operations::purged::what::attributes;
        MERIDIAN_TRY(what.attributes, query::parse_names(*drop, "drop", scope));
    }
    return what;
}

} // namespace

/// 6.4.3.1 POST: 5.6.1 Create Entity.
handler_result create_entity(call& request) {
    MERIDIAN_CO_TRY(auto body, read_object(request, "the Entity"));
    MERIDIAN_CO_TRY(auto context, co_await context_of_payload(request, body));
    MERIDIAN_CO_TRY(auto subject,
                    ngsild::parse_entity(body.content, *context, payload_limits(request)));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, std::move(context),
                                                  operations::missing_tenant::create));
    const auto location = "/ngsi-ld/v1/entities/" + encode_path_segment(subject.id);
    http::response answer(201);
    answer.add("Location", location);
    scope.receipt = receipt_of(request, [location](const ngsild::change& made) {
        http::response kept(201);
        kept.add("Location", location);
        add_tag(kept, state_tag(made.modified_at));
        return kept;
    });
    const auto id = subject.id;
    MERIDIAN_CO_CHECK(co_await operations::create_entity(scope, std::move(subject)));
    if (auto partial = partial_answer(scope, id)) {
        partial->add("Location", "/ngsi-ld/v1/entities/" + encode_path_segment(id));
        co_return std::move(*partial);
    }
    co_return written(scope, std::move(answer));
}

/// 6.4.3.2 GET: 5.7.2 Query Entities.
handler_result query_entities(call& request) {
    if (asks_as_of(request))
        co_return co_await query_entities_as_of(request);
    MERIDIAN_CO_TRY(const auto type,
                    negotiate(request.request.header("Accept"), geo_json_answers::yes));
    MERIDIAN_CO_TRY(auto context, co_await context_of_link(request));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, context));
    if (names_attributes(request)) {
        MERIDIAN_CO_CHECK(co_await learn_names(request, *context));
    }
    MERIDIAN_CO_TRY(auto how, read_representation(request, type, *context));
    MERIDIAN_CO_TRY(auto query, read_entity_query(request, scope));
    how.shown = std::move(query.shown);
    if (operations::may_concern_others(scope, query.wanted.selection)) {
        merged_representation merged{how, projection_texts_of(request), type, context,
                                     query.how_far.form != ngsild::join_form::none};
        auto distributing =
            query_distributed(request, scope, query.wanted, query.asked, std::move(merged));
        MERIDIAN_CO_TRY(auto found, co_await std::move(distributing));
        if (found)
            co_return as_preferred(request, type, std::move(*found));
    }
    MERIDIAN_CO_TRY(const auto page,
                    co_await operations::query_entities(scope, std::move(query.wanted)));
    http::response answer(200);
    if (query.how_far.form != ngsild::join_form::none) {
        auto answering = joined_entities_answer(request, scope, page, how, query.how_far, type,
                                                context, tagged::yes);
        MERIDIAN_CO_TRY(answer, co_await std::move(answering));
        if (answer.status == 304)
            co_return answer;
    } else {
        auto tag = page_tag(request, page, type, *context);
        if (is_known_to_client(request, tag))
            co_return not_modified(std::move(tag));
        answer = entities_answer(request.with, page, how, type, context);
        add_tag(answer, std::move(tag));
    }
    add_paging(answer, request, query.asked, page, type);
    co_return as_preferred(request, type, std::move(answer));
}

/// 6.4.3.3 DELETE: 5.6.21 Purge Entities.
handler_result purge_entities(call& request) {
    MERIDIAN_CO_CHECK(refuse_unsupported(request));
    MERIDIAN_CO_TRY(auto context, co_await context_of_link(request));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, context));
    if (request.parameters.text("type") == "*")
        scope.local = true;
    MERIDIAN_CO_TRY(auto selection, read_selection(request, *context));
    MERIDIAN_CO_TRY(auto what, read_purge(request, *context));
    MERIDIAN_CO_CHECK(
        co_await operations::purge_entities(scope, std::move(selection), std::move(what)));
    co_return http::response(204);
}

} // namespace meridian::api
