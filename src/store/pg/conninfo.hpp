#pragma once

#include "meridian/base/result.hpp"

#include <string>
#include <utility>
#include <vector>

namespace meridian::store::pg {

/// The keywords that a connection is opened with: those of `conninfo` (key=value form or URI), our
/// session settings before its own `options`, so that an operator's win.
/// Fails with bad_request_data where libpq cannot read it.
[[nodiscard]] meridian::result<std::vector<std::pair<std::string, std::string>>>
expand_conninfo(const std::string& conninfo, const std::string& session_options,
                const std::string& application_name);

/// `expand_conninfo` as one key=value text, for libpqxx.
[[nodiscard]] meridian::result<std::string> to_key_values(const std::string& conninfo,
                                                          const std::string& session_options,
                                                          const std::string& application_name);

} // namespace meridian::store::pg
