#include "app/database.hpp"

#include <algorithm>
#include <filesystem>
#include <thread>
#include <utility>

namespace meridian::app {
namespace {

/// For maintenance, tools and a superuser beside the readers and the lanes.
constexpr std::size_t spare_connections = 20;

store::cluster_options cluster_options(const config& settings) {
    store::cluster_options options;
    options.data_dir = std::filesystem::absolute(settings.data_dir);
    options.user = settings.embedded_user;
    options.shared_buffers_mb = static_cast<int>(settings.embedded_shared_buffers.value >> 20);
    options.max_connections =
        static_cast<int>(thread_count(settings) * settings.db_read_connections +
                         settings.write_lanes + spare_connections);
    return options;
}

} // namespace

std::size_t thread_count(const config& settings) {
    return settings.threads != 0 ? settings.threads
                                 : std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

result<database> open_database(const config& settings) {
    database opened;
    if (!settings.db.empty()) {
        opened.conninfo = settings.db;
        return opened;
    }
    MERIDIAN_TRY(auto cluster, store::embedded_cluster::start(cluster_options(settings)));
    opened.conninfo = cluster.conninfo();
    opened.embedded.emplace(std::move(cluster));
    return opened;
}

result<database> join_database(const config& settings) {
    if (settings.db.empty()) {
        const auto folder = std::filesystem::absolute(settings.data_dir);
        if (auto conninfo = store::embedded_cluster::running_on(folder)) {
            database joined;
            joined.conninfo = std::move(*conninfo);
            return joined;
        }
    }
    return open_database(settings);
}

} // namespace meridian::app
