#include "store/cluster/process.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace meridian::store::cluster {
namespace {

std::optional<os_user> look_up(const std::string& name) {
    std::array<char, 4'096> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    if (getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || !found)
        return std::nullopt;
    return os_user{name, entry.pw_uid, entry.pw_gid};
}

/// Between fork and exec only async-signal-safe calls are allowed: other threads' locks are held
/// for ever in the copy.
[[noreturn]] void become(const os_user& user, char* const* arguments, int log) noexcept {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    setsid();
    const int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, STDIN_FILENO);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    close_range(STDERR_FILENO + 1, ~0U, 0);
    umask(077);
    if (geteuid() == 0 &&
        (setgroups(0, nullptr) != 0 || setgid(user.gid) != 0 || setuid(user.uid) != 0))
        _exit(126);
    if (chdir("/") != 0)
        _exit(126);
    execv(arguments[0], arguments);
    _exit(127);
}

} // namespace

std::string current_user_name() {
    std::array<char, 4'096> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    if (getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found) != 0 || !found)
        return std::to_string(geteuid());
    return entry.pw_name;
}

result<os_user> choose_user(const std::string& wanted) {
    if (geteuid() != 0)
        return os_user{current_user_name(), geteuid(), getegid()};
    const std::vector<std::string> candidates =
        wanted.empty() ? std::vector<std::string>{"postgres", "nobody"} : std::vector{wanted};
    for (const std::string& name : candidates) {
        if (auto found = look_up(name); found && found->uid != 0)
            return *std::move(found);
    }
    return problem(problem_kind::unavailable,
                   fmt::format("there is no unprivileged user {} to own the database",
                               wanted.empty() ? "postgres or nobody" : wanted));
}

result<pid_t> spawn(const os_user& user, const std::vector<std::string>& command,
                    const std::filesystem::path& log) {
    std::vector<char*> arguments;
    for (const std::string& word : command)
        arguments.push_back(const_cast<char*>(word.c_str())); // execv's signature; it only reads
    arguments.push_back(nullptr);
    const int log_file =
        open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (log_file < 0)
        return problem(problem_kind::unavailable,
                       fmt::format("cannot open {}: {}", log.string(), std::strerror(errno)));
    const pid_t pid = fork();
    if (pid == 0)
        become(user, arguments.data(), log_file);
    const int error = errno;
    close(log_file);
    if (pid < 0)
        return problem(problem_kind::unavailable,
                       fmt::format("cannot start {}: {}", command.front(), std::strerror(error)));
    return pid;
}

exit_state poll(pid_t pid) noexcept {
    int status = 0;
    const pid_t done = waitpid(pid, &status, WNOHANG);
    if (done == pid)
        return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? exit_state::succeeded
                                                             : exit_state::failed;
    if (done == 0)
        return exit_state::running;
    if (kill(pid, 0) != 0 && errno != EPERM)
        return exit_state::failed;
    // One that is dead and not yet waited for by its parent has no folder any more.
    std::array<char, 32> link{};
    std::snprintf(link.data(), link.size(), "/proc/%d/cwd", int{pid});
    char target = 0;
    return readlink(link.data(), &target, 1) < 0 && errno == ENOENT ? exit_state::failed
                                                                    : exit_state::running;
}

exit_state wait_for(pid_t pid, std::chrono::milliseconds limit) noexcept {
    const auto until = std::chrono::steady_clock::now() + limit;
    exit_state state = poll(pid);
    while (state == exit_state::running && std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
        state = poll(pid);
    }
    return state;
}

bool works_in(pid_t pid, const std::filesystem::path& directory) {
    std::error_code error;
    const auto cwd = std::filesystem::read_symlink(fmt::format("/proc/{}/cwd", pid), error);
    return !error && std::filesystem::equivalent(cwd, directory, error) && !error;
}

} // namespace meridian::store::cluster
