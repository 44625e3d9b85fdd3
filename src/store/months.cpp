#include "store/months.hpp"

#include <fmt/format.h>
#include <string_view>
#include <thread>

namespace meridian::store {
namespace {

std::string digits(year_month month) {
    return fmt::format("{:04}{:02}", int(month.year()), unsigned(month.month()));
}

} // namespace

year_month month_of(timestamp at) {
    const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(at)};
    return day.year() / day.month();
}

timestamp beginning_of(year_month month) {
    return std::chrono::sys_days{month / 1};
}

std::string bound_of(year_month month) {
    return fmt::format("{:04}-{:02}-01 00:00:00+00", int(month.year()), unsigned(month.month()));
}

std::string open_table(year_month month) {
    return "history_" + digits(month);
}

std::string folded_table(year_month month) {
    return "history_folded_" + digits(month);
}

std::vector<year_month> months_of(pqxx::connection& connection, const std::string& parent) {
    const pqxx::result names = pqxx::nontransaction(connection)
                                   .exec_params(R"sql(
        SELECT left(digits, 4)::int, right(digits, 2)::int
        FROM pg_inherits, pg_class, LATERAL substring(relname FROM '_(\d{6})$') AS digits
        WHERE inhparent = $1::regclass AND inhrelid = pg_class.oid AND digits IS NOT NULL
        ORDER BY digits
        )sql",
                                                parent);
    std::vector<year_month> months;
    for (const pqxx::row& name : names)
        months.push_back(std::chrono::year{name[0].as<int>()} /
                         std::chrono::month{name[1].as<unsigned>()});
    return months;
}

void with_short_lock(pqxx::connection& connection, const std::string& tables,
                     const std::function<void(pqxx::work&)>& change) {
    constexpr int attempts = 50;
    for (int attempt = 1;; ++attempt) {
        try {
            pqxx::work transaction(connection);
            // Autovacuum gives way to who waits for a second: here, where nobody else has to.
            transaction.exec("SET LOCAL lock_timeout = '10s'");
            transaction.exec("LOCK TABLE ONLY " + tables + " IN SHARE UPDATE EXCLUSIVE MODE");
            // Whoever comes after us waits as long as we do.
            transaction.exec("SET LOCAL lock_timeout = '50ms'");
            change(transaction);
            transaction.commit();
            return;
        } catch (const pqxx::sql_error& refused) {
            constexpr std::string_view lock_not_available = "55P03";
            constexpr std::string_view deadlock = "40P01";
            if ((refused.sqlstate() != lock_not_available && refused.sqlstate() != deadlock) ||
                attempt == attempts)
                throw;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{20} * attempt);
    }
}

} // namespace meridian::store
