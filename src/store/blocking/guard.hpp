#pragma once

#include "meridian/base/result.hpp"

#include <exception>
#include <pqxx/pqxx>
#include <string>
#include <type_traits>
#include <vector>

namespace meridian::store::blocking {

/// The problem for what libpqxx throws; call it within a catch block.
[[nodiscard]] problem current_problem();

/// Runs `work`, which gives a result<T>, and turns what libpqxx throws into its problem.
template <typename Work>
[[nodiscard]] std::invoke_result_t<Work> guarded(Work&& work) {
    try {
        return std::forward<Work>(work)();
    } catch (const std::exception&) {
        return current_problem();
    }
}

/// Opens a connection for maintenance: our session settings, but no statement_timeout.
[[nodiscard]] result<std::string> maintenance_conninfo(const std::string& conninfo);
/// The same for the small stores, with a statement_timeout of 30 s.
[[nodiscard]] result<std::string> session_conninfo(const std::string& conninfo);

/// text[] as a literal, for libpqxx, which passes text only.
[[nodiscard]] std::string to_array(const std::vector<std::string>& values);
[[nodiscard]] std::string to_array(const std::vector<int>& values);

} // namespace meridian::store::blocking
