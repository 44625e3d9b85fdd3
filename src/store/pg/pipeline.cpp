#include "store/pg/pipeline.hpp"

#include "store/pg/sqlstate.hpp"

#include <cassert>
#include <utility>

namespace meridian::store::pg {
namespace {

struct refusal {
    std::string sqlstate;
    std::string message;
};

refusal read_refusal(const PGresult* from) {
    const char* sqlstate = PQresultErrorField(from, PG_DIAG_SQLSTATE);
    const char* message = PQresultErrorField(from, PG_DIAG_MESSAGE_PRIMARY);
    return {sqlstate != nullptr ? sqlstate : std::string(connection_failure),
            message != nullptr ? message : PQresultErrorMessage(from)};
}

failure to_failure(const PGresult* from, std::size_t step) {
    refusal why = read_refusal(from);
    problem what = to_problem(why.sqlstate, why.message);
    // A refusal without SQLSTATE is libpq's own: the connection broke. One that says that the
    // server ends the session may come right behind a COMMIT that has happened.
    const bool answered = PQresultErrorField(from, PG_DIAG_SQLSTATE) != nullptr &&
                          !why.sqlstate.starts_with("57P") && !why.sqlstate.starts_with("08");
    return {std::move(what), std::move(why.sqlstate), step,
            answered ? fate::refused : fate::unknown};
}

} // namespace

bool failure::is_retryable() const noexcept {
    return state == fate::not_sent || (state == fate::refused && pg::is_retryable(sqlstate));
}

void pipeline::expect_prepare(std::string name) {
    entry& added = waiting_.emplace_back();
    added.name = std::move(name);
    added.steps = 1;
}

void pipeline::expect(std::unique_ptr<waiter> who, std::size_t steps) {
    entry& added = waiting_.emplace_back();
    added.who = std::move(who);
    added.steps = steps;
    added.what.results.reserve(steps);
    ++units_;
}

void pipeline::accept(PGresult* owned) {
    if (waiting_.empty()) { // cannot be: libpq invents no results
        PQclear(owned);
        return;
    }
    entry& current = waiting_.front();
    if (owned == nullptr) {
        ++current.answered;
        return;
    }
    if (PQresultStatus(owned) == PGRES_PIPELINE_SYNC) {
        PQclear(owned);
        finish_unit();
        return;
    }
    note_result(current, owned);
}

void pipeline::note_result(entry& current, PGresult* owned) {
    result taken(owned);
    switch (PQresultStatus(owned)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
        current.what.results.push_back(std::move(taken));
        break;
    case PGRES_PIPELINE_ABORTED: // told by the error before it
        break;
    default:
        if (!current.what.failed)
            current.what.failed = to_failure(owned, current.answered);
        break;
    }
}

void pipeline::finish_unit() {
    entry done = std::move(waiting_.front());
    waiting_.pop_front();
    if (!done.who) {
        if (done.what.failed) {
            refused_.push_back(std::move(done.name));
            blame_ = std::move(done.what.failed);
        }
        return;
    }
    --units_;
    if (done.what.failed && blame_)
        done.what.failed = std::move(blame_);
    blame_.reset();
    completed_.push_back({std::move(done.who), std::move(done.what)});
}

std::vector<pipeline::completion> pipeline::take_completed() {
    return std::exchange(completed_, {});
}

std::vector<std::string> pipeline::take_refused() {
    return std::exchange(refused_, {});
}

void pipeline::break_off(const std::string& why) {
    for (entry& lost : waiting_) {
        if (!lost.who)
            continue;
        if (!lost.what.failed || lost.what.failed->state != fate::refused)
            lost.what.failed.emplace(
                problem(problem_kind::unavailable, "the connection to the database broke: " + why),
                std::string(connection_failure), lost.answered, fate::unknown);
        completed_.push_back({std::move(lost.who), std::move(lost.what)});
    }
    waiting_.clear();
    blame_.reset();
    units_ = 0;
}

} // namespace meridian::store::pg
