#pragma once

#include "api/call.hpp"
#include "meridian/store/entities.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

/// Conditional requests (RFC 9110 13), which no clause of the standard forbids: an extension.
///
/// A tag begins with the state of the Entity (its modifiedAt, which no two states share) and goes
/// on with the representation: parameters, media type, @context. `If-Match` compares the state
/// alone, so that a tag from any representation, or from the answer to a write, serves.
namespace meridian::api {

/// The strong ETag of an answer to 5.7.1. `linked`: what Linked Entity retrieval has loaded, in any
/// order. Empty where none can be told before the answer is written: transient data that are due.
[[nodiscard]] std::string entity_tag(const call& request, const store::entity_row& row,
                                     media_type type, const jsonld::context& context,
                                     std::span<const store::entity_row> linked = {});
/// The same of a page of 5.7.2.
[[nodiscard]] std::string page_tag(const call& request, const store::entity_page& page,
                                   media_type type, const jsonld::context& context,
                                   std::span<const store::entity_row> linked = {});

/// Whether If-None-Match names `tag` (13.1.2), so that 304 is the answer.
[[nodiscard]] bool is_known_to_client(const call& request, std::string_view tag);
/// 304 (15.4.5).
[[nodiscard]] http::response not_modified(std::string tag);
/// Adds the ETag, if there is one.
void add_tag(http::response& answer, std::string tag);

/// If-Match (13.1.1); nothing where there is none. Fails with invalid_request.
[[nodiscard]] result<std::optional<operations::expected_state>>
read_expected_state(const call& request);

/// The ETag of a state that a write left; see `written`.
[[nodiscard]] std::string state_tag(timestamp modified_at);

/// An answer to a write of one Entity, with the ETag of the state that it left. CHOICE: it names
/// the state and no representation, so that it serves If-Match and never leads to a 304.
[[nodiscard]] http::response written(const operations::request_scope& scope,
                                     http::response answer = http::response(204));

} // namespace meridian::api
