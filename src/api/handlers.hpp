#pragma once

#include "api/call.hpp"

/// The handlers of the resources of clause 6, one file a resource. Each answers one method; a
/// problem becomes its answer in `answer` (routes.cpp).
namespace meridian::api {

using handler_result = asio::awaitable<result<http::response>>;

// entities.cpp: 6.4
handler_result create_entity(call& request);
handler_result query_entities(call& request);
handler_result purge_entities(call& request);

// entity.cpp: 6.5
handler_result retrieve_entity(call& request);
handler_result replace_entity(call& request);
handler_result merge_entity(call& request);
handler_result delete_entity(call& request);

// entity_attributes.cpp: 6.6, 6.7
handler_result append_attributes(call& request);
handler_result update_attributes(call& request);
handler_result partial_update_attribute(call& request);
handler_result replace_attribute(call& request);
handler_result delete_attribute(call& request);

// entity_operations.cpp: 6.14–6.17, 6.31
handler_result create_entities(call& request);
handler_result upsert_entities(call& request);
handler_result update_entities(call& request);
handler_result merge_entities(call& request);
handler_result delete_entities(call& request);

// entity_query.cpp: 6.23
handler_result query_entities_by_post(call& request);

// discovery.cpp: 6.25–6.28
handler_result list_types(call& request);
handler_result retrieve_type(call& request);
handler_result list_attributes(call& request);
handler_result retrieve_attribute(call& request);

// subscriptions.cpp: 6.10, 6.11
handler_result create_subscription(call& request);
handler_result query_subscriptions(call& request);
handler_result retrieve_subscription(call& request);
handler_result update_subscription(call& request);
handler_result delete_subscription(call& request);

// contexts.cpp: 6.29, 6.30
handler_result add_context(call& request);
handler_result list_contexts(call& request);
handler_result serve_context(call& request);
handler_result delete_context(call& request);

// registrations.cpp: 6.8, 6.9
handler_result create_registration(call& request);
handler_result query_registrations(call& request);
handler_result retrieve_registration(call& request);
handler_result update_registration(call& request);
handler_result delete_registration(call& request);

// temporal.cpp: 6.18, 6.19
handler_result query_temporal_entities(call& request);
handler_result query_temporal_entities_by_post(call& request);
handler_result retrieve_temporal_entity(call& request);

// temporal_provision.cpp: 6.18 to 6.22
handler_result upsert_evolution(call& request);
handler_result delete_evolution(call& request);
handler_result extend_evolution(call& request);
handler_result delete_temporal_attribute(call& request);
handler_result modify_instance(call& request);
handler_result delete_instance(call& request);

handler_result source_identity(call& request);

// system.cpp: not of the standard, and 6.33
handler_result version(call& request);
handler_result health(call& request);
handler_result ready(call& request);
handler_result show_metrics(call& request);

} // namespace meridian::api
