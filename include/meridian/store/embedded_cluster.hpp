#pragma once

#include "meridian/base/result.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace meridian::store {

/// How the private cluster is set up.
struct cluster_options {
    std::filesystem::path data_dir; ///< the broker's; the cluster is its folder `postgres`
    std::string user; ///< when started as root: who owns it; "" is `postgres`, else `nobody`
    int shared_buffers_mb = 64; ///< a quarter of memory where the machine is ours
    int max_connections = 100;
    bool fsync = true; ///< false for tests only: a power cut loses the cluster
    std::chrono::milliseconds start_timeout{60'000};
    std::chrono::milliseconds stop_timeout{20'000};
};

/// The private PostgreSQL 15 of a broker to which no database was given (architecture, decision 1):
/// made with initdb at the first start, reached through a unix socket that only its owner (and
/// root) can open, and stopped with the broker. Its postmaster runs in a session of its own, so
/// that Ctrl-C reaches the broker alone, which drains first. One that a killed broker left behind
/// is taken over. Blocking; starts and stops on the main thread.
class embedded_cluster {
public:
    /// Starts the cluster, or adopts the one that runs on its files, and waits until it answers.
    /// Role and database `meridian` exist then. Fails with unavailable: the data folder is locked
    /// by another broker, PostgreSQL 15 is not installed, the server does not come up (the detail
    /// then ends with its last log lines).
    [[nodiscard]] static result<embedded_cluster> start(const cluster_options& options);

    /// The database of the cluster that another process (a broker) runs on `data_dir`, in libpq's
    /// form; nothing where none runs there.
    [[nodiscard]] static std::optional<std::string>
    running_on(const std::filesystem::path& data_dir);

    embedded_cluster(embedded_cluster&&) noexcept;
    embedded_cluster& operator=(embedded_cluster&&) noexcept;
    /// Stops it.
    ~embedded_cluster();

    /// libpq's key=value form for a database of this cluster.
    [[nodiscard]] std::string conninfo(const std::string& database = "meridian") const;
    [[nodiscard]] int postmaster_pid() const noexcept;
    /// Whether the postmaster of an earlier broker was taken over.
    [[nodiscard]] bool was_adopted() const noexcept;

    /// Starts the server again where it has ended without being told to by `stop`; gives whether it
    /// had to. Connection strings stay valid. Fails with unavailable: it does not come up.
    [[nodiscard]] result<bool> revive();

    /// Fast shutdown (SIGINT): rolls back what runs, writes a checkpoint; after `stop_timeout`
    /// SIGQUIT, from which the next start recovers. Does nothing the second time.
    void stop() noexcept;
    /// Leaves the postmaster running and only gives up the lock.
    void abandon() noexcept;

private:
    struct state;
    explicit embedded_cluster(std::unique_ptr<state> owned) noexcept;
    std::unique_ptr<state> state_;
};

} // namespace meridian::store
