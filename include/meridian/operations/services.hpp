#pragma once

#include "meridian/federation/forwarder.hpp"
#include "meridian/federation/registry.hpp"
#include "meridian/jsonld/context.hpp"
#include "meridian/operations/contexts.hpp"
#include "meridian/store/dictionary.hpp"
#include "meridian/store/discovery.hpp"
#include "meridian/store/entities.hpp"
#include "meridian/store/evolutions.hpp"
#include "meridian/store/exports.hpp"
#include "meridian/store/history.hpp"
#include "meridian/store/history_policies.hpp"
#include "meridian/store/receipts.hpp"
#include "meridian/store/subjects.hpp"
#include "meridian/store/tenants.hpp"
#include "meridian/store/write_lanes.hpp"
#include "meridian/subscription/service.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace meridian::operations {

/// What operations work with, on one I/O thread. `app` makes one for each thread; everything in it
/// outlives every request.
struct services {
    store::entities& entities;
    store::history& history;
    store::exports& exports;
    store::evolutions& evolutions;
    store::discovery& discovery;
    store::write_lanes& lanes;
    store::dictionary& dictionary;
    store::tenants& tenants;
    operations::contexts& contexts;
    subscription::service& subscriptions;
    store::receipts& receipts;
    store::subjects& subjects;
    federation::registry& registrations;
    federation::forwarder& forwarder;
    store::history_policies& history_policies;
    const std::string& alias; ///< 5.2.40 contextSourceAlias, of the default Tenant
};

/// A part of an operation that failed where others did not (5.2.17, 5.2.19).
struct failed_part {
    failed_part(std::string by, problem why, std::vector<std::string> names)
        : registration(std::move(by)), error(std::move(why)), attributes(std::move(names)) {}
    std::string registration; ///< id of the Registration; empty: this broker's own part
    problem error;
    std::vector<std::string> attributes; ///< that the part was about, expanded
};

/// What came of an operation that was distributed (4.3.6), beyond its outcome.
struct distribution {
    std::vector<failed_part> failures; ///< not empty: a partial success (207)
    bool has_success = false;          ///< of any part
    std::vector<std::string> updated;  ///< Attributes that other Context Sources took, expanded
    std::vector<std::string> warnings; ///< values of NGSILD-Warning (6.3.17)
};

/// A condition on the state that a write of one Entity starts from (RFC 9110 13.1.1 If-Match): one
/// of the moments at which it was last modified, which no two states of an Entity share.
struct expected_state {
    bool any = false; ///< `*`: whatever it is
    std::vector<timestamp> modified_at;
    [[nodiscard]] bool holds_for(timestamp moment) const noexcept;
};

/// The frame of one operation: for whom (5.5.10) and in whose words (5.5.7).
struct request_scope {
    request_scope(services& available, store::tenant_id of, jsonld::context_ptr words)
        : with(available), tenant(of), context(std::move(words)) {}

    services& with;
    store::tenant_id tenant;
    jsonld::context_ptr context;
    bool local = false;  ///< 5.5.13
    std::string subject; ///< who asks, recorded with changes; empty: nobody was named
    /// Of a write of one Entity; it fails with precondition_failed, decided under the row's lock.
    std::optional<expected_state> expected;
    /// Of a write of one Entity: its answer, kept with it for a request that is sent again.
    std::optional<store::change_receipt> receipt;
    /// Set by such a write: modifiedAt of the state that it left.
    std::optional<timestamp> written;
    /// A header of the request that came in; empty where it is absent. Lives as long as that.
    std::function<std::string(std::string_view name)> header;
    operations::distribution distribution;
};

/// 5.5.10: an operation that creates information creates its tenant; to all others a tenant that
/// is not there is nonexistent_tenant.
enum class missing_tenant : bool { refuse, create };

/// The number of a tenant by its name; "" is the default tenant, which always exists.
/// Fails with nonexistent_tenant, bad_request_data (the name), unavailable.
asio::awaitable<result<store::tenant_id>> tenant_of(services& with, std::string name,
                                                    missing_tenant when_missing);

} // namespace meridian::operations
