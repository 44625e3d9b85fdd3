/// Clauses 6.18.3.1, 6.19.3.2, 6.20 to 6.22: writes of the Temporal Evolution of an Entity.
#include "meridian/operations/temporal_provision.hpp"
#include "api/attribute_parameters.hpp"
#include "api/handlers.hpp"
#include "meridian/base/uri.hpp"

#include <utility>

namespace meridian::api {
namespace {

/// The id and the Attribute of the path, expanded.
struct attribute_path {
    std::string id;
    std::string name;
};

result<attribute_path> read_path(const call& request, const jsonld::context& context) {
    MERIDIAN_TRY(auto id, entity_id(request.path[0]));
    MERIDIAN_TRY(auto name, attribute_name(request.path[1], context));
    return attribute_path{std::move(id), std::move(name)};
}

result<operations::instance_selector> read_instance_path(const call& request,
                                                         const jsonld::context& context) {
    MERIDIAN_TRY(auto path, read_path(request, context));
    if (!is_uri(request.path[2]))
        return problem{problem_kind::bad_request_data,
                       "the instanceId '" + request.path[2] + "' is not a valid URI"};
    return operations::instance_selector(std::move(path.id), std::move(path.name), request.path[2]);
}

} // namespace

/// 6.18.3.1 POST: 5.6.11 Create or Update (Upsert) Temporal Evolution of an Entity.
handler_result upsert_evolution(call& request) {
    MERIDIAN_CO_TRY(auto body, read_object(request, "the EntityTemporal"));
    MERIDIAN_CO_TRY(auto context, co_await context_of_payload(request, body));
    MERIDIAN_CO_TRY(auto subject,
                    ngsild::parse_temporal_entity(body.content, *context, payload_limits(request)));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, std::move(context),
                                                  operations::missing_tenant::create));
    http::response created(201);
    created.add("Location", "/ngsi-ld/v1/temporal/entities/" + encode_path_segment(subject.id));
    auto upserting = operations::upsert_evolution(scope, std::move(subject));
    MERIDIAN_CO_TRY(const bool is_new, co_await std::move(upserting));
    co_return is_new ? std::move(created) : http::response(204);
}

/// 6.19.3.2 DELETE: 5.6.16 Delete Temporal Evolution of an Entity.
handler_result delete_evolution(call& request) {
    MERIDIAN_CO_TRY(auto id, entity_id(request.path[0]));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, jsonld::core_context()));
    MERIDIAN_CO_CHECK(co_await operations::delete_evolution(scope, std::move(id)));
    co_return http::response(204);
}

/// 6.20.3.1 POST: 5.6.12 Add Attributes to Temporal Evolution of an Entity.
handler_result extend_evolution(call& request) {
    MERIDIAN_CO_TRY(auto id, entity_id(request.path[0]));
    MERIDIAN_CO_TRY(auto body, read_object(request, "an EntityTemporal Fragment"));
    MERIDIAN_CO_TRY(auto context, co_await context_of_payload(request, body));
    MERIDIAN_CO_CHECK(check_same_id(body.content, id));
    MERIDIAN_CO_TRY(auto fragment, ngsild::parse_temporal_fragment(body.content, *context,
                                                                   payload_limits(request)));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, std::move(context)));
    auto extending = operations::extend_evolution(scope, std::move(id), std::move(fragment));
    MERIDIAN_CO_CHECK(co_await std::move(extending));
    co_return http::response(204);
}

/// 6.21.3.1 DELETE: 5.6.13 Delete Attribute from Temporal Evolution of an Entity.
handler_result delete_temporal_attribute(call& request) {
    MERIDIAN_CO_TRY(auto context, co_await context_of_link(request));
    MERIDIAN_CO_TRY(auto path, read_path(request, *context));
    MERIDIAN_CO_TRY(auto which, read_attribute_deletion(request, std::move(path.name)));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, std::move(context)));
    auto deletion =
        operations::delete_temporal_attribute(scope, std::move(path.id), std::move(which));
    MERIDIAN_CO_CHECK(co_await std::move(deletion));
    co_return http::response(204);
}

/// 6.22.3.1 PATCH: 5.6.14 Modify Attribute instance in Temporal Evolution of an Entity.
handler_result modify_instance(call& request) {
    MERIDIAN_CO_TRY(auto body,
                    read_object(request, "an EntityTemporal Fragment", merge_patch_bodies::yes));
    MERIDIAN_CO_TRY(auto context, co_await context_of_payload(request, body));
    MERIDIAN_CO_TRY(auto which, read_instance_path(request, *context));
    MERIDIAN_CO_CHECK(check_same_id(body.content, which.id));
    MERIDIAN_CO_TRY(auto by, ngsild::parse_temporal_instance(body.content, which.attribute,
                                                             *context, payload_limits(request)));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, std::move(context)));
    auto modifying = operations::modify_instance(scope, std::move(which), std::move(by));
    MERIDIAN_CO_CHECK(co_await std::move(modifying));
    co_return http::response(204);
}

/// 6.22.3.2 DELETE: 5.6.15 Delete Attribute instance from Temporal Evolution of an Entity.
handler_result delete_instance(call& request) {
    MERIDIAN_CO_TRY(auto context, co_await context_of_link(request));
    MERIDIAN_CO_TRY(auto which, read_instance_path(request, *context));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, std::move(context)));
    MERIDIAN_CO_CHECK(co_await operations::delete_instance(scope, std::move(which)));
    co_return http::response(204);
}

} // namespace meridian::api
