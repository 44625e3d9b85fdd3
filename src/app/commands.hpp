#pragma once

#include "meridian/base/config.hpp"

#include <string>

namespace meridian::app {

/// Each command of `meridian`; what is returned is the exit status: 0 for done, 1 for a failure
/// that has been reported on standard error or in the log.

/// Serves the API until SIGTERM or SIGINT (src/app/serve.cpp).
[[nodiscard]] int serve(const config& settings);

/// Brings the database's schema up to this version: that of `db`, else the embedded cluster's,
/// which is started for it and stopped again.
[[nodiscard]] int migrate(const config& settings);

/// Prints the plan of a request, given as its URL or the part from the path on.
[[nodiscard]] int explain(const config& settings, const std::string& url);

/// Prints name, version and what it was built with.
[[nodiscard]] int version();

/// Prints docs/configuration.md.
[[nodiscard]] int config_doc();

} // namespace meridian::app
