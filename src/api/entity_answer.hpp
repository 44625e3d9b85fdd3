#pragma once

#include "api/call.hpp"
#include "meridian/ngsild/linked.hpp"

namespace meridian::api {

/// The answer of 5.7.1: one Entity, without what had expired at `now` (4.22).
[[nodiscard]] http::response entity_answer(worker& with, const store::entity_row& row,
                                           const ngsild::representation& how, media_type type,
                                           const jsonld::context_ptr& context,
                                           timestamp now = worker::now());

/// The answer of 5.7.2: an array or a FeatureCollection.
[[nodiscard]] http::response entities_answer(worker& with, const store::entity_page& page,
                                             const ngsild::representation& how, media_type type,
                                             const jsonld::context_ptr& context,
                                             timestamp now = worker::now());

/// The answer of 5.7.1 with linked Entities, which are loaded (4.5.23, 5.7.1.5), and with its ETag;
/// 304 where the client has it.
/// Fails with too_complex_query, unavailable, internal_error.
[[nodiscard]] asio::awaitable<result<http::response>>
joined_answer(const call& request, operations::request_scope& scope, store::entity_row row,
              const ngsild::representation& how, ngsild::linking how_far, media_type type,
              const jsonld::context_ptr& context);

/// Whether the request's parameters alone tell what is asked for, so that an answer can have a tag.
enum class tagged : bool { no, yes };

/// The same of 5.7.2.
[[nodiscard]] asio::awaitable<result<http::response>>
joined_entities_answer(const call& request, operations::request_scope& scope,
                       const store::entity_page& page, const ngsild::representation& how,
                       const ngsild::linking& how_far, media_type type,
                       const jsonld::context_ptr& context, tagged with_tag);

} // namespace meridian::api
