#pragma once

#include "store/pg/outcome.hpp"

#include <atomic>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace meridian::store::pg {

/// Who is told the outcome of a unit, once.
class waiter {
public:
    virtual ~waiter() = default;
    virtual void complete(outcome what) = 0;
};

/// The queue of units that were sent and not yet answered, without any I/O: it is told what was
/// sent and fed the results in the order in which libpq hands them out, and says which units are
/// complete. The order is the protocol's; nothing here is searched.
class pipeline {
public:
    struct completion {
        std::unique_ptr<waiter> who;
        outcome what;
    };

    /// A Parse with its own Sync was sent. If the server refuses it, the next unit gets the blame.
    void expect_prepare(std::string name);
    /// A unit of `steps` statements and one Sync was sent.
    void expect(std::unique_ptr<waiter> who, std::size_t steps);

    /// Takes one result of PQgetResult; nullptr marks the end of one statement's results.
    void accept(PGresult* owned);
    /// Units that were completed by what was accepted, in order.
    [[nodiscard]] std::vector<completion> take_completed();
    /// Names that the server refused to prepare since the last call.
    [[nodiscard]] std::vector<std::string> take_refused();

    /// The connection broke: everything that waits becomes complete, with fate `unknown`.
    void break_off(const std::string& why);

    [[nodiscard]] bool is_idle() const noexcept { return waiting_.empty(); }
    /// Units that wait, without prepares.
    [[nodiscard]] std::size_t size() const noexcept { return units_; }

private:
    struct entry {
        std::unique_ptr<waiter> who; ///< none: a prepare
        std::string name;            ///< of the prepare
        std::size_t steps = 0;
        std::size_t answered = 0;
        outcome what;
    };

    void note_result(entry& current, PGresult* owned);
    void finish_unit();

    std::deque<entry> waiting_;
    std::vector<completion> completed_;
    std::vector<std::string> refused_;
    std::optional<failure> blame_;      ///< why the last prepare was refused
    std::atomic<std::size_t> units_{0}; ///< read from other threads for metrics
};

} // namespace meridian::store::pg
