#pragma once

#include "store/pg/parameters.hpp"

#include <deque>

namespace meridian::store::pg {

/// A statement by name. Prepared on a connection at its first use there, under its name; two
/// texts must never have the same name. Both are NUL-terminated and live as long as the await
/// that uses them; literals, or strings kept with the plan.
struct statement {
    constexpr statement(const char* statement_name, const char* sql) noexcept
        : name(statement_name), text(sql) {}
    const char* name;
    const char* text;
};

/// BEGIN, COMMIT, ROLLBACK for units of a write lane.
inline constexpr statement begin_transaction{"begin", "BEGIN"};
inline constexpr statement commit_transaction{"commit", "COMMIT"};
inline constexpr statement rollback_transaction{"rollback", "ROLLBACK"};

/// Several statements that travel together and are answered together: one write to the socket,
/// one Sync at the end. An error in one skips the rest of the unit, and nothing else.
/// A write lane sends {BEGIN, lock} as one unit and {changes…, COMMIT} as the next.
class unit {
public:
    struct step {
        explicit step(const statement& prepared) : what(prepared) {}
        statement what;
        parameters with;
    };

    /// Adds a statement; fill in its parameters at the reference, which stays valid.
    parameters& add(const statement& what) { return steps_.emplace_back(what).with; }
    [[nodiscard]] std::size_t size() const noexcept { return steps_.size(); }
    [[nodiscard]] const std::deque<step>& steps() const noexcept { return steps_; }

private:
    std::deque<step> steps_;
};

} // namespace meridian::store::pg
