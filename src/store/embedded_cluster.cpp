#include "meridian/store/embedded_cluster.hpp"

#include "meridian/base/log.hpp"
#include "store/cluster/layout.hpp"
#include "store/cluster/process.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <libpq-fe.h>
#include <sys/file.h>
#include <thread>
#include <unistd.h>

namespace meridian::store {
namespace {

namespace fs = std::filesystem;
using cluster::exit_state;
using cluster::layout;
using cluster::os_user;
using milliseconds = std::chrono::milliseconds;

problem unavailable(std::string detail) {
    return problem(problem_kind::unavailable, std::move(detail));
}

/// Held while a broker uses the data folder; the kernel gives it up when the broker dies.
class folder_lock {
public:
    static result<folder_lock> take(const fs::path& data_dir) {
        std::error_code error;
        fs::create_directories(data_dir, error);
        const fs::path path = data_dir / "meridian.lock";
        const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (file < 0)
            return unavailable(
                fmt::format("cannot open {}: {}", path.string(), std::strerror(errno)));
        if (flock(file, LOCK_EX | LOCK_NB) != 0) {
            close(file);
            return unavailable(
                fmt::format("another broker uses the data folder {}", data_dir.string()));
        }
        return folder_lock(file);
    }
    folder_lock(folder_lock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
    folder_lock& operator=(folder_lock&& other) noexcept {
        std::swap(file_, other.file_);
        return *this;
    }
    ~folder_lock() {
        if (file_ >= 0)
            close(file_);
    }

private:
    explicit folder_lock(int file) noexcept : file_(file) {}
    int file_;
};

std::string socket_conninfo(const layout& where, const std::string& database) {
    return fmt::format("host='{}' port=5432 user=meridian dbname={}", where.sockets.string(),
                       database);
}

/// initdb works in a folder beside PGDATA that is renamed at the end: PGDATA is complete or not
/// there.
result<void> initialise(const layout& where, const os_user& user, const fs::path& binaries,
                        const cluster_options& options) {
    const fs::path fresh = where.root / "data.new";
    std::error_code error;
    fs::remove_all(fresh, error);
    std::vector<std::string> command{(binaries / "initdb").string(),
                                     "--pgdata=" + fresh.string(),
                                     "--username=meridian",
                                     "--encoding=UTF8",
                                     "--locale=C.UTF-8",
                                     "--auth=peer",
                                     "--no-instructions"};
    if (!options.fsync)
        command.emplace_back("--no-sync");
    MERIDIAN_TRY(const pid_t pid, cluster::spawn(user, command, where.log));
    const exit_state state = cluster::wait_for(pid, options.start_timeout);
    if (state != exit_state::succeeded) {
        if (state == exit_state::running)
            kill(pid, SIGKILL);
        return unavailable("initdb failed; the cluster's user must be able to enter every folder "
                           "above the data folder: " +
                           cluster::last_log_lines(where));
    }
    fs::rename(fresh, where.data, error);
    if (error)
        return unavailable("cannot rename the new cluster: " + error.message());
    return {};
}

/// What postmaster.pid says of a postmaster of this folder that is alive.
struct found_postmaster {
    pid_t pid = 0;
    fs::path sockets;
    std::string status; ///< "ready", "starting", "stopping" …
};

found_postmaster find_postmaster(const layout& where) {
    std::ifstream file(where.data / "postmaster.pid");
    found_postmaster found;
    if (!(file >> found.pid) || found.pid <= 0)
        return {};
    constexpr int sockets_line = 5;
    constexpr int status_line = 8;
    for (int line = 1; line < status_line && std::getline(file, found.status); ++line)
        if (line == sockets_line)
            found.sockets = found.status;
    std::getline(file, found.status);
    found.status = found.status.substr(0, found.status.find(' '));
    // The number may long belong to another process.
    if (cluster::poll(found.pid) != exit_state::running ||
        !cluster::works_in(found.pid, where.data))
        return {};
    return found;
}

result<void> wait_until_ready(const layout& where, pid_t pid, milliseconds limit) {
    const std::string conninfo = socket_conninfo(where, "postgres");
    const auto until = std::chrono::steady_clock::now() + limit;
    while (std::chrono::steady_clock::now() < until) {
        if (PQping(conninfo.c_str()) == PQPING_OK)
            return {};
        if (cluster::poll(pid) != exit_state::running)
            return unavailable("the database server ended while it started: " +
                               cluster::last_log_lines(where));
        std::this_thread::sleep_for(milliseconds{10});
    }
    return unavailable("the database server does not answer: " + cluster::last_log_lines(where));
}

/// SIGINT (fast shutdown), then SIGQUIT, then SIGKILL.
void stop_postmaster(pid_t pid, milliseconds limit) noexcept {
    struct attempt {
        int signal;
        milliseconds limit;
    };
    for (const attempt& next : {attempt{SIGINT, limit}, attempt{SIGQUIT, milliseconds{5'000}},
                                attempt{SIGKILL, milliseconds{5'000}}}) {
        if (cluster::poll(pid) != exit_state::running)
            return;
        kill(pid, next.signal);
        if (cluster::wait_for(pid, next.limit) != exit_state::running)
            return;
    }
}

struct started {
    pid_t pid;
    bool adopted;
};

/// PostgreSQL trusts a lock file whose process exists, be it another one of that number or one that
/// is dead but not waited for. Backends that outlived their postmaster still keep a new one away,
/// by the shared memory that belongs to the data folder.
void remove_stale_locks(const layout& where) {
    std::error_code ignored;
    fs::remove(where.data / "postmaster.pid", ignored);
    fs::remove(where.sockets / ".s.PGSQL.5432.lock", ignored);
    fs::remove(where.sockets / ".s.PGSQL.5432", ignored);
}

/// Takes over a postmaster that a killed broker left. Nothing where there is none, or where it
/// does not answer and was ended.
std::optional<started> adopt(const layout& where, const cluster_options& options) {
    const found_postmaster found = find_postmaster(where);
    if (found.pid != 0 && found.status != "stopping") {
        kill(found.pid, SIGHUP); // pg_ident.conf may have been rewritten
        if (wait_until_ready(where, found.pid, options.start_timeout)) {
            spdlog::info("took over the database server of an earlier run (pid {})", found.pid);
            return started{found.pid, true};
        }
    }
    if (found.pid != 0)
        stop_postmaster(found.pid, options.stop_timeout);
    remove_stale_locks(where);
    return std::nullopt;
}

result<started> launch(const layout& where, const os_user& user, const fs::path& binaries,
                       const cluster_options& options) {
    // Backends of a postmaster that was killed hold its shared memory for a moment longer.
    constexpr int attempts = 3;
    for (int attempt = 1;; ++attempt) {
        MERIDIAN_TRY(const pid_t pid,
                     cluster::spawn(user,
                                    {(binaries / "postgres").string(), "-D", where.data.string()},
                                    where.log));
        auto ready = wait_until_ready(where, pid, options.start_timeout);
        if (ready)
            return started{pid, false};
        stop_postmaster(pid, options.stop_timeout);
        if (attempt == attempts)
            return std::move(ready).error();
        std::this_thread::sleep_for(milliseconds{300});
    }
}

/// Nothing checks a database's presence but a look: a start may have been cut short after initdb.
result<void> ensure_database(const layout& where) {
    const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(
        PQconnectdb(socket_conninfo(where, "postgres").c_str()), &PQfinish);
    if (PQstatus(connection.get()) != CONNECTION_OK)
        return unavailable(fmt::format("cannot connect to the private database: {}",
                                       PQerrorMessage(connection.get())));
    const auto run = [&](const char* sql) {
        return std::unique_ptr<PGresult, decltype(&PQclear)>(PQexec(connection.get(), sql),
                                                             &PQclear);
    };
    if (PQntuples(run("SELECT 1 FROM pg_database WHERE datname = 'meridian'").get()) == 1)
        return {};
    const auto made = run("CREATE DATABASE meridian TEMPLATE template0 ENCODING 'UTF8' "
                          "LOCALE 'C.UTF-8'");
    if (PQresultStatus(made.get()) != PGRES_COMMAND_OK)
        return unavailable(
            fmt::format("cannot create the database: {}", PQerrorMessage(connection.get())));
    return {};
}

} // namespace

struct embedded_cluster::state {
    folder_lock lock;
    layout where;
    cluster_options options;
    started server;
    bool runs = true;
};

result<embedded_cluster> embedded_cluster::start(const cluster_options& options) {
    MERIDIAN_TRY(folder_lock lock, folder_lock::take(options.data_dir));
    MERIDIAN_TRY(const os_user user, cluster::choose_user(options.user));
    MERIDIAN_TRY(layout where, cluster::prepare_layout(options.data_dir, user));
    MERIDIAN_TRY(const fs::path binaries, cluster::find_binaries());
    if (!fs::exists(where.data / "PG_VERSION"))
        MERIDIAN_CHECK(initialise(where, user, binaries, options));
    MERIDIAN_CHECK(cluster::write_configuration(where, user, options));
    std::optional<started> server = adopt(where, options);
    if (!server) {
        MERIDIAN_TRY(server, launch(where, user, binaries, options));
    }
    auto owned =
        std::make_unique<state>(state{std::move(lock), std::move(where), options, *server, true});
    embedded_cluster made(std::move(owned)); // stops the server if the rest fails
    MERIDIAN_CHECK(ensure_database(made.state_->where));
    return made;
}

std::optional<std::string> embedded_cluster::running_on(const fs::path& data_dir) {
    layout where;
    std::error_code error; // DATA_DIR/postgres may be a link, see prepare_layout
    where.data = fs::weakly_canonical(data_dir / "postgres" / "data", error);
    const found_postmaster found = find_postmaster(where);
    if (found.status != "ready")
        return std::nullopt;
    where.sockets = found.sockets;
    return socket_conninfo(where, "meridian");
}

embedded_cluster::embedded_cluster(std::unique_ptr<state> owned) noexcept
    : state_(std::move(owned)) {}
embedded_cluster::embedded_cluster(embedded_cluster&&) noexcept = default;
embedded_cluster& embedded_cluster::operator=(embedded_cluster&& other) noexcept {
    stop();
    state_ = std::move(other.state_);
    return *this;
}
embedded_cluster::~embedded_cluster() {
    stop();
}

std::string embedded_cluster::conninfo(const std::string& database) const {
    return socket_conninfo(state_->where, database);
}

int embedded_cluster::postmaster_pid() const noexcept {
    return state_->server.pid;
}

bool embedded_cluster::was_adopted() const noexcept {
    return state_->server.adopted;
}

result<bool> embedded_cluster::revive() {
    if (!state_->runs || cluster::poll(state_->server.pid) == exit_state::running)
        return false;
    const cluster_options& options = state_->options;
    MERIDIAN_TRY(const os_user user, cluster::choose_user(options.user));
    MERIDIAN_TRY(const fs::path binaries, cluster::find_binaries());
    // Somebody may have started it by hand in the meantime.
    std::optional<started> server = adopt(state_->where, options);
    if (!server) {
        MERIDIAN_TRY(server, launch(state_->where, user, binaries, options));
    }
    state_->server = *server;
    return true;
}

void embedded_cluster::stop() noexcept {
    if (!state_ || !state_->runs)
        return;
    state_->runs = false;
    stop_postmaster(state_->server.pid, state_->options.stop_timeout);
}

void embedded_cluster::abandon() noexcept {
    if (state_)
        state_->runs = false;
    state_.reset();
}

} // namespace meridian::store
