#pragma once

#include "meridian/jsonld/context.hpp"
#include "meridian/ngsild/members.hpp"

#include <string>

/// The stored form of a Subscription (column `body`): the members of table 5.2.12-1 as they were
/// sent, but with expanded names, so that it is read without its @context:
///   entities[].type, q, notification.pick and omit   canonical text of query/print.hpp
///   qSent                                            q as it was sent, to show it so
///   entities[].id, datasetId                         always arrays
///   watchedAttributes, notification.attributes,
///   geoQ.geoproperty                                 IRIs
/// id and the read-only members are left out.
namespace meridian::subscription {

using ngsild::payload_kind;

/// Validates each member that is there (5.2.12 to 5.2.15, 5.2.33) and expands names. In a fragment
/// an NGSI-LD Null becomes null. Members that the tables do not have are left out.
/// Fails with bad_request_data naming the member, operation_not_supported.
[[nodiscard]] result<json> to_body(const json& payload, const jsonld::context& context,
                                   payload_kind kind, timestamp now);

/// 5.5.8: members of the fragment replace those of the body, null removes them.
[[nodiscard]] json merged(json body, const json& fragment);

/// What only the whole can break: cardinalities, and members that exclude each other. `local`: the
/// request is limited to local scope (5.5.13). Fails with bad_request_data.
[[nodiscard]] result<void> check_whole(const json& body, bool local);

/// 5.2.14 and 5.2.15: part of `to_body`.
[[nodiscard]] result<json> to_notification_body(const json& sent, const jsonld::context& context);
[[nodiscard]] result<json> to_endpoint_body(const json& sent);

} // namespace meridian::subscription
