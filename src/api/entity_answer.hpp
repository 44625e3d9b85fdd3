#pragma once

#include "api/call.hpp"
#include "meridian/ngsild/representation.hpp"

namespace meridian::api {

/// The answer of 5.7.1: one Entity.
[[nodiscard]] http::response entity_answer(worker& with, const store::entity_row& row,
                                           const ngsild::representation& how, media_type type,
                                           const jsonld::context_ptr& context);

/// The answer of 5.7.2: an array or a FeatureCollection.
[[nodiscard]] http::response entities_answer(worker& with, const store::entity_page& page,
                                             const ngsild::representation& how, media_type type,
                                             const jsonld::context_ptr& context);

} // namespace meridian::api
