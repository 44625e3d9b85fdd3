#include "subscription/keeper.hpp"

#include "meridian/base/await.hpp"
#include "meridian/base/log.hpp"
#include "subscription/background.hpp"

#include <boost/asio/post.hpp>

namespace meridian::subscription {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t rows_at_once = 500;
constexpr std::chrono::seconds lease{60};
constexpr std::int64_t runs_at_once = 50;
constexpr std::chrono::milliseconds books_interval = 1s;
constexpr std::chrono::milliseconds refresh_interval = 5s;

} // namespace

void hand_out(std::vector<store::outbox_row> rows, delivery::origin from,
              const std::vector<std::shared_ptr<delivery>>& to) {
    std::vector<std::vector<store::outbox_row>> shares(to.size());
    for (auto& row : rows)
        shares[loop_of(row.subscription, to.size())].push_back(std::move(row));
    for (std::size_t at = 0; at < to.size(); ++at)
        if (!shares[at].empty())
            asio::post(to[at]->executor(),
                       [by = to[at], from, share = std::move(shares[at])]() mutable {
                           by->offer(std::move(share), from);
                       });
}

keeper::keeper(std::shared_ptr<core> shared, std::vector<std::shared_ptr<delivery>> deliveries)
    : shared_(std::move(shared)), deliveries_(std::move(deliveries)) {
    for (std::size_t at = 0; at < task_count; ++at)
        timers_.push_back(std::make_unique<asio::steady_timer>(executor()));
}

const asio::any_io_executor& keeper::executor() const noexcept {
    return deliveries_.front()->executor();
}

void keeper::start() {
    running_ = task_count;
    run_in_background(executor(), repeat(take_over, shared_->how.poll_interval));
    run_in_background(executor(), repeat(periodic, shared_->how.periodic_interval));
    run_in_background(executor(), repeat(books, books_interval));
    run_in_background(executor(), repeat(refresh, refresh_interval));
}

asio::awaitable<void> keeper::stop() {
    const auto self = shared_from_this();
    is_stopping_ = true;
    for (const auto& one : timers_)
        one->cancel();
    while (running_ > 0) {
        asio::steady_timer pause(executor(), 10ms);
        co_await pause.async_wait(base::await);
    }
}

asio::awaitable<void> keeper::repeat(task which, std::chrono::milliseconds every) {
    const auto self = shared_from_this();
    while (!is_stopping_) {
        try {
            co_await run(which);
        } catch (const std::exception& error) {
            spdlog::error("notifications: {}", error.what());
        }
        if (is_stopping_)
            break;
        timers_[which]->expires_after(every);
        co_await timers_[which]->async_wait(base::await);
    }
    --running_;
}

asio::awaitable<void> keeper::run(task which) {
    result<void> done;
    switch (which) {
    case take_over:
        co_await take_over_all();
        break;
    case periodic:
        co_await begin_periodic();
        break;
    case books:
        done = co_await shared_->books.write();
        break;
    case refresh:
        done = co_await shared_->subscriptions.refresh();
        break;
    case task_count:
        break;
    }
    if (!done)
        spdlog::warn("notifications: {}", done.error().detail());
}

asio::awaitable<void> keeper::take_over_all() {
    auto& outbox = deliveries_.front()->with().on().outbox;
    while (!is_stopping_ && shared_->waiting < (shared_->how.waiting + 1) / 2) {
        const auto releases = shared_->releases.load();
        const auto limit =
            std::min(rows_at_once, std::max<std::size_t>(1, shared_->how.waiting / 2));
        auto taking = outbox.take(limit, lease);
        auto rows = co_await std::move(taking);
        if (!rows) {
            spdlog::warn("what is left in the outbox waits: {}", rows.error().detail());
            co_return;
        }
        const bool is_last = rows->size() < limit;
        if (!rows->empty())
            hand_out(std::move(*rows), delivery::origin::outbox, deliveries_);
        if (!is_last)
            continue;
        // Odd: rows are being let go of right now, which this look may have missed.
        if (releases % 2 == 0 && releases == shared_->releases)
            for (const auto& one : deliveries_)
                asio::post(one->executor(), [one] { one->caught_up(); });
        co_return;
    }
}

asio::awaitable<void> keeper::begin_periodic() {
    auto taking = shared_->stored.take_due(core::now(), runs_at_once, lease);
    const auto due = co_await std::move(taking);
    if (!due) {
        spdlog::warn("periodic Subscriptions wait: {}", due.error().detail());
        co_return;
    }
    for (const auto& one : *due) {
        const auto compiled = compile(one.tenant, one.row);
        if (!compiled) {
            spdlog::error("{}", compiled.error().detail());
            continue;
        }
        const auto& of = *compiled;
        if (!of->is_active_at(core::now()) || of->interval.count() == 0) {
            auto scheduling = shared_->stored.schedule(of->number, std::nullopt);
            (void)co_await std::move(scheduling); // else it is found again and the same happens
            continue;
        }
        const auto& by = deliveries_[loop_of(of->number, deliveries_.size())];
        run_in_background(by->executor(), run_periodic(shared_, by, of));
    }
}

} // namespace meridian::subscription
