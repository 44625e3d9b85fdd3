#pragma once

#include "meridian/store/history.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace meridian::store {

/// What an export reads.
struct export_request {
    /// Which Entities; its `limit` has a meaning only with `is_page`.
    temporal_selection which;
    bool is_page = false; ///< else all that match, from `which.offset` on
    /// Of their instances; its `instance_limit` has no meaning.
    temporal_request instances;
    std::vector<ngsild::name_id> hidden; ///< Attributes that are not read
};

/// A Temporal Evolution read from its beginning to its end, however long, in one snapshot of the
/// database: a cursor on a connection of its own, of which some hundred rows are in memory at one
/// time. Belongs to the loop that it was opened on; it ends, and frees its connection, with this
/// object.
class evolution_export {
public:
    evolution_export() = default;
    evolution_export(const evolution_export&) = delete;
    evolution_export& operator=(const evolution_export&) = delete;
    virtual ~evolution_export() = default;

    /// The next rows, or periods, in the order of the Entities and their Attributes: parts of
    /// evolutions, none without rows or periods. An Entity, and with periods an Attribute, may go
    /// on in the next part. Empty at the end. After a failure there is nothing more.
    /// Fails with unavailable, internal_error, too_complex_query.
    virtual asio::awaitable<result<std::vector<evolution>>> next() = 0;

    /// Whether there are more Entities behind the page, and how many match where that was asked
    /// for. Known once `next` has answered.
    [[nodiscard]] virtual bool more() const noexcept = 0;
    [[nodiscard]] virtual std::optional<std::int64_t> count() const noexcept = 0;
};

struct export_limits {
    std::size_t at_once = 4; ///< of the process; more are unavailable
    /// An export that takes longer fails: its snapshot keeps the database from cleaning up.
    std::chrono::milliseconds longest = std::chrono::hours(1);
    /// The database ends a transaction that is left alone for so long: more than a reader may take
    /// for what it was given.
    std::chrono::milliseconds pause = std::chrono::minutes(2);
};

/// The exports of a process. Thread-safe.
class exports {
public:
    /// `names` must outlive every export.
    exports(database_options database, dictionary& names, std::shared_ptr<history_edges> edges,
            export_limits limits);
    exports(const exports&) = delete;
    exports& operator=(const exports&) = delete;
    ~exports();

    /// 5.7.4 without its limits. Begins the snapshot on the caller's loop, and reads nothing yet.
    /// Fails with unavailable: also where as many as may be are under way.
    asio::awaitable<result<std::unique_ptr<evolution_export>>> open(tenant_id tenant,
                                                                    export_request wanted);

    /// 5.7.3 of the one Entity; null where it was never known, was removed, or never had any of the
    /// Attributes that are asked for by name.
    asio::awaitable<result<std::unique_ptr<evolution_export>>>
    open(tenant_id tenant, std::string uri, export_request wanted);

    /// Ends those under way, whose next part is then unavailable, and refuses new ones.
    void close();
    [[nodiscard]] std::size_t under_way() const noexcept;

private:
    struct shared;
    std::shared_ptr<shared> shared_;
};

} // namespace meridian::store
