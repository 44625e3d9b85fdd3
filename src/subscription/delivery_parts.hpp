#pragma once

#include "subscription/delivery.hpp"

namespace meridian::subscription {

/// The outbox rows of one Subscription and Entity (of a throttled Subscription: of all Entities),
/// in their order. In `queues_` as long as it has rows.
struct delivery::queue {
    std::string key;
    store::tenant_id tenant = 0;
    std::int32_t subscription = 0;
    stream_ptr of;
    std::deque<store::outbox_row> rows;
    std::size_t under_way = 0;      ///< of them, from the first; nothing is put between these
    std::size_t failures = 0;       ///< of the first row
    clock::time_point not_before{}; ///< the next attempt
    bool is_scheduled = false;      ///< waits for its time or its turn, or is under way
    std::unique_ptr<asio::steady_timer> timer;
    host* calls = nullptr; ///< while under way
};

/// What the queues of one Subscription share.
struct delivery::stream {
    std::int32_t subscription = 0;
    std::string host_name;
    std::deque<queue_ptr> ready;
    std::size_t active = 0;
    std::size_t queues = 0;
    bool is_listed = false;
    bool is_blocked = false;         ///< in `blocked` of its host
    clock::time_point not_before{};  ///< throttling: the next notification
    clock::time_point quiet_until{}; ///< cooldown (5.2.15): what comes before is not sent
};

struct delivery::host {
    std::size_t active = 0;
    std::deque<stream_ptr> blocked; ///< wait until one that is under way ends
};

} // namespace meridian::subscription
