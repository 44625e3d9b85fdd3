#include "meridian/store/embedded_cluster.hpp"
#include "support/cluster.hpp"

#include <csignal>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace meridian::store {
namespace {

cluster_options options_for(const std::filesystem::path& folder) {
    cluster_options options;
    options.data_dir = folder;
    options.shared_buffers_mb = 16;
    options.fsync = false;
    return options;
}

/// Starts a cluster in a process of its own, which then dies without a word, as a broker that gets
/// SIGKILL does. Gives the postmaster's pid.
pid_t start_and_die(const cluster_options& options) {
    int channel[2];
    if (pipe(channel) != 0)
        return -1;
    const pid_t broker = fork();
    if (broker == 0) {
        auto cluster = embedded_cluster::start(options);
        const pid_t postmaster = cluster ? cluster->postmaster_pid() : -1;
        (void)!write(channel[1], &postmaster, sizeof postmaster);
        kill(getpid(), SIGKILL);
    }
    pid_t postmaster = -1;
    close(channel[1]);
    (void)!read(channel[0], &postmaster, sizeof postmaster);
    close(channel[0]);
    waitpid(broker, nullptr, 0);
    return postmaster;
}

TEST(embedded_cluster, keeps_its_data_over_a_restart_that_takes_less_than_two_seconds) {
    const test::temporary_folder folder;
    {
        auto first = embedded_cluster::start(options_for(folder.path()));
        ASSERT_TRUE(first) << first.error().detail();
        test::run_sql(first->conninfo(), "CREATE TABLE kept AS SELECT 42 AS n");
        EXPECT_EQ(test::run_sql(first->conninfo(), "SHOW listen_addresses"), "");
        EXPECT_EQ(test::run_sql(first->conninfo(),
                                "SELECT datcollate FROM pg_database WHERE datname = 'meridian'"),
                  "C.UTF-8");
    }
    const auto begin = std::chrono::steady_clock::now();
    auto second = embedded_cluster::start(options_for(folder.path()));
    ASSERT_TRUE(second) << second.error().detail();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{2});
    EXPECT_EQ(test::run_sql(second->conninfo(), "SELECT n FROM kept"), "42");
}

TEST(embedded_cluster, a_second_broker_on_the_same_folder_is_refused) {
    const test::temporary_folder folder;
    auto first = embedded_cluster::start(options_for(folder.path()));
    ASSERT_TRUE(first) << first.error().detail();
    auto second = embedded_cluster::start(options_for(folder.path()));
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().detail(),
              "another broker uses the data folder " + folder.path().string());
    EXPECT_EQ(test::run_sql(first->conninfo(), "SELECT 1"), "1");
}

TEST(embedded_cluster, the_postmaster_of_a_killed_broker_is_taken_over) {
    const test::temporary_folder folder;
    const pid_t orphan = start_and_die(options_for(folder.path()));
    ASSERT_GT(orphan, 0);
    auto next = embedded_cluster::start(options_for(folder.path()));
    ASSERT_TRUE(next) << next.error().detail();
    EXPECT_TRUE(next->was_adopted());
    EXPECT_EQ(next->postmaster_pid(), orphan);
    EXPECT_EQ(test::run_sql(next->conninfo(), "SELECT 1"), "1");
    next->stop();
    // Dead, though init may not have waited for it yet.
    std::error_code error;
    (void)std::filesystem::read_symlink("/proc/" + std::to_string(orphan) + "/cwd", error);
    EXPECT_TRUE(error);
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "postgres/data/postmaster.pid"));
}

TEST(embedded_cluster, a_killed_postmaster_recovers_at_the_next_start) {
    const test::temporary_folder folder;
    const pid_t orphan = start_and_die(options_for(folder.path()));
    ASSERT_GT(orphan, 0);
    kill(orphan, SIGKILL);
    auto next = embedded_cluster::start(options_for(folder.path()));
    ASSERT_TRUE(next) << next.error().detail();
    EXPECT_FALSE(next->was_adopted());
    EXPECT_EQ(test::run_sql(next->conninfo(), "SELECT 1"), "1");
}

TEST(embedded_cluster, a_stale_pid_file_that_names_another_process_is_ignored) {
    const test::temporary_folder folder;
    {
        auto first = embedded_cluster::start(options_for(folder.path()));
        ASSERT_TRUE(first) << first.error().detail();
    }
    std::ofstream(folder.path() / "postgres/data/postmaster.pid") << getpid() << "\n";
    auto next = embedded_cluster::start(options_for(folder.path()));
    ASSERT_TRUE(next) << next.error().detail();
    EXPECT_EQ(test::run_sql(next->conninfo(), "SELECT 1"), "1");
}

TEST(embedded_cluster, a_path_too_long_for_a_socket_gets_a_private_folder_elsewhere) {
    const test::temporary_folder folder;
    const auto deep = folder.path() / std::string(90, 'x');
    std::string sockets;
    {
        auto cluster = embedded_cluster::start(options_for(deep));
        ASSERT_TRUE(cluster) << cluster.error().detail();
        EXPECT_EQ(test::run_sql(cluster->conninfo(), "SELECT 1"), "1");
        std::getline(std::ifstream(deep / "postgres/socket_folder"), sockets);
    }
    ASSERT_FALSE(sockets.empty());
    EXPECT_TRUE(std::filesystem::is_directory(sockets));
    std::filesystem::remove_all(sockets);
}

TEST(embedded_cluster, interrupting_our_process_group_does_not_reach_the_postmaster) {
    const test::temporary_folder folder;
    auto cluster = embedded_cluster::start(options_for(folder.path()));
    ASSERT_TRUE(cluster) << cluster.error().detail();
    EXPECT_NE(getpgid(cluster->postmaster_pid()), getpgrp());
    EXPECT_NE(getsid(cluster->postmaster_pid()), getsid(0));
}

} // namespace
} // namespace meridian::store
