#pragma once

#include "meridian/base/result.hpp"
#include "meridian/ngsild/history.hpp"
#include "meridian/store/blocking_pool.hpp"
#include "meridian/store/database.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <optional>
#include <string>

namespace meridian::store {

/// Corrections of Temporal Evolutions (5.6.13 to 5.6.16), and deletions in those that have no
/// current state, all of which are rare; instances are added through the write lanes. Each is one
/// transaction under the lock of the Entity's row, so that it and the changes of the Entity are
/// serial. The current state stays as it is. All fail with resource_not_found where there is no
/// such Entity, Attribute or instance. Thread-safe.
class evolutions {
public:
    explicit evolutions(blocking_pool& pool) : pool_(pool) {}

    /// 5.6.13: the instances of one datasetId (0: the default one), or all of them.
    asio::awaitable<result<void>> remove_attribute(tenant_id tenant, std::string uri,
                                                   ngsild::name_id attribute,
                                                   std::optional<ngsild::name_id> dataset);

    /// An instance anew: from its createdAt, the time of this modification, and the ts that its
    /// instanceId names. Called on a thread of the pool, perhaps twice.
    using replacement = std::function<ngsild::new_history_row(
        timestamp created_at, timestamp modified_at, timestamp first_ts)>;
    /// 5.6.14. `whose` made the instance that it is from then on.
    asio::awaitable<result<void>> replace_instance(tenant_id tenant, std::string uri,
                                                   ngsild::name_id attribute,
                                                   ngsild::instance_key key, replacement by,
                                                   subject_id whose);

    /// 5.6.5 of what is known by its Temporal Evolution alone: for each datasetId (or `dataset`,
    /// 0: the default one) whose last recorded instance is no deletion, one is recorded (4.5.7).
    asio::awaitable<result<void>> record_deletion(tenant_id tenant, std::string uri,
                                                  ngsild::name_id attribute,
                                                  std::optional<ngsild::name_id> dataset,
                                                  subject_id whose);

    /// 5.6.15.
    asio::awaitable<result<void>> remove_instance(tenant_id tenant, std::string uri,
                                                  ngsild::name_id attribute,
                                                  ngsild::instance_key key);

    /// 5.6.16. What the Entity is now stays, and its evolution begins anew with its next change.
    asio::awaitable<result<void>> remove(tenant_id tenant, std::string uri);

private:
    blocking_pool& pool_;
};

} // namespace meridian::store
