/// Clause 6.5: the resource entities/{entityId}.
#include "api/as_of.hpp"
#include "api/conditions.hpp"
#include "api/distributed_answer.hpp"
#include "api/entity_answer.hpp"
#include "api/handlers.hpp"
#include "api/linking_parameters.hpp"
#include "api/preference.hpp"
#include "api/representation_parameters.hpp"
#include "meridian/ngsild/parse.hpp"
#include "meridian/operations/consumption.hpp"
#include "meridian/operations/provision.hpp"

#include <utility>

namespace meridian::api {
namespace {

/// observedAt and lang of table 6.5.3.4-1.
result<ngsild::merge_options> read_merge_options(const call& request) {
    ngsild::merge_options options;
    options.lang = request.parameters.text("lang");
    if (const auto* observed_at = request.parameters.find("observedAt")) {
        options.observed_at = parse_date_time(*observed_at);
        if (!options.observed_at)
            return problem{problem_kind::bad_request_data, "observedAt is not a DateTime (4.6.3)"};
    }
    return options;
}

} // namespace

/// 6.5.3.1 GET: 5.7.1 Retrieve Entity.
handler_result retrieve_entity(call& request) {
    if (asks_as_of(request))
        co_return co_await retrieve_entity_as_of(request);
    MERIDIAN_CO_TRY(const auto type,
                    negotiate(request.request.header("Accept"), geo_json_answers::yes));
    MERIDIAN_CO_CHECK(refuse_unsupported(request));
    MERIDIAN_CO_TRY(auto id, entity_id(request.path[0]));
    MERIDIAN_CO_TRY(auto context, co_await context_of_link(request));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, context));
    if (names_attributes(request)) {
        MERIDIAN_CO_CHECK(co_await learn_names(request, *context));
    }
    MERIDIAN_CO_TRY(auto how, read_representation(request, type, *context));
    MERIDIAN_CO_TRY(auto how_far, read_linking(request));
    MERIDIAN_CO_TRY(auto shown,
                    read_projection(projection_texts_of(request), *context,
                                    request.with.services.dictionary, levels_of(how_far)));
    how.shown = std::move(shown.shown);
    MERIDIAN_CO_TRY(auto types, expected_types(request, *context));
    if (operations::may_concern_others(scope, id, types)) {
        merged_representation merged{how, projection_texts_of(request), type, context,
                                     how_far.form != ngsild::join_form::none};
        auto distributing =
            retrieve_distributed(request, scope, id, types, shown.attributes, std::move(merged));
        MERIDIAN_CO_TRY(auto answer, co_await std::move(distributing));
        if (answer)
            co_return as_preferred(request, type, std::move(*answer));
    }
    auto retrieval = operations::retrieve_entity(scope, std::move(id), std::move(types),
                                                 std::move(shown.attributes));
    MERIDIAN_CO_TRY(auto row, co_await std::move(retrieval));
    if (!shows_anything(how.shown, row.document))
        co_return problem{problem_kind::resource_not_found,
                          "nothing of the Entity is left by pick and omit"};
    if (how_far.form != ngsild::join_form::none) {
        auto answering =
            joined_answer(request, scope, std::move(row), how, std::move(how_far), type, context);
        MERIDIAN_CO_TRY(auto joined, co_await std::move(answering));
        co_return as_preferred(request, type, std::move(joined));
    }
    auto tag = entity_tag(request, row, type, *context);
    if (is_known_to_client(request, tag))
        co_return not_modified(std::move(tag));
    auto answer = entity_answer(request.with, row, how, type, context);
    add_tag(answer, std::move(tag));
    co_return as_preferred(request, type, std::move(answer));
}

/// 6.5.3.3 PUT: 5.6.18 Replace Entity.
handler_result replace_entity(call& request) {
    MERIDIAN_CO_TRY(auto id, entity_id(request.path[0]));
    MERIDIAN_CO_TRY(auto body, read_object(request, "the Entity"));
    MERIDIAN_CO_TRY(auto context, co_await context_of_payload(request, body));
    MERIDIAN_CO_CHECK(check_same_id(body.content, id));
    body.content["id"] = id;
    MERIDIAN_CO_TRY(auto subject,
                    ngsild::parse_entity(body.content, *context, payload_limits(request)));
    MERIDIAN_CO_TRY(auto types, expected_types(request, *context));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, std::move(context)));
    MERIDIAN_CO_CHECK(
        co_await operations::replace_entity(scope, std::move(subject), std::move(types)));
    if (auto partial = partial_answer(scope, id))
        co_return std::move(*partial);
    co_return written(scope);
}

/// 6.5.3.4 PATCH: 5.6.17 Merge Entity.
handler_result merge_entity(call& request) {
    MERIDIAN_CO_TRY(auto id, entity_id(request.path[0]));
    MERIDIAN_CO_TRY(auto body, read_object(request, "an Entity Fragment", merge_patch_bodies::yes));
    MERIDIAN_CO_TRY(auto context, co_await context_of_payload(request, body));
    MERIDIAN_CO_CHECK(check_same_id(body.content, id));
    MERIDIAN_CO_TRY(const auto keywords,
                    read_options(request, {"normalized", "concise", "simplified", "keyValues"}));
    MERIDIAN_CO_TRY(const auto format, read_format(request, keywords));
    const auto input = format == ngsild::representation_format::simplified
                           ? ngsild::input_format::simplified
                           : ngsild::input_format::normalized_or_concise;
    MERIDIAN_CO_TRY(auto fragment, ngsild::parse_entity_fragment(body.content, *context, input,
                                                                 payload_limits(request)));
    MERIDIAN_CO_TRY(auto options, read_merge_options(request));
    MERIDIAN_CO_TRY(auto types, expected_types(request, *context));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, std::move(context)));
    auto merge = operations::merge_entity(scope, id, std::move(fragment), std::move(options),
                                          std::move(types));
    MERIDIAN_CO_CHECK(co_await std::move(merge));
    if (auto partial = partial_answer(scope, id))
        co_return std::move(*partial);
    co_return written(scope);
}

/// 6.5.3.2 DELETE: 5.6.6 Delete Entity.
handler_result delete_entity(call& request) {
    MERIDIAN_CO_TRY(auto id, entity_id(request.path[0]));
    MERIDIAN_CO_TRY(auto context, co_await context_of_link(request));
    MERIDIAN_CO_TRY(auto types, expected_types(request, *context));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, std::move(context)));
    MERIDIAN_CO_CHECK(co_await operations::delete_entity(scope, id, std::move(types)));
    if (auto partial = partial_answer(scope, id))
        co_return std::move(*partial);
    co_return written(scope);
}

} // namespace meridian::api
