#include "subscription/delivery.hpp"

#include "meridian/base/await.hpp"
#include "meridian/base/log.hpp"
#include "subscription/background.hpp"
#include "subscription/delivery_parts.hpp"

#include <algorithm>
#include <tuple>

namespace meridian::subscription {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds lease{60};
constexpr std::chrono::seconds lease_check{20};
constexpr std::chrono::milliseconds longest_pause{60'000};
constexpr std::size_t most_in_one = 500; ///< changes in a throttled Subscription's notification

std::size_t share(std::size_t of, std::size_t loops) {
    return std::max<std::size_t>(1, of / std::max<std::size_t>(1, loops));
}

std::chrono::milliseconds pause_after(std::size_t failures, std::chrono::milliseconds first) {
    const auto doubled = first * (std::int64_t{1} << std::min<std::size_t>(failures - 1, 10));
    return std::min<std::chrono::milliseconds>(doubled, longest_pause);
}

} // namespace

delivery::delivery(std::shared_ptr<core> shared, loop on, std::size_t loops)
    : shared_(std::move(shared)), sender_(shared_, std::move(on)),
      limit_(share(shared_->how.concurrency, loops)),
      limit_per_host_(share(shared_->how.concurrency_per_host, loops)),
      limit_waiting_(share(shared_->how.waiting, loops)), lease_timer_(executor()) {}

delivery::~delivery() {
    forget_queues();
}

void delivery::start() {
    run_in_background(executor(), keep_leases());
}

// ---- rows come in ------------------------------------------------------------------------------

void delivery::offer(std::vector<store::outbox_row> rows, origin from) {
    if (from == origin::outbox) {
        shared_->taken_over += rows.size();
        run_in_background(executor(), accept_unread(std::move(rows)));
        return;
    }
    if (is_stopping_ || is_behind_ || held_.size() + rows.size() > limit_waiting_) {
        is_behind_ = true;
        std::vector<std::int64_t> ids;
        for (const auto& one : rows)
            ids.push_back(one.id);
        run_in_background(executor(), let_go(std::move(ids)));
        return;
    }
    accept(std::move(rows));
}

asio::awaitable<void> delivery::let_go(std::vector<std::int64_t> ids) {
    const auto self = shared_from_this();
    ++shared_->releases;
    // Where that fails the lease ends by itself.
    (void)co_await sender_.on().outbox.release(std::move(ids));
    ++shared_->releases;
}

/// Another process may have written rows of Subscriptions that this one has not heard of.
asio::awaitable<void> delivery::accept_unread(std::vector<store::outbox_row> rows) {
    const auto self = shared_from_this();
    std::vector<store::tenant_id> read;
    for (const auto& one : rows) {
        const auto known = shared_->subscriptions.find(one.tenant);
        const bool is_known = known && known->find(one.subscription);
        if (is_known || std::ranges::find(read, one.tenant) != read.end())
            continue;
        read.push_back(one.tenant);
        if (const auto done = co_await shared_->subscriptions.read(one.tenant); !done) {
            spdlog::warn("notifications wait: {}", done.error().detail());
            co_return; // they come again when their lease ends
        }
    }
    accept(std::move(rows));
}

void delivery::accept(std::vector<store::outbox_row> rows) {
    for (auto& row : rows) {
        if (!held_.insert(row.id).second)
            continue;
        const auto known = shared_->subscriptions.find(row.tenant);
        auto of = known ? known->find(row.subscription) : nullptr;
        if (of)
            put(std::move(row), std::move(of));
        else
            delivered_.push_back(row.id); // 5.8.5: the Subscription is gone
    }
    if (!delivered_.empty() && !is_removing_)
        run_in_background(executor(), remove_delivered());
}

void delivery::put(store::outbox_row row, definition_ptr of) {
    auto& known = streams_[of->number];
    if (!known) {
        known = std::make_shared<stream>();
        known->subscription = of->number;
    }
    const auto stream_of = known;
    stream_of->host_name = of->endpoint.host;
    // 5.2.15 cooldown: what is to be told before it is over is not sent.
    if (clock::now() < stream_of->quiet_until) {
        delivered_.push_back(row.id);
        return;
    }
    auto key = std::to_string(of->number) + '|';
    if (of->throttling.count() == 0)
        key += row.entity_id;
    auto& found = queues_[key];
    if (!found) {
        found = std::make_shared<queue>();
        found->key = key;
        found->tenant = row.tenant;
        found->subscription = of->number;
        found->of = stream_of;
        ++stream_of->queues;
    }
    const auto target = found;
    const auto place = std::upper_bound(
        target->rows.begin() + static_cast<std::ptrdiff_t>(target->under_way), target->rows.end(),
        row, [](const store::outbox_row& left, const store::outbox_row& right) {
            return std::tie(left.created_at, left.id) < std::tie(right.created_at, right.id);
        });
    target->rows.insert(place, std::move(row));
    ++shared_->waiting;
    if (!target->is_scheduled)
        schedule(target);
}

// ---- whose turn it is --------------------------------------------------------------------------

void delivery::schedule(const queue_ptr& next) {
    next->is_scheduled = true;
    const auto when = std::max(next->not_before, next->of->not_before);
    if (when <= clock::now()) {
        make_ready(next);
        return;
    }
    next->timer = std::make_unique<asio::steady_timer>(executor(), when);
    next->timer->async_wait([self = shared_from_this(), next](const auto& error) {
        if (!error && !self->is_stopping_)
            self->make_ready(next);
    });
}

void delivery::make_ready(const queue_ptr& next) {
    next->of->ready.push_back(next);
    list(next->of);
    pump();
}

void delivery::list(const stream_ptr& one) {
    if (one->is_listed || one->ready.empty())
        return;
    one->is_listed = true;
    order_.push_back(one);
}

void delivery::pump() {
    while (!is_stopping_ && active_ < limit_ && !order_.empty()) {
        const auto next = order_.front();
        order_.pop_front();
        next->is_listed = false;
        // One that hangs leaves half of its host's share to others; it is listed again when one of
        // its own ends.
        if (next->ready.empty() || next->active >= std::max<std::size_t>(1, limit_per_host_ / 2))
            continue;
        auto& of = hosts_[next->host_name];
        if (!of)
            of = std::make_shared<host>();
        if (of->active < limit_per_host_) {
            begin(next);
            list(next);
        } else if (!next->is_blocked) {
            next->is_blocked = true;
            of->blocked.push_back(next);
        }
    }
}

void delivery::begin(const stream_ptr& of) {
    auto one = of->ready.front();
    of->ready.pop_front();
    one->calls = hosts_[of->host_name].get();
    ++one->calls->active;
    ++of->active;
    ++active_;
    run_in_background(executor(), deliver(std::move(one)));
}

void delivery::finish(const queue_ptr& one) {
    const auto of = one->of;
    auto& called = *one->calls;
    one->calls = nullptr;
    one->under_way = 0;
    --called.active;
    --of->active;
    --active_;
    if (one->rows.empty()) {
        queues_.erase(one->key);
        --of->queues;
    } else if (!is_stopping_) {
        schedule(one);
    }
    if (is_stopping_)
        return;
    list(of);
    if (!called.blocked.empty()) {
        const auto next = called.blocked.front();
        called.blocked.pop_front();
        next->is_blocked = false;
        list(next);
    }
    pump();
}

// ---- one attempt -------------------------------------------------------------------------------

asio::awaitable<void> delivery::deliver(queue_ptr one) {
    const auto self = shared_from_this();
    const auto known = shared_->subscriptions.find(one->tenant);
    const auto of = known ? known->find(one->subscription) : nullptr;
    auto outcome = verdict::dropped; // 5.8.6: gone, paused or expired
    std::size_t count = one->rows.size();
    if (of && of->is_active_at(core::now())) {
        count = of->throttling.count() > 0 ? std::min(count, most_in_one) : 1;
        one->under_way = count;
        try {
            outcome = co_await attempt(one, of, count);
        } catch (const std::exception& error) {
            spdlog::error("a notification of {}: {}", of->id, error.what());
            outcome = verdict::failed;
        }
    }
    if (of && outcome != verdict::dropped) {
        if (of->throttling.count() > 0)
            one->of->not_before = clock::now() + of->throttling;
        if (outcome == verdict::failed && of->endpoint.cooldown.count() > 0)
            one->of->quiet_until = clock::now() + of->endpoint.cooldown;
    }
    settle(one, outcome, count);
    finish(one);
}

asio::awaitable<delivery::verdict> delivery::attempt(queue_ptr one, definition_ptr of,
                                                     std::size_t count) {
    std::vector<std::pair<std::string, std::string>> owed;
    std::vector<ngsild::name_id> unknown;
    for (std::size_t at = 0; at < count; ++at) {
        const auto& row = one->rows[at];
        owed.emplace_back(row.entity_id, row.payload);
        std::ranges::copy(unknown_names(row.payload, shared_->dictionary),
                          std::back_inserter(unknown));
    }
    if (!unknown.empty()) {
        auto asking = shared_->dictionary.look_up_ids(std::move(unknown));
        if (const auto known = co_await std::move(asking); !known)
            co_return verdict::failed;
    }
    std::vector<told_entity> told;
    for (const auto& [id, payload] : owed) {
        auto what = decode_owed(payload, shared_->dictionary);
        if (!what) {
            spdlog::error("a notification of {}: {}", of->id, what.error().detail());
            continue;
        }
        const auto same = std::ranges::find(told, id, &told_entity::id);
        if (same == told.end())
            told.emplace_back(id, std::move(*what));
        else
            join(same->what, std::move(*what));
    }
    if (told.empty())
        co_return verdict::dropped;
    auto sending = sender_.send_changes(of, std::move(told));
    const auto sent = co_await std::move(sending);
    if (!sent)
        spdlog::debug("a notification of {}: {}", of->id, sent.error().detail());
    co_return sent ? verdict::delivered : verdict::failed;
}

void delivery::settle(const queue_ptr& one, verdict outcome, std::size_t count) {
    if (outcome == verdict::failed && one->failures < shared_->how.retries) {
        ++one->failures;
        const auto pause = pause_after(one->failures, shared_->how.retry_interval);
        one->not_before = std::max(clock::now() + pause, one->of->quiet_until);
        return;
    }
    if (outcome == verdict::failed) {
        ++shared_->given_up;
        spdlog::warn("notification of {} given up after {} attempts", one->rows.front().entity_id,
                     one->failures + 1);
    }
    one->failures = 0;
    one->not_before = {};
    drop_front(*one, count);
}

void delivery::drop_front(queue& of, std::size_t count) {
    for (std::size_t at = 0; at < count; ++at) {
        delivered_.push_back(of.rows.front().id);
        of.rows.pop_front();
        --shared_->waiting;
    }
    if (!is_removing_)
        run_in_background(executor(), remove_delivered());
}

// ---- the outbox --------------------------------------------------------------------------------

asio::awaitable<void> delivery::remove_delivered() {
    const auto self = shared_from_this();
    if (is_removing_)
        co_return;
    is_removing_ = true;
    while (!delivered_.empty() && !is_stopping_) {
        // What is delivered while one statement is under way goes into the next.
        auto ids = std::exchange(delivered_, {});
        auto removing = sender_.on().outbox.remove(ids);
        if (co_await std::move(removing)) {
            for (const auto id : ids)
                held_.erase(id);
            continue;
        }
        delivered_.insert(delivered_.end(), ids.begin(), ids.end());
        asio::steady_timer pause(executor(), 1s);
        co_await pause.async_wait(base::await);
    }
    is_removing_ = false;
}

asio::awaitable<void> delivery::keep_leases() {
    const auto self = shared_from_this();
    while (!is_stopping_) {
        lease_timer_.expires_after(lease_check);
        co_await lease_timer_.async_wait(base::await);
        if (is_stopping_)
            break;
        forget_idle_streams();
        if (held_.empty())
            continue;
        std::vector<std::int64_t> ids(held_.begin(), held_.end());
        auto extending = sender_.on().outbox.extend(std::move(ids), lease);
        if (const auto extended = co_await std::move(extending); !extended)
            spdlog::warn("leases of the outbox: {}", extended.error().detail());
    }
}

void delivery::forget_idle_streams() {
    const auto now = clock::now();
    std::erase_if(streams_, [now](const auto& each) {
        const auto& one = *each.second;
        return one.queues == 0 && one.not_before <= now && one.quiet_until <= now;
    });
    std::erase_if(hosts_, [](const auto& each) {
        return each.second->active == 0 && each.second->blocked.empty();
    });
}

asio::awaitable<void> delivery::stop(std::chrono::steady_clock::time_point deadline) {
    const auto self = shared_from_this();
    is_stopping_ = true;
    lease_timer_.cancel();
    for (const auto& [key, one] : queues_)
        if (one->timer)
            one->timer->cancel();
    while ((active_ > 0 || is_removing_) && clock::now() < deadline) {
        asio::steady_timer pause(executor(), 10ms);
        co_await pause.async_wait(base::await);
    }
    if (!delivered_.empty()) {
        auto ids = std::exchange(delivered_, {});
        for (const auto id : ids)
            held_.erase(id);
        (void)co_await sender_.on().outbox.remove(std::move(ids)); // else they are sent again
    }
    if (!held_.empty()) {
        std::vector<std::int64_t> ids(held_.begin(), held_.end());
        co_await let_go(std::move(ids));
    }
    forget_queues();
}

void delivery::forget_queues() {
    queues_.clear();
    for (const auto& [number, one] : streams_)
        one->ready.clear(); // whose queues hold their stream in turn
    streams_.clear();
    order_.clear();
}

} // namespace meridian::subscription
