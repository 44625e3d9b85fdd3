#pragma once

#include "meridian/base/result.hpp"
#include "meridian/base/time.hpp"
#include "meridian/store/database.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace meridian::store {

/// A notification that a committed change owes: one row a subscription and change, with what
/// delivery needs to build it after a crash. Delivered in order of (`created_at`, `id`) per
/// subscription and Entity; ids alone follow no clock, each connection draws them in blocks.
struct outbox_row {
    std::int64_t id = 0; ///< given by the database
    tenant_id tenant = 0;
    std::int32_t subscription = 0; ///< number of the subscription's row
    std::int64_t eid = 0;          ///< set by the lane
    std::string entity_id;         ///< set by the lane
    std::string payload;           ///< opaque to the store
    timestamp created_at{};        ///< the change's stamp; set by the lane
    int attempts = 0;              ///< deliveries that failed
    timestamp next_attempt{};      ///< not before this; zero: at once
};

/// The outbox as delivery uses it. Belongs to the loop of its reader.
class outbox {
public:
    explicit outbox(std::shared_ptr<reader> from) : reader_(std::move(from)) {}

    /// Takes over up to `limit` rows that are due and that nobody holds, in order, and holds them
    /// for `lease`: a broker that dies loses them to another when it ends. Rows written by a lane
    /// are held by the process that wrote them for `first_lease` (see write_lanes.hpp).
    /// A lease counts no longer than its holder has a session: one that was killed loses its rows
    /// at once. Therefore `database_options::application_name` must be another in every process,
    /// also after a restart, and not longer than 63 bytes.
    asio::awaitable<result<std::vector<outbox_row>>> take(std::size_t limit,
                                                          std::chrono::seconds lease);
    /// Holds rows longer (a slow receiver). Rows that are gone are ignored.
    asio::awaitable<result<void>> extend(std::vector<std::int64_t> ids, std::chrono::seconds lease);
    /// Lets go of rows: whoever asks next is given them.
    asio::awaitable<result<void>> release(std::vector<std::int64_t> ids);
    /// Deletes delivered (or given up) rows.
    asio::awaitable<result<void>> remove(std::vector<std::int64_t> ids);
    /// One more attempt failed: counts it and lets go of the row until `next_attempt`.
    asio::awaitable<result<void>> reschedule(std::int64_t id, timestamp next_attempt);
    /// A subscription is gone (5.8.3): so is what it was owed.
    asio::awaitable<result<void>> forget(tenant_id tenant, std::int32_t subscription);

private:
    std::shared_ptr<reader> reader_;
};

} // namespace meridian::store
