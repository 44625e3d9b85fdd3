#pragma once

#include "meridian/ngsild/history.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace meridian::ngsild {

/// `history.rest`, little-endian: format u8 (1), flags u8, where flagged expiresAt i64 and first ts
/// i64 (µs since 1970), then the text of the members that depend on no @context
/// (`,"unitCode":"CEL"`), or, where there are names or Attributes of the Attribute, a document
/// (document.hpp) of one instance with the value null.
struct rest_view {
    timestamp expires_at{}; ///< zero: none
    std::optional<timestamp> first_ts;
    std::string_view text;             ///< members, each with a comma before it
    std::optional<instance_view> more; ///< has names and Attributes
};

/// Nothing where all is absent.
[[nodiscard]] std::optional<std::string> encode_rest(const attribute_instance& instance,
                                                     std::optional<timestamp> first_ts,
                                                     const names& dictionary);
/// Bytes that are no rest give an empty one.
[[nodiscard]] rest_view decode_rest(std::string_view bytes);

} // namespace meridian::ngsild
