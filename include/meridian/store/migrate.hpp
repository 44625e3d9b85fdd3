#pragma once

#include "meridian/base/result.hpp"

#include <string>

namespace meridian::store {

/// Brings the schema up to what this binary knows, before anything else uses the database: each
/// migration in a transaction of its own, all under one advisory lock, so that brokers may start
/// side by side; then makes the partitions that history needs (partitions.hpp). Gives the version.
/// Blocking. Fails with unavailable: the database cannot be reached, its schema is newer than this
/// binary knows, or a migration does not run (the detail names it).
[[nodiscard]] result<int> migrate(const std::string& conninfo);

/// The version of the newest migration in this binary.
[[nodiscard]] int newest_schema_version() noexcept;

} // namespace meridian::store
