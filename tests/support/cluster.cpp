#include "support/cluster.hpp"

#include "meridian/store/migrate.hpp"

#include <atomic>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>
#include <pqxx/pqxx>
#include <stdexcept>

namespace meridian::test {
namespace {

constexpr const char* template_database = "migrated";

struct running_cluster {
    temporary_folder folder;
    std::optional<store::embedded_cluster> cluster;

    running_cluster() {
        store::cluster_options options;
        options.data_dir = folder.path();
        options.shared_buffers_mb = 32;
        options.fsync = false;
        auto started = store::embedded_cluster::start(options);
        if (!started)
            throw std::runtime_error("the test cluster does not start: " +
                                     started.error().detail());
        cluster.emplace(std::move(*started));
    }
};

/// With the default database's connection string: statements that create databases.
void run_outside_transaction(const std::string& sql) {
    pqxx::connection connection(test_cluster().conninfo());
    pqxx::nontransaction(connection).exec(sql);
}

std::string create_from(const std::string& model) {
    static std::atomic<int> count{0};
    const std::string name = "test_" + std::to_string(++count);
    run_outside_transaction("CREATE DATABASE " + name + " TEMPLATE " + model);
    return test_cluster().conninfo(name);
}

} // namespace

temporary_folder::temporary_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "meridian-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
        throw std::runtime_error("cannot make a temporary folder");
    path_ = name;
    // The tests may run as root, the cluster then does not: it must be able to pass through.
    std::filesystem::permissions(path_, std::filesystem::perms::others_exec,
                                 std::filesystem::perm_options::add);
}

temporary_folder::~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

store::embedded_cluster& test_cluster() {
    static running_cluster running;
    return *running.cluster;
}

std::string create_database() {
    return create_from("template0");
}

std::string create_migrated_database() {
    static std::once_flag once;
    std::call_once(once, [] {
        run_outside_transaction(std::string("CREATE DATABASE ") + template_database +
                                " TEMPLATE template0");
        auto migrated = store::migrate(test_cluster().conninfo(template_database));
        if (!migrated)
            throw std::runtime_error("the test schema cannot be made: " +
                                     migrated.error().detail());
    });
    return create_from(template_database);
}

const std::string& shared_database() {
    static const std::string conninfo = create_migrated_database();
    return conninfo;
}

std::string run_sql(const std::string& conninfo, const std::string& sql) {
    pqxx::connection connection(conninfo);
    pqxx::work transaction(connection);
    const pqxx::result rows = transaction.exec(sql);
    transaction.commit();
    return rows.empty() || rows[0][0].is_null() ? std::string() : rows[0][0].as<std::string>();
}

} // namespace meridian::test
