#pragma once

#include "meridian/store/embedded_cluster.hpp"

#include <filesystem>
#include <string>

namespace meridian::test {

/// A folder that is removed with everything in it at the end.
class temporary_folder {
public:
    temporary_folder();
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;
    ~temporary_folder();
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

/// The cluster of this test program: started at the first use, stopped when the program ends.
/// Its databases do not survive a power cut (fsync off).
[[nodiscard]] store::embedded_cluster& test_cluster();

/// A new empty database; gives its connection string. About 50 ms.
[[nodiscard]] std::string create_database();

/// A new database with the current schema, copied from one that is migrated once: about 100 ms.
[[nodiscard]] std::string create_migrated_database();

/// One database with the current schema, shared by the tests of this program that keep apart by
/// tenant. No cost after the first call.
[[nodiscard]] const std::string& shared_database();

/// Runs SQL on a database and gives the first column of the first row as text.
std::string run_sql(const std::string& conninfo, const std::string& sql);

} // namespace meridian::test
