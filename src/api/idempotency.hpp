#pragma once

#include "api/handlers.hpp"
#include "meridian/store/write_lanes.hpp"

#include <functional>

/// The header Idempotency-Key on POST (draft-ietf-httpapi-idempotency-key-header): an extension.
/// For 24 hours a request that is sent again gets the answer that the first one got.
namespace meridian::api {

/// Answers with `handler`, or as a request with the same key, tenant, path and payload was answered
/// before. One that is still being worked at is waited for. Outcomes of ours (5xx) are not kept.
/// Fails with operation_not_supported (the key was used for another payload: 422), conflict (the
/// other request goes on for too long), invalid_request (the key).
handler_result answer_once(call& request, handler_result (*handler)(call&));

/// To be kept in the transaction of a write of one Entity: what `answer` makes of the change.
/// Nothing where the request has no key.
[[nodiscard]] std::optional<store::change_receipt>
receipt_of(const call& request, std::function<http::response(const ngsild::change&)> answer);

} // namespace meridian::api
