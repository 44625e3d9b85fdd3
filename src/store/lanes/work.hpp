#pragma once

#include "store/lanes/order.hpp"
#include "store/lanes/write_statements.hpp"
#include "store/pg/result.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace meridian::store {

/// The arithmetic of one transaction, without any I/O: what the lock statement read goes in, each
/// change is applied to the state that the one before it left, and the rows to write come out.
class work {
public:
    /// `items` must outlive it; those that have an answer already are passed over.
    work(std::span<item> items, const ngsild::names& dictionary);

    /// What to lock: sorted, unique. Views into the items.
    [[nodiscard]] const std::vector<entity_key>& keys() const noexcept { return keys_; }
    [[nodiscard]] const std::vector<tenant_id>& tenants() const noexcept { return tenants_; }

    /// Takes the answer of the lock and the clock statement.
    void take_locks(pg::result locked, const pg::result& clock);
    /// The transaction's id, for `pg_xact_status`.
    [[nodiscard]] const std::string& transaction() const noexcept { return transaction_; }
    struct version {
        tenant_id tenant;
        std::int64_t subscriptions;
        std::int64_t indexes;
    };
    [[nodiscard]] const std::vector<version>& versions() const noexcept { return versions_; }
    /// Names in the locked documents that the dictionary does not know: another broker's.
    [[nodiscard]] std::vector<ngsild::name_id> unknown_names() const;
    /// How many of the keys have no row: new Entities need at most so many numbers.
    [[nodiscard]] std::size_t unknown() const noexcept;

    /// Applies the changes; refused ones are answered at once. `new_ids` has at least `unknown()`
    /// numbers and loses those that were given out. `indexes` is not older than `versions()`.
    void apply(const lane_hooks& hooks, std::vector<std::int64_t>& new_ids,
               const index_set& indexes);

    [[nodiscard]] bool writes() const noexcept {
        return !batch_.inserted.empty() || !batch_.updated.empty() || !batch_.instances.empty() ||
               !batch_.history_types.empty();
    }
    [[nodiscard]] const rows::batch& batch() const noexcept { return batch_; }
    [[nodiscard]] std::vector<outbox_row>& owed() noexcept { return owed_; }
    [[nodiscard]] const std::vector<receipt_row>& receipts() const noexcept { return receipts_; }
    /// The earliest due time that is written; nothing where there is none.
    [[nodiscard]] std::optional<timestamp> earliest_expiry() const noexcept;

    /// COMMIT happened: answers what is not answered yet.
    void settle();

private:
    struct state {
        std::int64_t eid = 0;
        bool has_row = false; ///< in the table
        bool was_living = false;
        bool is_living = false;
        bool is_evolution = false; ///< known by its Temporal Evolution alone
        int version = 0;
        timestamp created_at{};
        timestamp modified_at{};
        ngsild::document_view before;
        ngsild::document_view now;
        bool is_damaged = false;
        bool changed = false;
    };
    void take_row(const pg::row& row);
    [[nodiscard]] result<committed> apply_one(const item& what, state& on,
                                              std::vector<std::int64_t>& new_ids) const;
    static void take_evolution(const ngsild::change& change, state& on);
    void write_down(const committed& done, const entity_change& what, state& on,
                    const lane_hooks& hooks);

    std::span<item> items_;
    const ngsild::names& dictionary_;
    std::vector<entity_key> keys_;
    std::vector<tenant_id> tenants_;
    std::vector<std::optional<result<committed>>> outcomes_; ///< one an item
    std::map<entity_key, state> states_;
    pg::result locked_; ///< the old documents live in it
    std::vector<version> versions_;
    std::string transaction_;
    timestamp clock_{};
    rows::batch batch_;
    std::vector<outbox_row> owed_;
    std::vector<receipt_row> receipts_;
};

} // namespace meridian::store
