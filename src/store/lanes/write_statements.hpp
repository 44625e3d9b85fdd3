#pragma once

#include "meridian/store/outbox.hpp"
#include "store/pg/statement.hpp"
#include "store/rows/rows.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace meridian::store {

/// An Entity as a write names it; ordered as rows are locked.
struct entity_key {
    tenant_id tenant = 0;
    std::string_view uri;
    auto operator<=>(const entity_key&) const = default;
};

/// The first unit of a write: BEGIN, the row locks (`lock_columns`), then the clock with the
/// transaction's id and the tenants' versions of subscriptions and indexes (`clock_columns`), and
/// if `new_ids` is not 0 so many numbers for new Entities (one int8 column). `keys` are sorted and
/// unique, `tenants` unique.
void add_lock(pg::unit& to, std::span<const entity_key> keys, std::span<const tenant_id> tenants,
              std::int32_t new_ids);
inline constexpr std::size_t lock_step = 1;
inline constexpr std::size_t clock_step = 2;
inline constexpr std::size_t ids_step = 3;
struct lock_columns {
    enum : int { tenant, uri, eid, version, created_at, modified_at, doc, deleted_at };
};
struct clock_columns {
    enum : int { tenant, subscription_version, clock, transaction, index_version };
};

/// An answer for a request that is sent again (store::receipts).
struct receipt_row {
    std::int64_t id;
    std::string answer;
};

/// The second unit but for its COMMIT. Gives the step whose rows are the outbox ids, in the order
/// of `owed`, where there are any.
std::optional<std::size_t> add_writes(pg::unit& to, const rows::batch& what,
                                      std::span<const receipt_row> receipts,
                                      std::span<const outbox_row> owed, std::string_view owner);

/// Those of `attr_num` and `attr_txt`, which are among the above.
void add_index_rows(pg::unit& to, const rows::batch& what);

/// `pg_xact_status` of the transaction in $1: one text column, NULL if it is too long ago.
extern const pg::statement transaction_status;

} // namespace meridian::store
