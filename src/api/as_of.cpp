#include "api/as_of.hpp"

#include "api/entity_answer.hpp"
#include "api/entity_query_request.hpp"
#include "api/handlers.hpp"
#include "api/paging.hpp"
#include "api/preference.hpp"
#include "api/representation_parameters.hpp"
#include "meridian/operations/as_of.hpp"

#include <utility>

namespace meridian::api {
namespace {

/// How the answer is written, and in whose words; what both reads begin with.
struct as_of_frame {
    as_of_frame(media_type as, jsonld::context_ptr words, operations::request_scope in,
                timestamp moment)
        : type(as), context(std::move(words)), scope(std::move(in)), at(moment) {}
    media_type type;
    jsonld::context_ptr context;
    operations::request_scope scope;
    timestamp at;
    ngsild::representation how;
};

asio::awaitable<result<as_of_frame>> read_frame(call& request) {
    MERIDIAN_CO_TRY(const auto at, read_as_of(request));
    MERIDIAN_CO_TRY(const auto type,
                    negotiate(request.request.header("Accept"), geo_json_answers::yes));
    MERIDIAN_CO_CHECK(refuse_unsupported(request));
    MERIDIAN_CO_TRY(auto context, co_await context_of_link(request));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, context));
    scope.local = true; // other Context Sources are not asked what they knew
    if (names_attributes(request)) {
        MERIDIAN_CO_CHECK(co_await learn_names(request, *context));
    }
    as_of_frame read(type, std::move(context), std::move(scope), at);
    MERIDIAN_CO_TRY(read.how, read_representation(request, type, *read.context));
    co_return read;
}

} // namespace

bool asks_as_of(const call& request) noexcept {
    return request.parameters.has("asOf");
}

result<timestamp> read_as_of(const call& request) {
    const auto at = parse_date_time(request.parameters.text("asOf"));
    if (!at)
        return problem{problem_kind::bad_request_data, "asOf is not a DateTime (4.6.3)"};
    if (*at > worker::now())
        return problem{problem_kind::bad_request_data, "asOf is in the future"};
    for (const auto* other : {"join", "joinLevel", "containedBy", "orderBy", "collation",
                              "orderFrom", "orderGeometry", "splitEntities", "csf", "cursor"})
        if (request.parameters.has(other))
            return problem{problem_kind::bad_request_data,
                           std::string{other} + " cannot be combined with asOf"};
    return *at;
}

handler_result retrieve_entity_as_of(call& request) {
    MERIDIAN_CO_TRY(auto id, entity_id(request.path[0]));
    MERIDIAN_CO_TRY(auto frame, co_await read_frame(request));
    MERIDIAN_CO_TRY(auto shown, read_projection(projection_texts_of(request), *frame.context,
                                                request.with.services.dictionary));
    frame.how.shown = std::move(shown.shown);
    MERIDIAN_CO_TRY(auto types, expected_types(request, *frame.context));
    auto retrieval = operations::retrieve_entity_as_of(frame.scope, std::move(id), std::move(types),
                                                       std::move(shown.attributes), frame.at);
    MERIDIAN_CO_TRY(const auto row, co_await std::move(retrieval));
    if (!shows_anything(frame.how.shown, row.document))
        co_return problem{problem_kind::resource_not_found,
                          "nothing of the Entity is left by pick and omit"};
    auto answer = entity_answer(request.with, row, frame.how, frame.type, frame.context, frame.at);
    co_return as_preferred(request, frame.type, std::move(answer));
}

handler_result query_entities_as_of(call& request) {
    MERIDIAN_CO_TRY(auto frame, co_await read_frame(request));
    MERIDIAN_CO_TRY(auto query, read_entity_query(request, frame.scope));
    frame.how.shown = std::move(query.shown);
    auto querying =
        operations::query_entities_as_of(frame.scope, std::move(query.wanted), frame.at);
    MERIDIAN_CO_TRY(const auto page, co_await std::move(querying));
    auto answer =
        entities_answer(request.with, page, frame.how, frame.type, frame.context, frame.at);
    add_paging(answer, request, query.asked, page.more, page.count, frame.type);
    co_return as_preferred(request, frame.type, std::move(answer));
}

} // namespace meridian::api
