#pragma once

#include "meridian/base/problem.hpp"
#include "store/pg/result.hpp"

#include <optional>
#include <string>
#include <vector>

namespace meridian::store::pg {

/// How far a failed unit came.
enum class fate {
    not_sent, ///< no byte reached the server: safe to run again
    refused,  ///< the server answered with an error, which undid what was not committed before it
    unknown,  ///< the connection broke after sending: a COMMIT in it may have happened
};

/// Why a unit failed.
struct failure {
    failure(problem why, std::string code, std::size_t at, fate how_far)
        : what(std::move(why)), sqlstate(std::move(code)), step(at), state(how_far) {}
    problem what;
    std::string sqlstate;
    std::size_t step; ///< the first statement that was not carried out
    fate state;

    /// Deadlock, serialization failure, or not sent at all: the transaction may be run again.
    [[nodiscard]] bool is_retryable() const noexcept;
};

/// What became of a unit: one result a statement, or the failure (then the results of the
/// statements before it).
struct outcome {
    std::vector<result> results;
    std::optional<failure> failed;
};

} // namespace meridian::store::pg
