#pragma once

#include "api/call.hpp"
#include "meridian/ngsild/representation.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace meridian::api {

/// pick, omit (4.21) and attrs, each as text of the query, or of a Query's members (5.2.23).
struct projection_texts {
    std::string pick;
    std::string omit;
    std::string attrs;
};
[[nodiscard]] projection_texts projection_texts_of(const call& request);

/// What a projection shows, and the Attributes (expanded) of which one must exist for an Entity to
/// be answered at all.
struct read_projection_outcome {
    ngsild::projection shown;
    std::vector<std::string> attributes;
};
/// `levels`: how deep braces may lead into linked Entities (5.7.1.4); 0 without Linked Entity
/// retrieval. Fails with bad_request_data.
[[nodiscard]] result<read_projection_outcome> read_projection(const projection_texts& texts,
                                                              const jsonld::context& context,
                                                              const ngsild::names& dictionary,
                                                              std::uint32_t levels = 0);
/// Whether anything of a document is left to be shown.
[[nodiscard]] bool shows_anything(const ngsild::projection& shown,
                                  const ngsild::document_view& document);

} // namespace meridian::api
