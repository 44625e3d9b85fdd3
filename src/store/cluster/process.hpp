#pragma once

#include "meridian/base/result.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace meridian::store::cluster {

/// The operating system's user that owns the cluster's files and processes.
struct os_user {
    std::string name;
    uid_t uid;
    gid_t gid;
};

/// Who we are, or, when we are root (which PostgreSQL refuses): the user called `wanted`, else
/// `postgres`, else `nobody`.
[[nodiscard]] result<os_user> choose_user(const std::string& wanted);
[[nodiscard]] std::string current_user_name();

/// Starts a program as `user` in a session of its own, without our descriptors; its output is
/// appended to `log`. Gives its process id.
[[nodiscard]] result<pid_t> spawn(const os_user& user, const std::vector<std::string>& command,
                                  const std::filesystem::path& log);

enum class exit_state { running, succeeded, failed };
/// Without waiting. `failed` also where the process is not our child and is gone.
[[nodiscard]] exit_state poll(pid_t pid) noexcept;
/// Waits at most `limit`; `running` where it still does then.
[[nodiscard]] exit_state wait_for(pid_t pid, std::chrono::milliseconds limit) noexcept;

/// Whether `pid` is a process that works in `directory` (a postmaster does in its data folder).
[[nodiscard]] bool works_in(pid_t pid, const std::filesystem::path& directory);

} // namespace meridian::store::cluster
