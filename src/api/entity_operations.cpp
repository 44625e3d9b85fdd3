/// Clauses 6.14 to 6.17 and 6.31: the batch operations.
#include "api/handlers.hpp"
#include "api/problem_response.hpp"
#include "api/representation_parameters.hpp"
#include "meridian/base/problem_details.hpp"
#include "meridian/base/uri.hpp"
#include "meridian/ngsild/parse.hpp"
#include "meridian/operations/batch.hpp"

#include <utility>

namespace meridian::api {
namespace {

using operations::batch_item;
using operations::batch_outcome;

json ids_of(const std::vector<std::string>& ids) {
    return json(ids);
}

/// 5.2.16, in application/json whatever was asked for (6.3.6).
http::response partial_success(const batch_outcome& outcome) {
    json body = json::object();
    body["success"] = ids_of(outcome.succeeded);
    auto& errors = body["errors"] = json::array();
    for (const auto& failure : outcome.errors)
        errors.push_back(
            json{{"entityId", failure.entity_id()}, {"error", problem_details(failure)}});
    return {207, "application/json", to_text(body)};
}

/// What the element calls itself, for its BatchEntityError; empty where it has no id.
std::string claimed_id(const json& element) {
    if (!element.is_object())
        return {};
    for (const auto* name : {"id", "@id"}) {
        const auto member = element.find(name);
        if (member != element.end() && member->is_string())
            return member->get<std::string>();
    }
    return {};
}

/// The `id` of a fragment in a batch, without which nothing is addressed.
result<ngsild::entity_fragment> with_id(result<ngsild::entity_fragment> fragment) {
    if (fragment && !fragment->id)
        return problem{problem_kind::bad_request_data, "the Entity has no id"}.at("/id");
    return fragment;
}

/// A batch as it was sent, with the @context of its Link header.
struct batch_call {
    batch_call(payload sent, jsonld::context_ptr linked)
        : body(std::move(sent)), link(std::move(linked)) {}
    payload body;
    jsonld::context_ptr link;
};

asio::awaitable<result<batch_call>> read_batch(call& request) {
    MERIDIAN_CO_TRY(auto body, read_array(request, "the Entities"));
    auto link = jsonld::core_context();
    if (body.sent_as == media_type::json) {
        MERIDIAN_CO_TRY(link, co_await context_of_link(request));
    } else if (request.request.has_header("Link")) {
        payload nothing(json::object({{"@context", json::array()}}), media_type::ld_json);
        MERIDIAN_CO_CHECK(co_await context_of_payload(request, nothing));
    }
    co_return batch_call(std::move(body), std::move(link));
}

/// Parses each element with `parse`, a function of the element, its @context and the limits.
template <typename Parsed, typename Parse>
asio::awaitable<std::vector<batch_item<Parsed>>> parse_elements(call& request, batch_call& batch,
                                                                Parse parse) {
    std::vector<batch_item<Parsed>> items;
    items.reserve(batch.body.content.size());
    for (auto& element : batch.body.content) {
        auto id = claimed_id(element);
        auto finding = context_of_element(request, batch.body.sent_as, element, batch.link);
        auto context = co_await std::move(finding);
        batch_item<Parsed> item = context ? parse(element, **context, payload_limits(request))
                                          : batch_item<Parsed>{context.error()};
        if (!item)
            item = std::move(item).error().for_entity(std::move(id));
        items.push_back(std::move(item));
    }
    co_return items;
}

result<ngsild::entity_fragment> parse_fragment(const json& element, const jsonld::context& context,
                                               const ngsild::parse_limits& limits) {
    return with_id(ngsild::parse_entity_fragment(
        element, context, ngsild::input_format::normalized_or_concise, limits));
}

} // namespace

/// 6.14.3.1 POST entityOperations/create: 5.6.7.
handler_result create_entities(call& request) {
    MERIDIAN_CO_TRY(auto batch, co_await read_batch(request));
    auto parse = [](const json& element, const jsonld::context& context,
                    const ngsild::parse_limits& limits) {
        return ngsild::parse_entity(element, context, limits);
    };
    auto items = co_await parse_elements<ngsild::entity>(request, batch, parse);
    MERIDIAN_CO_TRY(auto scope,
                    co_await scope_of(request, batch.link, operations::missing_tenant::create));
    const auto outcome = co_await operations::create_entities(scope, std::move(items));
    if (!outcome.errors.empty())
        co_return partial_success(outcome);
    co_return http::response(201, "application/json", to_text(ids_of(outcome.created)));
}

/// 6.15.3.1 POST entityOperations/upsert: 5.6.8.
handler_result upsert_entities(call& request) {
    MERIDIAN_CO_TRY(const auto options, read_options(request, {"replace", "update"}));
    const bool update = has_option(options, "update");
    if (update && has_option(options, "replace"))
        co_return problem{problem_kind::invalid_request,
                          "the options replace and update exclude each other"};
    MERIDIAN_CO_TRY(auto batch, co_await read_batch(request));
    auto parse = [update](const json& element, const jsonld::context& context,
                          const ngsild::parse_limits& limits) -> result<operations::upsert_item> {
        operations::upsert_item item;
        MERIDIAN_TRY(item.subject, ngsild::parse_entity(element, context, limits));
        if (update) {
            MERIDIAN_TRY(item.update, parse_fragment(element, context, limits));
        }
        return item;
    };
    auto items = co_await parse_elements<operations::upsert_item>(request, batch, parse);
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, batch.link));
    const auto outcome = co_await operations::upsert_entities(scope, std::move(items));
    if (!outcome.errors.empty())
        co_return partial_success(outcome);
    if (outcome.created.empty())
        co_return http::response(204);
    co_return http::response(201, "application/json", to_text(ids_of(outcome.created)));
}

