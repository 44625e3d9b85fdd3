#pragma once

#include "meridian/base/result.hpp"
#include "meridian/ngsild/change.hpp"
#include "meridian/ngsild/names.hpp"
#include "meridian/store/attribute_indexes.hpp"
#include "meridian/store/database.hpp"
#include "meridian/store/outbox.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace meridian::store {

/// What a change leaves for a request that is sent again (store::receipts): the answer that it will
/// get, written in the change's own transaction. `answer` is called on a lane's thread, as often as
/// the change is applied.
struct change_receipt {
    change_receipt(std::int64_t number, std::function<std::string(const ngsild::change&)> text)
        : id(number), answer(std::move(text)) {}
    std::int64_t id;
    std::function<std::string(const ngsild::change&)> answer;
};

/// A change of one Entity, as a pure function of its stored state. The lane calls `apply` between
/// its lock and its update, on the lane's thread, possibly several times (a retry; another
/// process created the URI in between), so it must not consume what it captures. `old` is null
/// where there is no living Entity of that id; create, replace and delete differ only in what they
/// answer to that. A problem leaves before any SQL.
/// Every name of the new document must be in the dictionary before `commit` is called.
struct entity_change {
    using function = std::function<result<ngsild::change>(const ngsild::stored_entity* old,
                                                          const ngsild::change_scope&)>;
    entity_change(tenant_id of, std::string uri, function what)
        : tenant(of), entity_id(std::move(uri)), apply(std::move(what)) {}

    tenant_id tenant;
    std::string entity_id;
    function apply;
    std::optional<change_receipt> receipt;
    subject_id subject = 0;     ///< who makes it; stands with what it adds to the history
    std::size_t weight = 1'024; ///< about how many bytes it writes; a batch takes at most 1 MB
};

/// A change that is durable.
struct committed {
    ngsild::change change;
    std::int64_t eid = 0; ///< 0 where nothing was to be changed and there is no Entity
    int version = 0;
};

/// What `operations` supplies, once. All are called on a lane's thread; none may throw.
struct lane_hooks {
    /// Rows owed because of a change, by the subscriptions of the tenant as last refreshed.
    std::function<void(tenant_id, const ngsild::change&, std::vector<outbox_row>&)> owes;
    /// The lock statement read a newer `subscription_version` of the tenant than was seen before:
    /// refreshes the snapshot before `owes` is called. Runs while the locks are held; be quick.
    std::function<asio::awaitable<void>(tenant_id, std::int64_t version)> refresh;
    /// The locked documents hold these numbers, which the dictionary does not know: makes it know
    /// them before the changes are applied. Runs while the locks are held.
    std::function<asio::awaitable<result<void>>(std::vector<ngsild::name_id>)> learn;
    /// After COMMIT: the outbox rows that now exist, for immediate delivery by this process, which
    /// holds them for `first_lease`.
    std::function<void(std::vector<outbox_row>&&)> committed;
};

/// How long rows belong to the process that wrote them before `outbox::take` may give them out.
inline constexpr std::chrono::seconds first_lease{60};

/// The write combiner (design page store.md, "Concurrency and locking"). A few lanes, each with a
/// connection of its own; an Entity's changes always take the same lane of this process, chosen by
/// the hash of its URI. A lane takes what waits (at most 64 changes or 1 MB, never waits for more)
/// into one transaction: lock, apply, write, COMMIT. Other processes need nothing more than the
/// row locks.
///
/// A change that is refused touches no other. If the database refuses a batch it is halved until
/// the change at fault is alone. Deadlocks, serialization failures and connections lost before
/// COMMIT are retried up to 3 times; after COMMIT was sent, its fate is asked of the database.
/// With the database away changes fail with unavailable within `write_patience`; the lanes recover
/// by themselves.
class write_lanes {
public:
    /// Lane i runs on `loops[i % loops.size()]`, each of which must be one thread.
    /// `dictionary`, `watch` and `indexes` must outlive the lanes.
    write_lanes(std::vector<asio::any_io_executor> loops, const database_options& options,
                const ngsild::names& dictionary, expiry_watch& watch, attribute_indexes& indexes,
                lane_hooks hooks);
    write_lanes(const write_lanes&) = delete;
    write_lanes& operator=(const write_lanes&) = delete;
    ~write_lanes();

    /// Waits until every lane's connection is usable. Fails with unavailable at the deadline.
    asio::awaitable<result<void>> ready(std::chrono::milliseconds deadline);

    /// Carries out one change; callable from any loop, completes on the caller's. A value means
    /// committed (or that nothing was to be changed: `change.happened` is none).
    asio::awaitable<result<committed>> commit(entity_change what);

    /// Carries out a batch request: one answer a change, in their order. Each chunk of 500 that
    /// falls to one lane is one transaction with one stamp. Changes of one Entity are carried out
    /// in their order; a refused one leaves the others alone.
    asio::awaitable<std::vector<result<committed>>> commit_batch(std::vector<entity_change> what);

    /// Waits until nothing is under way and closes the connections; later changes are unavailable.
    asio::awaitable<void> drain();

private:
    struct shared;
    std::shared_ptr<shared> shared_;
};

/// Removes expired Entities and Attribute instances (4.22) every second until `stop` is called, by
/// ordinary changes through the lanes, so that history shows a deletion; tells `watch` when the
/// next ones are due. CHOICE: clause 4.22 is silent about the temporal evolution.
class expiry_sweep {
public:
    expiry_sweep(std::shared_ptr<reader> from, write_lanes& lanes, expiry_watch& watch);
    expiry_sweep(const expiry_sweep&) = delete;
    expiry_sweep& operator=(const expiry_sweep&) = delete;
    ~expiry_sweep();

    /// Starts the background task on the reader's loop.
    void start(std::chrono::milliseconds interval = std::chrono::seconds{1});
    void stop() noexcept;
    /// One sweep: gives how many Entities were changed.
    asio::awaitable<result<std::size_t>> sweep();

private:
    struct task;
    std::shared_ptr<reader> reader_;
    write_lanes& lanes_;
    expiry_watch& watch_;
    std::shared_ptr<task> task_;
};

} // namespace meridian::store
