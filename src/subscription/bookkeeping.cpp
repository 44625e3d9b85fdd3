#include "subscription/bookkeeping.hpp"

#include <algorithm>
#include <utility>

namespace meridian::subscription {
namespace {

void keep_later(std::optional<timestamp>& known, const std::optional<timestamp>& other) {
    if (other && (!known || *known < *other))
        known = other;
}

/// Adds an earlier record to a later one.
void add(store::delivery_record& to, const store::delivery_record& earlier) {
    to.sent += earlier.sent;
    to.failed += earlier.failed;
    keep_later(to.last_notification, earlier.last_notification);
    keep_later(to.last_success, earlier.last_success);
    keep_later(to.last_failure, earlier.last_failure);
    if (!to.status)
        to.status = earlier.status;
}

} // namespace

void bookkeeping::note(std::int32_t subscription, outcome how, timestamp at) {
    const std::lock_guard lock(mutex_);
    auto& record = pending_[subscription];
    record.subscription = subscription;
    ++record.sent;
    record.last_notification = at;
    if (how == outcome::succeeded) {
        record.last_success = at;
        record.status = "ok";
    } else {
        ++record.failed;
        record.last_failure = at;
        record.status = "failed";
    }
}

asio::awaitable<result<void>> bookkeeping::write() {
    std::vector<store::delivery_record> records;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [number, record] : pending_)
            records.push_back(record);
        if (records.empty())
            co_return result<void>{};
        pending_.clear();
        ++writes_;
    }
    auto writing = stored_.record(records);
    auto written = co_await std::move(writing);
    const std::lock_guard lock(mutex_);
    if (!written)
        for (const auto& record : records) {
            auto& pending = pending_[record.subscription];
            pending.subscription = record.subscription;
            add(pending, record);
        }
    ++writes_;
    co_return written;
}

void bookkeeping::add_to(store::subscription_row& row) const {
    const std::lock_guard lock(mutex_);
    const auto found = pending_.find(row.id);
    if (found == pending_.end())
        return;
    const auto& record = found->second;
    row.times_sent += record.sent;
    row.times_failed += record.failed;
    keep_later(row.last_notification, record.last_notification);
    keep_later(row.last_success, record.last_success);
    keep_later(row.last_failure, record.last_failure);
    if (record.status)
        row.status = *record.status;
}

} // namespace meridian::subscription