/// 6.16.3.1 POST entityOperations/update: 5.6.9.
handler_result update_entities(call& request) {
    MERIDIAN_CO_TRY(const auto options, read_options(request, {"noOverwrite"}));
    MERIDIAN_CO_TRY(auto batch, co_await read_batch(request));
    auto items = co_await parse_elements<ngsild::entity_fragment>(request, batch, parse_fragment);
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, batch.link));
    const auto mode =
        has_option(options, "noOverwrite") ? ngsild::overwrite::no : ngsild::overwrite::yes;
    const auto outcome = co_await operations::update_entities(scope, std::move(items), mode);
    if (!outcome.errors.empty())
        co_return partial_success(outcome);
    co_return http::response(204);
}

/// 6.31.3.1 POST entityOperations/merge: 5.6.20.
handler_result merge_entities(call& request) {
    MERIDIAN_CO_TRY(auto batch, co_await read_batch(request));
    auto items = co_await parse_elements<ngsild::entity_fragment>(request, batch, parse_fragment);
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, batch.link));
    ngsild::merge_options options;
    auto merge = operations::merge_entities(scope, std::move(items), std::move(options));
    const auto outcome = co_await std::move(merge);
    if (!outcome.errors.empty())
        co_return partial_success(outcome);
    co_return http::response(204);
}

/// 6.17.3.1 POST entityOperations/delete: 5.6.10.
handler_result delete_entities(call& request) {
    MERIDIAN_CO_TRY(auto body, read_array(request, "the ids of Entities"));
    std::vector<batch_item<std::string>> ids;
    for (const auto& element : body.content) {
        if (!element.is_string())
            co_return problem{problem_kind::bad_request_data,
                              "the payload must be an array of Entity ids"};
        auto id = entity_id(element.get_ref<const std::string&>());
        ids.push_back(id ? std::move(id)
                         : batch_item<std::string>{
                               std::move(id).error().for_entity(element.get<std::string>())});
    }
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, jsonld::core_context()));
    const auto outcome = co_await operations::delete_entities(scope, std::move(ids));
    if (!outcome.errors.empty())
        co_return partial_success(outcome);
    co_return http::response(204);
}

} // namespace meridian::api
