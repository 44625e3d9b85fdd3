#include "meridian/store/migrate.hpp"

#include "meridian/base/log.hpp"
#include "meridian/store/partitions.hpp"
#include "store/blocking/guard.hpp"
#include "store/migrations.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <span>

namespace meridian::store {
namespace {

/// Any number that nobody else uses: "meri" in ASCII.
constexpr const char* take_lock = "SELECT pg_advisory_lock(1835364969)";

/// "0003_subject.sql" → 3.
int number_of(const embedded_file& file) noexcept {
    int number = 0;
    std::from_chars(file.name.data(), file.name.data() + file.name.size(), number);
    return number;
}

int applied_version(pqxx::connection& connection) {
    pqxx::work transaction(connection);
    transaction.exec(R"sql(
        CREATE TABLE IF NOT EXISTS schema_version (
          version int PRIMARY KEY,
          applied_at timestamptz NOT NULL DEFAULT now())
    )sql");
    const int version =
        transaction.exec1("SELECT coalesce(max(version), 0) FROM schema_version")[0].as<int>();
    transaction.commit();
    return version;
}

result<void> apply(pqxx::connection& connection, const embedded_file& file) {
    try {
        pqxx::work transaction(connection);
        transaction.exec(std::string(file.text));
        transaction.exec_params("INSERT INTO schema_version (version) VALUES ($1)",
                                number_of(file));
        transaction.commit();
    } catch (const std::exception& failure) {
        return problem(problem_kind::unavailable,
                       fmt::format("migration {} does not run: {}", file.name, failure.what()));
    }
    spdlog::info("applied migration {}", file.name);
    return {};
}

result<int> apply_all(const std::string& conninfo) {
    MERIDIAN_TRY(const std::string settings, blocking::maintenance_conninfo(conninfo));
    pqxx::connection connection(settings);
    pqxx::nontransaction(connection).exec(take_lock); // until the connection closes
    const int present = applied_version(connection);
    const int newest = newest_schema_version();
    if (present > newest)
        return problem(problem_kind::unavailable,
                       fmt::format("the database has schema {}, this binary knows {} at most: use "
                                   "a newer Meridian",
                                   present, newest));
    for (const embedded_file& file : migration_files())
        if (number_of(file) > present)
            MERIDIAN_CHECK(apply(connection, file));
    return newest;
}

} // namespace

int newest_schema_version() noexcept {
    const std::span<const embedded_file> files = migration_files();
    return files.empty() ? 0 : number_of(files.back());
}

result<int> migrate(const std::string& conninfo) {
    MERIDIAN_TRY(const int version, blocking::guarded([&] { return apply_all(conninfo); }));
    const auto now =
        std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
    MERIDIAN_CHECK(ensure_partitions(conninfo, now));
    return version;
}

} // namespace meridian::store
