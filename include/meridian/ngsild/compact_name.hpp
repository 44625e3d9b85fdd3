#pragma once

#include "meridian/jsonld/context.hpp"

#include <string>
#include <string_view>

namespace meridian::ngsild {

/// 5.5.7 and 4.6.2: the compacted name of a Type or an Attribute, or its IRI where that is no name,
/// so that what is shown is accepted when it is sent again. Values (vocab) may be any text: for
/// them `context::compact` is right.
[[nodiscard]] std::string compact_name(std::string_view iri, const jsonld::context& context);

} // namespace meridian::ngsild
