#pragma once

#include "meridian/ngsild/names.hpp"
#include "meridian/store/database.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

namespace meridian::store {

/// One row of table `attr_index`: the Attribute of a type of a tenant has index rows.
struct attribute_index {
    enum class phase : std::uint8_t { building, ready, dropping };
    tenant_id tenant = 0;
    ngsild::name_id type = 0;
    ngsild::name_id attribute = 0;
    phase state = phase::building;
    std::int64_t entities = 0; ///< of the type, when it became ready
    bool operator==(const attribute_index&) const = default;
};

/// All attribute indexes at one moment; never changes.
class index_set {
public:
    /// Those of one type, in order of the Attribute; none for nearly all types.
    [[nodiscard]] std::span<const attribute_index> of(tenant_id tenant,
                                                      ngsild::name_id type) const noexcept;
    [[nodiscard]] const attribute_index* find(tenant_id tenant, ngsild::name_id type,
                                              ngsild::name_id attribute) const noexcept;
    /// The tenant's `index_version` that this is the state of; 0 where it has no indexes.
    [[nodiscard]] std::int64_t version(tenant_id tenant) const noexcept;
    [[nodiscard]] bool empty() const noexcept { return by_type_.empty(); }

private:
    friend class attribute_indexes;
    std::map<std::pair<tenant_id, ngsild::name_id>, std::vector<attribute_index>> by_type_;
    std::map<tenant_id, std::int64_t> versions_;
};

/// What this process knows of table `attr_index`; thread-safe, one a process.
///
/// Nobody has to acknowledge anything, since no process acts on stale knowledge:
/// - A write reads the tenants' `index_version` with its locks and, where it is newer than what is
///   known here, reads the indexes in the same transaction before it derives rows.
/// - A read that wants to drive from index rows tests in the same statement, thus in the snapshot
///   that shows it the rows, that the index is `ready`, and passes over `search` where it is not.
/// - `ready` is set only after every transaction has ended that was under way when `building` was
///   committed (as CREATE INDEX CONCURRENTLY waits), and every Entity was gone through under its
///   row lock: see index_builder.hpp.
class attribute_indexes {
public:
    attribute_indexes() : current_(std::make_shared<const index_set>()) {}

    /// A snapshot, to be kept as long as it is used.
    [[nodiscard]] std::shared_ptr<const index_set> current() const;

    /// The state of one tenant, as one statement read it. An older version than is known is
    /// ignored.
    struct tenant_state {
        tenant_id tenant = 0;
        std::int64_t version = 0;
        std::vector<attribute_index> indexes;
    };
    void publish(std::span<const tenant_state> states);

    /// A query passed over the values of a type for `took`, which index rows of the Attribute would
    /// have spared it.
    void note_scan(tenant_id tenant, ngsild::name_id type, ngsild::name_id attribute,
                   std::chrono::microseconds took);
    /// Those whose scans took at least `threshold` together within an hour; each is given once.
    [[nodiscard]] std::vector<attribute_index> take_costly(std::chrono::microseconds threshold);

private:
    using scanned = std::tuple<tenant_id, ngsild::name_id, ngsild::name_id>;
    static constexpr std::size_t most_scanned = 10'000;

    mutable std::mutex mutex_;
    std::shared_ptr<const index_set> current_;
    std::map<scanned, std::chrono::microseconds> scans_; ///< of this hour
    std::chrono::steady_clock::time_point hour_ = std::chrono::steady_clock::now();
};

} // namespace meridian::store
