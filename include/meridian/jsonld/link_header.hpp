#pragma once

#include "meridian/base/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace meridian::jsonld {

/// The relation type by which a Link header names a JSON-LD @context (6.3.5, JSON-LD 1.1, 6.2).
inline constexpr std::string_view context_relation = "http://www.w3.org/ns/json-ld#context";

/// 6.3.5: the target of the link with rel="http://www.w3.org/ns/json-ld#context" in the value of a
/// Link header (RFC 8288; several headers joined by commas), or nothing where no link has that
/// relation. The target is given as it stands: `build_context` judges it.
/// Fails with bad_request_data: more than one such link, an empty target, or a value that is not
/// a list of links, so that a mistyped @context is not taken for none.
[[nodiscard]] result<std::optional<std::string>> parse_context_link(std::string_view header_value);

/// The value of the Link header that names the @context of an answer (6.3.5).
[[nodiscard]] std::string render_context_link(std::string_view url);

} // namespace meridian::jsonld
