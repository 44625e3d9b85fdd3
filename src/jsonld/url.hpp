#pragma once

#include <string>
#include <string_view>

namespace meridian::jsonld {

/// Whether `url` can be fetched: an absolute http or https URL with a host.
[[nodiscard]] bool is_http_url(std::string_view url) noexcept;

/// RFC 3986, 5.2: `reference` as seen from the document at `base`, an http or https URL, or empty
/// for a document without an address (then `reference` is given back).
[[nodiscard]] std::string resolve_url(std::string_view base, std::string_view reference);

} // namespace meridian::jsonld
