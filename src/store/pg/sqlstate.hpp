#pragma once

#include "meridian/base/problem.hpp"

#include <string_view>

namespace meridian::store::pg {

/// What an SQLSTATE (PostgreSQL, appendix A) means to the caller. The one table is in
/// sqlstate.cpp; a code that it does not list is an internal_error.
[[nodiscard]] problem_kind kind_of(std::string_view sqlstate) noexcept;

/// Whether the same transaction may simply be run again: deadlock, serialization failure, lock not
/// available, and everything that says that the server went away before it committed.
[[nodiscard]] bool is_retryable(std::string_view sqlstate) noexcept;

/// The problem for a statement that the server refused. The server's own message is shown where
/// the request's data are at fault, never where it would disclose the schema (internal_error).
[[nodiscard]] problem to_problem(std::string_view sqlstate, std::string_view message);

/// SQLSTATE of a connection that broke (08006).
inline constexpr std::string_view connection_failure = "08006";

} // namespace meridian::store::pg
