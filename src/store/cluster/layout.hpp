#pragma once

#include "meridian/store/embedded_cluster.hpp"
#include "store/cluster/process.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace meridian::store::cluster {

/// Where the cluster's things are: DATA_DIR/postgres/{data,run,postgres.log}. For root, where the
/// cluster's user cannot enter the data folder, DATA_DIR/postgres is a link to a folder in
/// /var/lib/meridian.
struct layout {
    std::filesystem::path root; ///< DATA_DIR/postgres, of mode 0700
    std::filesystem::path data; ///< PGDATA; exists only when initdb has succeeded
    std::filesystem::path log;
    std::filesystem::path sockets; ///< DATA_DIR/postgres/run, elsewhere if that is too long
};

/// Makes the folders and hands them to `user`.
[[nodiscard]] result<layout> prepare_layout(const std::filesystem::path& data_dir,
                                            const os_user& user);

/// The folder that holds `initdb` and `postgres` of version 15: Debian's, `pg_config --bindir`,
/// or one in PATH.
[[nodiscard]] result<std::filesystem::path> find_binaries();

/// Writes postgresql.conf (once: an operator may add to it), meridian.conf, pg_hba.conf and
/// pg_ident.conf into PGDATA.
[[nodiscard]] result<void> write_configuration(const layout& where, const os_user& user,
                                               const cluster_options& options);

/// The last lines of the server's log, for a failure's detail.
[[nodiscard]] std::string last_log_lines(const layout& where);

} // namespace meridian::store::cluster
