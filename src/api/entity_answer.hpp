#pragma once

#include "api/call.hpp"
#include "meridian/ngsild/linked.hpp"

namespace meridian::api {

/// The answer of 5.7.1: one Entity.
[[nodiscard]] http::response entity_answer(worker& with, const store::entity_row& row,
                                           const ngsild::representation& how, media_type type,
                                           const jsonld::context_ptr& context);

/// The same with linked Entities, which are loaded (4.5.23, 5.7.1.5).
/// Fails with too_complex_query, unavailable, internal_error.
[[nodiscard]] asio::awaitable<result<http::response>>
joined_answer(operations::request_scope& scope, worker& with, store::entity_row row,
              const ngsild::representation& how, ngsild::linking how_far, media_type type,
              const jsonld::context_ptr& context);

/// The answer of 5.7.2: an array or a FeatureCollection, with linked Entities where `how_far` asks
/// for them. Fails, then only, with too_complex_query, unavailable, internal_error.
[[nodiscard]] asio::awaitable<result<http::response>>
entities_answer(operations::request_scope& scope, worker& with, const store::entity_page& page,
                const ngsild::representation& how, const ngsild::linking& how_far, media_type type,
                const jsonld::context_ptr& context);

} // namespace meridian::api
