#pragma once

#include "support/cluster.hpp"
#include "support/http_client.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace meridian::test {

/// Looks until `is_so` holds, at most so long; gives whether it did.
[[nodiscard]] bool wait_for(const std::function<bool()>& is_so,
                            std::chrono::milliseconds limit = std::chrono::seconds(15));

/// A program of ours that runs as a child and ends with this one at the latest.
class child_process {
public:
    /// Standard output goes to `output`, standard error to `output` + ".err".
    child_process(const std::vector<std::string>& command, const std::filesystem::path& output);
    child_process(const child_process&) = delete;
    child_process& operator=(const child_process&) = delete;
    ~child_process();

    void signal(int number) const;
    /// Its exit status, 128 + the signal's number where one ended it, -1 where it still runs then.
    int wait(std::chrono::milliseconds limit = std::chrono::seconds(30));
    [[nodiscard]] bool runs();
    [[nodiscard]] int pid() const noexcept { return pid_; }

private:
    int pid_;
    int status_ = -1;
};

/// A real broker, on a free port of loopback, with a cluster of its own in a temporary folder.
class meridian_process {
public:
    /// Runs when the constructor returns. `flags` are added to `meridian serve`; with `--db` among
    /// them it has no cluster.
    explicit meridian_process(std::vector<std::string> flags = {});
    meridian_process(const meridian_process&) = delete;
    meridian_process& operator=(const meridian_process&) = delete;
    /// Stops broker and cluster.
    ~meridian_process();

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_.path(); }
    [[nodiscard]] child_process& process() { return *process_; }

    /// SIGTERM, and the exit status.
    int stop();
    /// SIGKILL; its cluster stays.
    void kill();
    /// Starts it again on the same folder (the port may be another one), with `flags` added.
    void start(const std::vector<std::string>& flags = {});
    /// The process that runs the embedded cluster; 0 where none does.
    [[nodiscard]] int postmaster() const;

private:
    temporary_folder folder_;
    std::vector<std::string> flags_;
    std::unique_ptr<child_process> process_;
    std::uint16_t port_ = 0;
};

/// The broker that the tests of this program share; they keep apart by tenant.
[[nodiscard]] meridian_process& shared_broker();

/// A tenant's name that no test has had.
[[nodiscard]] std::string fresh_tenant_name();

/// A client of the shared broker in a tenant of its own, which has no Entity but exists: an Entity
/// was created in it and deleted again (5.5.10: only a creation makes a tenant).
[[nodiscard]] http_client fresh_tenant();

/// As fresh_tenant, in another broker.
[[nodiscard]] http_client fresh_tenant(const meridian_process& broker);

} // namespace meridian::test
