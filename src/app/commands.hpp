#pragma once

#include "meridian/base/config.hpp"

#include <string>
#include <vector>

namespace meridian::app {

/// Each command of `meridian`; what is returned is the exit status: 0 for done, 1 for a failure
/// that has been reported on standard error or in the log.

/// Serves the API until SIGTERM or SIGINT (src/app/serve.cpp).
[[nodiscard]] int serve(const config& settings);

/// Brings the database's schema up to this version: that of `db`, else the embedded cluster's,
/// which is started for it and stopped again.
[[nodiscard]] int migrate(const config& settings);

/// Stores the Entities of `files` ("-": standard input), each NDJSON or one JSON array, gzip or
/// not, replacing those that exist, with notifications and history like any write (5.6.8). Entities
/// that are refused are reported with file and line, and the status is then 1; one line tells of
/// the progress. createdAt and modifiedAt are those of the import. With `--temporal` the files hold
/// Temporal Evolutions, whose instances are added in any order of time (5.6.11); then they may be
/// CSV, whose rows are named by line.
[[nodiscard]] int import_entities(const config& settings, const std::vector<std::string>& files);

/// Writes all Entities of a Tenant, or those of `--type`, to standard output: one a line,
/// normalized, in the core @context's words, which `import` takes without loss but for createdAt
/// and modifiedAt, that a broker sets itself (5.2.2).
[[nodiscard]] int export_entities(const config& settings);

/// Prints the plan of a request, given as its URL or the part from the path on.
[[nodiscard]] int explain(const config& settings, const std::string& url);

/// Prints name, version and what it was built with.
[[nodiscard]] int version();

/// Prints docs/configuration.md.
[[nodiscard]] int config_doc();

} // namespace meridian::app
