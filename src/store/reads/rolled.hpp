#pragma once

#include "store/reads/load_instances.hpp"
#include "store/reads/rollup_statements.hpp"

#include <boost/asio/awaitable.hpp>

namespace meridian::store {

/// The aggregated instances of the pairs as `distribute_aggregates` takes them, from roll-ups;
/// null where there are none that serve, and instances alone are to be read.
/// Fails with bad_request_data where instances are gone and no roll-up gives the exact answer.
[[nodiscard]] asio::awaitable<result<shared_result>> load_rolled(reader& on,
                                                                 const instance_pairs& of,
                                                                 const temporal_request& request,
                                                                 std::int64_t limit);

/// To be asked after instances were read: fails with bad_request_data, naming the Attribute and
/// the moment, where a policy has removed instances within the interval (`reaches_back`).
[[nodiscard]] asio::awaitable<result<void>> refuse_gone(reader& on, const instance_pairs& of,
                                                        const temporal_request& request);

/// Whether a policy of the Tenant, or what dropped the months before the horizon, may have removed
/// instances within the interval.
[[nodiscard]] asio::awaitable<result<bool>>
may_lack(reader& on, tenant_id tenant, const query::temporal_query& interval, timestamp horizon);

} // namespace meridian::store
