#include "store/pg/sqlstate.hpp"

#include "meridian/base/log.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <string>

namespace meridian::store::pg {
namespace {

enum class again { no, yes };

/// A row matches every SQLSTATE that begins with `prefix`; the first row that matches counts.
struct meaning {
    std::string_view prefix;
    problem_kind kind;
    again retry;
};

constexpr std::array meanings{
    meaning{"08", problem_kind::unavailable, again::yes},         // connection exceptions
    meaning{"0A000", problem_kind::internal_error, again::no},    // feature not supported
    meaning{"22", problem_kind::bad_request_data, again::no},     // data exceptions
    meaning{"23", problem_kind::internal_error, again::no},       // constraints we should have kept
    meaning{"25P03", problem_kind::unavailable, again::yes},      // idle in transaction too long
    meaning{"25006", problem_kind::unavailable, again::yes},      // read-only: a failover under way
    meaning{"40", problem_kind::unavailable, again::yes},         // deadlock, serialization failure
    meaning{"53", problem_kind::unavailable, again::no},          // disk full, out of memory …
    meaning{"54001", problem_kind::too_complex_query, again::no}, // statement too complex
    meaning{"54", problem_kind::bad_request_data, again::no}, // program limits: key too long …
    meaning{"55P03", problem_kind::unavailable, again::yes},  // lock not available
    meaning{"57014", problem_kind::too_complex_query, again::no}, // statement_timeout
    meaning{"57P", problem_kind::unavailable, again::yes}, // the server goes down or comes up
    meaning{"58", problem_kind::unavailable, again::no},   // the server's operating system
};

const meaning* find(std::string_view sqlstate) noexcept {
    const auto* found = std::ranges::find_if(
        meanings, [&](const meaning& row) { return sqlstate.starts_with(row.prefix); });
    return found == meanings.end() ? nullptr : found;
}

} // namespace

problem_kind kind_of(std::string_view sqlstate) noexcept {
    const meaning* found = find(sqlstate);
    return found != nullptr ? found->kind : problem_kind::internal_error;
}

bool is_retryable(std::string_view sqlstate) noexcept {
    const meaning* found = find(sqlstate);
    return found != nullptr && found->retry == again::yes;
}

problem to_problem(std::string_view sqlstate, std::string_view message) {
    const problem_kind kind = kind_of(sqlstate);
    switch (kind) {
    case problem_kind::bad_request_data:
        return problem(kind, fmt::format("the database refuses the value: {}", message));
    case problem_kind::too_complex_query:
        return problem(kind, "the query takes the database too long");
    case problem_kind::unavailable:
        spdlog::warn("database, SQLSTATE {}: {}", sqlstate, message);
        return problem(kind, fmt::format("the database is not available (SQLSTATE {})", sqlstate));
    default:
        // A lane that collides with another over a new URI simply tries again: no fault of anyone.
        spdlog::log(sqlstate == "23505" ? spdlog::level::debug : spdlog::level::err,
                    "database, SQLSTATE {}: {}", sqlstate, message);
        return problem(kind,
                       fmt::format("the database refused a statement (SQLSTATE {})", sqlstate));
    }
}

} // namespace meridian::store::pg
