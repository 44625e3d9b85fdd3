#pragma once

#include "meridian/jsonld/context.hpp"
#include "meridian/operations/contexts.hpp"
#include "meridian/store/dictionary.hpp"
#include "meridian/store/discovery.hpp"
#include "meridian/store/entities.hpp"
#include "meridian/store/history.hpp"
#include "meridian/store/tenants.hpp"
#include "meridian/store/write_lanes.hpp"
#include "meridian/subscription/service.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace meridian::operations {

/// What operations work with, on one I/O thread. `app` makes one for each thread; everything in it
/// outlives every request.
struct services {
    store::entities& entities;
    store::history& history;
    store::discovery& discovery;
    store::write_lanes& lanes;
    store::dictionary& dictionary;
    store::tenants& tenants;
    operations::contexts& contexts;
    subscription::service& subscriptions;
};

/// The frame of one operation: for whom (5.5.10) and in whose words (5.5.7).
struct request_scope {
    request_scope(services& available, store::tenant_id of, jsonld::context_ptr words)
        : with(available), tenant(of), context(std::move(words)) {}

    services& with;
    store::tenant_id tenant;
    jsonld::context_ptr context;
    bool local = false; ///< 5.5.13
};

/// 5.5.10: an operation that creates information creates its tenant; to all others a tenant that
/// is not there is nonexistent_tenant.
enum class missing_tenant : bool { refuse, create };

/// The number of a tenant by its name; "" is the default tenant, which always exists.
/// Fails with nonexistent_tenant, bad_request_data (the name), unavailable.
asio::awaitable<result<store::tenant_id>> tenant_of(services& with, std::string name,
                                                    missing_tenant when_missing);

} // namespace meridian::operations
