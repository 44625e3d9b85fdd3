#include "store/cluster/layout.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <functional>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace meridian::store::cluster {
namespace {

namespace fs = std::filesystem;

problem failed(std::string_view what, const fs::path& path) {
    return problem(problem_kind::unavailable,
                   fmt::format("cannot {} {}: {}", what, path.string(), std::strerror(errno)));
}

result<void> make_private_folder(const fs::path& path, const os_user& user) {
    if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
        return failed("make", path);
    if (chmod(path.c_str(), 0700) != 0)
        return failed("protect", path);
    if (geteuid() == 0 && lchown(path.c_str(), user.uid, user.gid) != 0)
        return failed("hand over", path);
    return {};
}

/// Replaces a file in one step. When we are root the folder belongs to somebody else: the new file
/// is made exclusively and renamed, so that no link of theirs is followed.
result<void> write_file(const fs::path& path, const os_user& user, std::string_view text) {
    const fs::path fresh = path.string() + ".new";
    unlink(fresh.c_str());
    const int file =
        open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0)
        return failed("write", fresh);
    const bool written =
        write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
        (geteuid() != 0 || fchown(file, user.uid, user.gid) == 0);
    close(file);
    if (!written || rename(fresh.c_str(), path.c_str()) != 0)
        return failed("write", path);
    return {};
}

bool fits_socket_address(const fs::path& folder) {
    return (folder / ".s.PGSQL.5432.lock").string().size() < sizeof(sockaddr_un::sun_path);
}

bool is_private_folder_of(const fs::path& path, uid_t owner) {
    struct stat found {};
    return lstat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode) && found.st_uid == owner &&
           (found.st_mode & 077U) == 0;
}

/// A folder elsewhere for data folders whose path is too long for a socket's address; its name is
/// kept in a file, because the next start may find a postmaster that listens there.
result<fs::path> remote_socket_folder(const fs::path& root, const os_user& user) {
    const fs::path record = root / "socket_folder";
    std::string known;
    std::getline(std::ifstream(record), known);
    if (!known.empty() && is_private_folder_of(known, user.uid))
        return fs::path(known);
    for (const char* parent : {"/run", "/tmp"}) {
        std::string made = fmt::format("{}/meridian-XXXXXX", parent);
        if (mkdtemp(made.data()) == nullptr)
            continue;
        MERIDIAN_CHECK(make_private_folder(made, user));
        MERIDIAN_CHECK(write_file(record, user, made));
        return fs::path(made);
    }
    return failed("make a folder for sockets in", "/tmp");
}

bool has_binaries(const fs::path& folder) {
    return access((folder / "postgres").c_str(), X_OK) == 0 &&
           access((folder / "initdb").c_str(), X_OK) == 0;
}

std::string first_line_of(const char* command) {
    std::array<char, 4'096> line{};
    FILE* const pipe = popen(command, "re");
    if (pipe == nullptr)
        return {};
    std::string text;
    if (fgets(line.data(), static_cast<int>(line.size()), pipe) != nullptr)
        text = line.data();
    pclose(pipe);
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    return text;
}

std::string settings(const layout& where, const cluster_options& options) {
    std::string text =
        fmt::format(R"conf(# Written at every start of Meridian; add your own to postgresql.conf.
listen_addresses = ''
unix_socket_directories = '{}'
unix_socket_permissions = 0700
port = 5432
max_connections = {}
shared_buffers = {}MB
jit = off
random_page_cost = 1.1
wal_compression = lz4
max_wal_size = 2GB
checkpoint_timeout = 15min
checkpoint_completion_target = 0.9
synchronous_commit = on
fsync = {}
timezone = UTC
log_timezone = UTC
lc_messages = 'C'
log_min_messages = warning
log_line_prefix = '%m [%p] %q%a '
)conf",
                    where.sockets.string(), options.max_connections, options.shared_buffers_mb,
                    options.fsync ? "on" : "off");
    if (!options.fsync)
        text += "full_page_writes = off\n";
    return text;
}

/// Whether `user` may pass through `folder` and every folder above it.
bool is_reachable(const fs::path& folder, const os_user& user) {
    for (fs::path each = folder;; each = each.parent_path()) {
        struct stat found {};
        if (stat(each.c_str(), &found) != 0)
            return false;
        const mode_t needed = found.st_uid == user.uid   ? S_IXUSR
                              : found.st_gid == user.gid ? S_IXGRP
                                                         : S_IXOTH;
        if ((found.st_mode & needed) == 0)
            return false;
        if (each == each.parent_path())
            return true;
    }
}

