/// Clauses 6.6 and 6.7: the resources entities/{entityId}/attrs/ and …/attrs/{attrId}.
#include "api/attribute_parameters.hpp"
#include "api/conditions.hpp"
#include "api/distributed_answer.hpp"
#include "api/handlers.hpp"
#include "api/idempotency.hpp"
#include "api/representation_parameters.hpp"
#include "meridian/ngsild/parse.hpp"
#include "meridian/operations/provision.hpp"

#include <utility>

namespace meridian::api {
namespace {

/// What the operations on one Attribute begin with.
struct attribute_call {
    attribute_call(std::string entity, std::string expanded, ngsild::entity_fragment parsed,
                   std::optional<query::type_selection> wanted, jsonld::context_ptr words)
        : id(std::move(entity)), name(std::move(expanded)), fragment(std::move(parsed)),
          types(std::move(wanted)), context(std::move(words)) {}
    std::string id;
    std::string name;
    ngsild::entity_fragment fragment;
    std::optional<query::type_selection> types;
    jsonld::context_ptr context;
};

asio::awaitable<result<attribute_call>> read_attribute_call(call& request) {
    MERIDIAN_CO_TRY(auto id, entity_id(request.path[0]));
    MERIDIAN_CO_TRY(auto body,
                    read_object(request, "an Attribute Fragment", merge_patch_bodies::yes));
    MERIDIAN_CO_TRY(auto context, co_await context_of_payload(request, body));
    if (request.path[1] == "scope") // 5.6.4.4, 5.6.19.4
        co_return problem{problem_kind::bad_request_data, "scope is not an Attribute"};
    MERIDIAN_CO_TRY(auto name, attribute_name(request.path[1], *context));
    MERIDIAN_CO_TRY(auto fragment, ngsild::parse_attribute_fragment(body.content, name, *context,
                                                                    payload_limits(request)));
    MERIDIAN_CO_TRY(auto types, expected_types(request, *context));
    co_return attribute_call(std::move(id), std::move(name), std::move(fragment), std::move(types),
                             std::move(context));
}

/// The id, fragment and types of the operations on attrs/.
asio::awaitable<result<attribute_call>> read_attributes_call(call& request) {
    MERIDIAN_CO_TRY(auto id, entity_id(request.path[0]));
    MERIDIAN_CO_TRY(auto body, read_object(request, "an Entity Fragment", merge_patch_bodies::yes));
    MERIDIAN_CO_TRY(auto context, co_await context_of_payload(request, body));
    MERIDIAN_CO_CHECK(check_same_id(body.content, id));
    MERIDIAN_CO_TRY(auto fragment,
                    ngsild::parse_entity_fragment(body.content, *context,
                                                  ngsild::input_format::normalized_or_concise,
                                                  payload_limits(request)));
    MERIDIAN_CO_TRY(auto types, expected_types(request, *context));
    co_return attribute_call(std::move(id), std::string{}, std::move(fragment), std::move(types),
                             std::move(context));
}

} // namespace

/// 6.6.3.1 POST: 5.6.3 Append Attributes.
handler_result append_attributes(call& request) {
    MERIDIAN_CO_TRY(auto asked, co_await read_attributes_call(request));
    MERIDIAN_CO_TRY(const auto options, read_options(request, {"noOverwrite"}));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, std::move(asked.context)));
    const auto mode =
        has_option(options, "noOverwrite") ? ngsild::overwrite::no : ngsild::overwrite::yes;
    scope.receipt = receipt_of(request, [](const ngsild::change& made) {
        auto kept = update_answer(operations::update_outcome{made.updated, made.not_updated});
        add_tag(kept, state_tag(made.modified_at));
        return kept;
    });
    auto appending = operations::append_attributes(
        scope, std::move(asked.id), std::move(asked.fragment), mode, std::move(asked.types));
    MERIDIAN_CO_TRY(const auto outcome, co_await std::move(appending));
    co_return written(scope, update_answer(scope, outcome));
}

/// 6.6.3.2 PATCH: 5.6.2 Update Attributes.
handler_result update_attributes(call& request) {
    MERIDIAN_CO_TRY(auto asked, co_await read_attributes_call(request));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, std::move(asked.context)));
    auto update = operations::update_attributes(scope, std::move(asked.id),
                                                std::move(asked.fragment), std::move(asked.types));
    MERIDIAN_CO_TRY(const auto outcome, co_await std::move(update));
    co_return written(scope, update_answer(scope, outcome));
}

/// 6.7.3.1 PATCH: 5.6.4 Partial Attribute update.
handler_result partial_update_attribute(call& request) {
    MERIDIAN_CO_TRY(auto asked, co_await read_attribute_call(request));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, std::move(asked.context)));
    auto update = operations::partial_update_attribute(
        scope, std::move(asked.id), std::move(asked.fragment), std::move(asked.types));
    MERIDIAN_CO_CHECK(co_await std::move(update));
    co_return written(scope, update_answer(scope, operations::update_outcome{}));
}

/// 6.7.3.3 PUT: 5.6.19 Replace Attribute.
handler_result replace_attribute(call& request) {
    MERIDIAN_CO_TRY(auto asked, co_await read_attribute_call(request));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, std::move(asked.context)));
    auto replacement = operations::replace_attribute(
        scope, std::move(asked.id), std::move(asked.fragment), std::move(asked.types));
    MERIDIAN_CO_CHECK(co_await std::move(replacement));
    co_return written(scope, update_answer(scope, operations::update_outcome{}));
}

/// 6.7.3.2 DELETE: 5.6.5 Delete Attribute.
handler_result delete_attribute(call& request) {
    MERIDIAN_CO_TRY(auto id, entity_id(request.path[0]));
    MERIDIAN_CO_TRY(auto context, co_await context_of_link(request));
    MERIDIAN_CO_TRY(auto name, attribute_name(request.path[1], *context));
    MERIDIAN_CO_TRY(auto which, read_attribute_deletion(request, std::move(name)));
    MERIDIAN_CO_TRY(auto types, expected_types(request, *context));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, std::move(context)));
    auto deletion =
        operations::delete_attribute(scope, std::move(id), std::move(which), std::move(types));
    MERIDIAN_CO_CHECK(co_await std::move(deletion));
    co_return written(scope, update_answer(scope, operations::update_outcome{}));
}

} // namespace meridian::api
