#include "meridian/federation/turns.hpp"

#include "meridian/base/await.hpp"

#include <algorithm>
#include <utility>

namespace meridian::federation {

namespace asio = boost::asio;

namespace {
constexpr std::size_t hosts_kept = 1'000; ///< before those that nobody sends to are forgotten
}

asio::awaitable<result<turns::turn>> turns::wait(std::string name, clock::time_point deadline) {
    if (hosts_.size() >= hosts_kept)
        forget_idle();
    auto& known = hosts_[std::move(name)];
    if (!known)
        known = std::make_shared<host>();
    auto at = known;
    if (active_ < limits_.at_once && at->active < limits_.per_host && at->waiting.empty()) {
        ++active_;
        ++at->active;
        co_return turn(*this, std::move(at));
    }
    if (waiting_ >= limits_.waiting)
        co_return problem(problem_kind::too_many_requests,
                          "too many requests wait for Context Sources");
    waiter self(co_await asio::this_coro::executor, deadline);
    const auto place = at->waiting.insert(at->waiting.end(), &self);
    ++waiting_;
    open(*at);
    (void)co_await self.timer.async_wait(base::await);
    --waiting_;
    if (self.granted)
        co_return turn(*this, std::move(at));
    at->waiting.erase(place);
    if (at->waiting.empty() && std::exchange(at->is_open, false))
        open_.remove(at.get());
    co_return problem(problem_kind::gateway_timeout,
                      "not sent: too many requests to Context Sources are under way");
}

void turns::give_back(host& at) {
    --active_;
    --at.active;
    open(at);
    grant();
}

void turns::open(host& at) {
    if (at.is_open || at.waiting.empty() || at.active >= limits_.per_host)
        return;
    at.is_open = true;
    open_.push_back(&at);
}

/// Gives the turns that are free; one is taken at once, before its waiter runs.
void turns::grant() {
    while (active_ < limits_.at_once && !open_.empty()) {
        auto& at = *open_.front();
        open_.pop_front();
        at.is_open = false;
        auto* next = at.waiting.front();
        at.waiting.pop_front();
        ++active_;
        ++at.active;
        next->granted = true;
        next->timer.cancel();
        open(at);
    }
}

void turns::forget_idle() {
    std::erase_if(hosts_, [](const auto& one) { return one.second.use_count() == 1; });
}

} // namespace meridian::federation
