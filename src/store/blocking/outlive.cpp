#include "store/blocking/outlive.hpp"

#include <chrono>
#include <string>
#include <thread>

namespace meridian::store::blocking {
namespace {

constexpr std::chrono::seconds longest_wait{60};
constexpr std::chrono::milliseconds between_looks{20};

// A transaction holds the lock on its virtual id from its first statement to its end.
constexpr const char* select_under_way = R"sql(
SELECT coalesce(array_agg(l.virtualxid), '{}')::text
FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'virtualxid' AND a.datname = current_database() AND l.pid <> pg_backend_pid())sql";

constexpr const char* count_left = R"sql(
SELECT count(*) FROM pg_locks WHERE locktype = 'virtualxid' AND virtualxid = ANY($1::text[]))sql";

} // namespace

bool outlive_transactions(pqxx::connection& connection, const std::atomic<bool>& stop) {
    pqxx::nontransaction looking(connection);
    const auto under_way = looking.exec1(select_under_way)[0].as<std::string>();
    const auto until = std::chrono::steady_clock::now() + longest_wait;
    while (looking.exec_params1(count_left, under_way)[0].as<int>() > 0) {
        if (stop || std::chrono::steady_clock::now() > until)
            return false;
        std::this_thread::sleep_for(between_looks);
    }
    return true;
}

} // namespace meridian::store::blocking
