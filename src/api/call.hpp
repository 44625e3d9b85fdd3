#pragma once

#include "api/media_type.hpp"
#include "api/parameters.hpp"
#include "meridian/api/worker.hpp"
#include "meridian/base/await.hpp"
#include "meridian/http/request.hpp"
#include "meridian/http/response.hpp"
#include "meridian/ngsild/parse.hpp"
#include "meridian/operations/services.hpp"
#include "meridian/query/parse.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace meridian::api {

/// One request on its way through the api: what was matched, decoded and checked so far. Lives as
/// long as the handler's coroutine.
struct call {
    call(const http::request& received, worker& on) : request(received), with(on) {}

    const http::request& request;
    worker& with;
    std::vector<std::string> path; ///< the decoded variable parts of the path, in order
    api::parameters parameters;    ///< the query, checked against the route's parameters
    std::int64_t receipt = 0;      ///< of a request with an Idempotency-Key (store::receipts)
};

/// A request's payload (6.3.4, 6.3.5).
struct payload {
    payload(json parsed, media_type type) : content(std::move(parsed)), sent_as(type) {}
    json content;
    media_type sent_as;
};

/// Parses the body. Fails with unsupported_media_type, invalid_request.
[[nodiscard]] result<payload> read_payload(const call& request,
                                           merge_patch_bodies merge_patch = merge_patch_bodies::no);

/// As read_payload, where the payload must be a JSON object (`what` it is stands in the detail).
[[nodiscard]] result<payload> read_object(const call& request, std::string_view what,
                                          merge_patch_bodies merge_patch = merge_patch_bodies::no);

/// As read_payload, where it must be an array that is neither empty nor above the batch limit.
[[nodiscard]] result<payload> read_array(const call& request, std::string_view what);

/// 6.3.5: the @context of a GET or DELETE: that of the Link header, else the core @context.
[[nodiscard]] asio::awaitable<result<jsonld::context_ptr>> context_of_link(call& request);

/// 6.3.5: the @context of a POST, PATCH or PUT with an object as payload. Takes the `@context`
/// member out of the payload. Fails with bad_request_data where the two ways are mixed.
[[nodiscard]] asio::awaitable<result<jsonld::context_ptr>> context_of_payload(call& request,
                                                                              payload& body);

/// The same for each element of a batch; `link` is the @context of the Link header, for elements
/// that were sent as application/json.
[[nodiscard]] asio::awaitable<result<jsonld::context_ptr>>
context_of_element(call& request, media_type sent_as, json& element, jsonld::context_ptr link);

/// The frame of an operation: the tenant of NGSILD-Tenant (6.3.14), `context`, and `local`
/// (6.3.18); and who asks, where the operator records that. Fails with bad_request_data too.
[[nodiscard]] asio::awaitable<result<operations::request_scope>>
scope_of(call& request, jsonld::context_ptr context,
         operations::missing_tenant when_missing = operations::missing_tenant::refuse);

/// Scheme and authority by which this broker is reached: as configured, else as the client did.
[[nodiscard]] std::string own_url(const call& request);

/// An id in a path or parameter. Fails with bad_request_data unless it is a URI.
[[nodiscard]] result<std::string> entity_id(std::string_view text);
/// 5.4: the id of a payload, where it has one, is that of the path. Fails with bad_request_data.
[[nodiscard]] result<void> check_same_id(const json& content, const std::string& id);

/// The `type` parameter as a condition on the target. Fails with bad_request_data.
[[nodiscard]] result<std::optional<query::type_selection>>
expected_types(const call& request, const jsonld::context& context);

/// How the query languages are to be read for this request: its words, the configured limits.
[[nodiscard]] query::parse_scope query_scope(const call& request, const jsonld::context& context);

/// What the payload may hold.
[[nodiscard]] ngsild::parse_limits payload_limits(const call& request);

/// 6.3.5: an answer with a body in the client's words: a Link header for application/json and CSV,
/// for the others the caller has put `@context` into the body.
[[nodiscard]] http::response answer_with(media_type type, const jsonld::context& context,
                                         std::string body, unsigned status = 200);

} // namespace meridian::api
