#pragma once

#include "meridian/store/blocking_pool.hpp"
#include "store/blocking/guard.hpp"

#include <optional>
#include <pqxx/pqxx>
#include <utility>

namespace meridian::store {

/// One connection of a blocking_pool, used by one thread at a time.
class blocking_pool::session {
public:
    explicit session(std::string conninfo) : conninfo_(std::move(conninfo)) {}

    /// Runs `work(pqxx::connection&)`, which gives a result<T>. If the connection turns out to be
    /// gone before anything can have been committed, once more on a new one.
    template <typename Work>
    [[nodiscard]] auto run(Work& work) -> decltype(work(std::declval<pqxx::connection&>())) {
        const bool was_open = connection_.has_value();
        auto first = attempt(work);
        if (connection_ || !was_open)
            return first;
        return attempt(work);
    }

private:
    template <typename Work>
    auto attempt(Work& work) -> decltype(work(std::declval<pqxx::connection&>())) {
        try {
            if (!connection_)
                connection_.emplace(conninfo_);
            return work(*connection_);
        } catch (const pqxx::broken_connection&) {
            connection_.reset();
            return blocking::current_problem();
        } catch (const std::exception&) {
            // in_doubt_error too: the COMMIT may have happened, so it is not tried again.
            return blocking::current_problem();
        }
    }

    std::string conninfo_;
    std::optional<pqxx::connection> connection_;
};

} // namespace meridian::store