/// DATA_DIR/postgres, or for a data folder that the cluster's user cannot reach (a checkout in
/// /root) a folder of its own below /var/lib/meridian, to which DATA_DIR/postgres is a link.
result<fs::path> choose_root(const fs::path& data_dir, const os_user& user) {
    const fs::path usual = data_dir / "postgres";
    std::error_code error;
    if (fs::is_symlink(usual, error))
        return fs::read_symlink(usual, error);
    if (geteuid() != 0 || fs::exists(usual, error) || is_reachable(data_dir, user))
        return usual;
    const fs::path parent = "/var/lib/meridian";
    const fs::path elsewhere =
        parent / fmt::format("{:016x}", std::hash<std::string>{}(data_dir.string()));
    fs::create_directories(parent, error);
    fs::create_directory_symlink(elsewhere, usual, error);
    if (error)
        return failed("make", usual);
    return elsewhere;
}

} // namespace

result<layout> prepare_layout(const fs::path& data_dir, const os_user& user) {
    std::error_code error;
    layout where;
    // The cluster's user must be able to pass through our folder, not to list it.
    if (geteuid() == 0)
        fs::permissions(data_dir, fs::perms::others_exec, fs::perm_options::add, error);
    MERIDIAN_TRY(where.root, choose_root(fs::absolute(data_dir, error).lexically_normal(), user));
    where.data = where.root / "data";
    where.log = where.root / "postgres.log";
    MERIDIAN_CHECK(make_private_folder(where.root, user));
    where.sockets = where.root / "run";
    if (fits_socket_address(where.sockets)) {
        MERIDIAN_CHECK(make_private_folder(where.sockets, user));
    } else {
        MERIDIAN_TRY(where.sockets, remote_socket_folder(where.root, user));
    }
    constexpr std::uintmax_t large_log = 16U << 20U;
    if (fs::file_size(where.log, error) > large_log && !error)
        fs::resize_file(where.log, 0, error);
    return where;
}

result<fs::path> find_binaries() {
    const fs::path debian = "/usr/lib/postgresql/15/bin";
    if (has_binaries(debian))
        return debian;
    if (const fs::path configured = first_line_of("pg_config --bindir 2>/dev/null");
        !configured.empty() && has_binaries(configured))
        return configured;
    const char* path = std::getenv("PATH");
    std::string_view rest = path != nullptr ? path : "";
    while (!rest.empty()) {
        const std::string_view folder = rest.substr(0, rest.find(':'));
        if (!folder.empty() && has_binaries(folder))
            return fs::path(folder);
        rest.remove_prefix(std::min(rest.size(), folder.size() + 1));
    }
    return problem(problem_kind::unavailable,
                   "PostgreSQL 15 is not installed: install postgresql-15 and "
                   "postgresql-15-postgis-3, or give a database with --db");
}

result<void> write_configuration(const layout& where, const os_user& user,
                                 const cluster_options& options) {
    const fs::path main = where.data / "postgresql.conf";
    std::string first;
    std::getline(std::ifstream(main), first);
    constexpr std::string_view ours = "include 'meridian.conf'";
    if (first != ours)
        MERIDIAN_CHECK(write_file(
            main, user, fmt::format("{}\n# Settings below this line are yours and win.\n", ours)));
    MERIDIAN_CHECK(write_file(where.data / "meridian.conf", user, settings(where, options)));
    MERIDIAN_CHECK(
        write_file(where.data / "pg_hba.conf", user, "local all all peer map=meridian\n"));
    std::string map = fmt::format("meridian root meridian\nmeridian \"{}\" meridian\n", user.name);
    if (const std::string own = current_user_name(); own != user.name && own != "root")
        map += fmt::format("meridian \"{}\" meridian\n", own);
    return write_file(where.data / "pg_ident.conf", user, map);
}

std::string last_log_lines(const layout& where) {
    std::ifstream log(where.log, std::ios::ate);
    constexpr std::streamoff tail = 600;
    const std::streamoff size = log.tellg();
    log.seekg(std::max(std::streamoff{0}, size - tail));
    return std::string(std::istreambuf_iterator<char>(log), {});
}

} // namespace meridian::store::cluster
