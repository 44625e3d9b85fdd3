#pragma once

#include "api/call.hpp"

namespace meridian::api {

/// 4.3.6.8, 6.3.6: amends an answer of Entities to the version that `Prefer: ngsi-ld=<version>`
/// names: 203 where anything was changed, and Preference-Applied with the version that the body
/// conforms to. Does nothing without that preference. An unreadable version is ignored
/// (RFC 7240 2).
[[nodiscard]] result<http::response> as_preferred(const call& request, media_type type,
                                                  http::response answer);
/// The same of temporal evolutions; 206 stays 206.
[[nodiscard]] result<http::response> as_preferred_evolution(const call& request,
                                                            http::response answer);

} // namespace meridian::api
