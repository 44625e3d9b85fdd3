#include "store/lanes/lane.hpp"

#include "meridian/base/await.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>

namespace meridian::store {
namespace {

using clock_type = std::chrono::steady_clock;

problem unavailable(const char* why) {
    return problem(problem_kind::unavailable, why);
}

answers refusals(const order& of, const problem& why) {
    answers given;
    for (const entity_change& change : of.changes)
        given.emplace_back(problem(why).for_entity(change.entity_id));
    return given;
}

} // namespace

lane::lane(asio::any_io_executor executor, std::shared_ptr<const lane_surroundings> around)
    : executor_(std::move(executor)), around_(std::move(around)),
      idle_(executor_, asio::steady_timer::time_point::max()) {}

std::shared_ptr<lane> lane::create(asio::any_io_executor executor,
                                   std::shared_ptr<const lane_surroundings> around) {
    std::shared_ptr<lane> made(new lane(std::move(executor), std::move(around)));
    asio::dispatch(made->executor_, [made] {
        const database_options& options = made->around_->options;
        pg::connection_options how;
        how.conninfo = options.conninfo;
        how.application_name = options.application_name;
        how.statement_timeout = options.statement_timeout;
        how.longest_backoff = std::chrono::milliseconds{500};
        how.warm_up = true;
        if (!made->closed_)
            made->connection_ = pg::connection::open(made->executor_, how);
    });
    return made;
}

void lane::submit(order what) {
    asio::post(executor_, [self = shared_from_this(), what = std::move(what)]() mutable {
        self->accept(std::move(what));
    });
}

void lane::accept(order what) {
    if (closed_ || waiting_.size() >= most_waiting) {
        const char* why = closed_ ? "the broker is stopping" : "too many changes wait";
        what.who->complete(refusals(what, unavailable(why)));
        return;
    }
    waiting_.push_back(std::move(what));
    if (running_)
        return;
    running_ = true;
    asio::co_spawn(executor_, empty_queue(shared_from_this()), asio::detached);
}

asio::awaitable<void> lane::empty_queue(std::shared_ptr<lane> self) {
    while (!self->waiting_.empty()) {
        std::vector<order> taken = self->take();
        co_await self->serve(std::move(taken));
    }
    self->running_ = false;
    self->idle_.cancel();
}

std::vector<order> lane::take() {
    std::vector<order> taken;
    std::size_t changes = 0;
    std::size_t bytes = 0;
    while (!waiting_.empty()) {
        const order& next = waiting_.front();
        const bool fits = changes + next.changes.size() <= most_changes &&
                          bytes + next.weight() <= most_bytes && !next.is_batch;
        if (!taken.empty() && !fits)
            break;
        changes += next.changes.size();
        bytes += next.weight();
        taken.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
        if (taken.back().is_batch)
            break;
    }
    return taken;
}

asio::awaitable<void> lane::serve(std::vector<order> taken) {
    std::vector<item> items;
    auto deadline = clock_type::time_point::min();
    for (order& one : taken) {
        deadline = std::max(deadline, one.deadline);
        for (entity_change& change : one.changes)
            items.emplace_back(std::move(change));
    }
    co_await carry_out(items, deadline);
    std::size_t at = 0;
    for (order& one : taken) {
        answers given;
        for (std::size_t count = one.changes.size(); count > 0; --count)
            given.push_back(std::move(*items[at++].answer));
        one.who->complete(std::move(given));
    }
}

asio::awaitable<void> lane::carry_out(std::span<item> items, clock_type::time_point deadline) {
    std::optional<problem> why;
    verdict seen = verdict::again;
    int retries = 0;
    int collisions = 0;
    while (true) {
        const auto patience =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock_type::now());
        const auto up =
            co_await connection_->ready(std::max(patience, std::chrono::milliseconds{0}));
        if (!up) {
            why = up.error();
            seen = verdict::away;
            break;
        }
        why.reset();
        seen = co_await attempt(items, why);
        if (seen == verdict::again && retries++ < most_retries)
            continue;
        if (seen == verdict::collided && collisions++ < most_collisions)
            continue;
        break;
    }
    if (seen == verdict::settled)
        co_return;
    // Those that were refused before any SQL have their answer; the rest is halved until what the
    // database does not take is alone.
    const bool may_halve = seen == verdict::refused && items.size() > 1;
    if (may_halve) {
        co_await carry_out(items.first(items.size() / 2), deadline);
        co_await carry_out(items.subspan(items.size() / 2), deadline);
        co_return;
    }
    for (item& one : items)
        if (!one.answer)
            one.answer.emplace(problem(*why).for_entity(one.what.entity_id));
}

asio::awaitable<result<void>> lane::ready(std::chrono::milliseconds deadline) {
    if (!connection_)
        co_return unavailable("the lane is closed");
    auto waiting = connection_->ready(deadline);
    co_return co_await std::move(waiting);
}

asio::awaitable<void> lane::drain() {
    closed_ = true;
    while (running_)
        (void)co_await idle_.async_wait(base::await);
    close();
}

void lane::close() noexcept {
    closed_ = true;
    if (connection_)
        connection_->close();
}

} // namespace meridian::store
