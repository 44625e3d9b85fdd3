#include "store/blocking/guard.hpp"

#include "meridian/base/log.hpp"
#include "store/pg/conninfo.hpp"
#include "store/pg/sqlstate.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace meridian::store::blocking {
namespace {

constexpr const char* common_options =
    "-c jit=off -c random_page_cost=1.1 -c search_path=public -c TimeZone=UTC "
    "-c DateStyle=ISO -c client_min_messages=warning";

} // namespace

problem current_problem() {
    try {
        throw;
    } catch (const pqxx::broken_connection& lost) {
        return pg::to_problem(pg::connection_failure, lost.what());
    } catch (const pqxx::in_doubt_error& doubt) {
        return pg::to_problem(pg::connection_failure, doubt.what());
    } catch (const pqxx::sql_error& refused) {
        return pg::to_problem(refused.sqlstate(), refused.what());
    } catch (const std::exception& other) {
        spdlog::error("database: {}", other.what());
        return problem(problem_kind::internal_error, "the database cannot be used as expected");
    }
}

result<std::string> maintenance_conninfo(const std::string& conninfo) {
    return pg::to_key_values(conninfo, common_options, "meridian maintenance");
}

result<std::string> session_conninfo(const std::string& conninfo) {
    return pg::to_key_values(conninfo,
                             fmt::format("{} -c statement_timeout=30000 "
                                         "-c idle_in_transaction_session_timeout=30000",
                                         common_options),
                             "meridian");
}

std::string to_array(const std::vector<std::string>& values) {
    std::string text = "{";
    for (const std::string& value : values) {
        text += text.size() > 1 ? ",\"" : "\"";
        for (const char c : value) {
            if (c == '"' || c == '\\')
                text.push_back('\\');
            text.push_back(c);
        }
        text.push_back('"');
    }
    return text + "}";
}

std::string to_array(const std::vector<int>& values) {
    return fmt::format("{{{}}}", fmt::join(values, ","));
}

} // namespace meridian::store::blocking
