#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace meridian::api {

/// What the lines of EXPLAIN (ANALYZE) tell at a glance.
struct plan_figures {
    std::vector<std::string> indexes;           ///< that are read, each once, as they come
    std::vector<std::string> tables_read_whole; ///< by sequential scans
    std::int64_t rows = 0;                      ///< that the statement gives
    double planning_milliseconds = 0;
    double execution_milliseconds = 0;
};

/// What a line does not say stays 0 or out.
[[nodiscard]] plan_figures read_plan_figures(const std::vector<std::string>& lines);

} // namespace meridian::api
