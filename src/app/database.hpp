#pragma once

#include "meridian/base/config.hpp"
#include "meridian/base/result.hpp"
#include "meridian/store/embedded_cluster.hpp"

#include <optional>
#include <string>

namespace meridian::app {

/// The database that a command works on. Destroying it stops the embedded cluster, if it is that
/// one: everything that holds a connection goes first.
struct database {
    std::optional<store::embedded_cluster> embedded;
    std::string conninfo; ///< as libpq takes it
};

/// Threads that serve requests: `threads`, or one a core.
[[nodiscard]] std::size_t thread_count(const config& settings);

/// The database that `db` names, else the embedded cluster in `data_dir`, started. Whether an
/// existing one answers is not tried here. Blocking.
/// Fails with unavailable: the cluster does not start.
[[nodiscard]] result<database> open_database(const config& settings);

/// As `open_database`, but where a broker runs on `data_dir` its cluster is used beside it: for
/// commands that are no server.
[[nodiscard]] result<database> join_database(const config& settings);

} // namespace meridian::app
