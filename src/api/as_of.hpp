#pragma once

#include "api/call.hpp"

/// As-of reads (docs/conformance.md, "Beyond the standard"): `asOf=<DateTime>` at 6.4.3.2 and
/// 6.5.3.1 asks for what the broker would have answered then, from what is stored here alone.
/// Answers have no ETag: what was is told by the history, which may be erased.
namespace meridian::api {

/// Whether the request is one.
[[nodiscard]] bool asks_as_of(const call& request) noexcept;

/// The moment. Fails with bad_request_data where it is no DateTime (4.6.3) or in the future, and
/// where the request has a parameter that this broker does not answer together with asOf.
[[nodiscard]] result<timestamp> read_as_of(const call& request);

/// 5.7.1 and 5.7.2 at that moment.
[[nodiscard]] asio::awaitable<result<http::response>> retrieve_entity_as_of(call& request);
[[nodiscard]] asio::awaitable<result<http::response>> query_entities_as_of(call& request);

} // namespace meridian::api
