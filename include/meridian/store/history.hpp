#pragma once

#include "meridian/base/result.hpp"
#include "meridian/ngsild/history.hpp"
#include "meridian/query/aggregation.hpp"
#include "meridian/query/ast.hpp"
#include "meridian/store/database.hpp"
#include "meridian/store/entities.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace meridian::store {

/// 4.11: which instances of a Temporal Evolution are asked for.
struct temporal_request {
    query::temporal_query interval; ///< from included, until excluded, property, lastN
    /// Attributes, ngsild::scope_attribute for the scope; empty: all that the Entity ever had.
    std::vector<ngsild::name_id> attributes;
    std::int32_t instance_limit = 1'000; ///< of each Attribute; more sets `whole_until` (6.3.10)
    /// Of all Attributes of all Entities of an answer: where there are more, each Attribute gets
    /// fewer than `instance_limit`, so that neither the database nor this process holds more.
    std::int64_t total_limit = 100'000;
    /// Instances are aggregated (4.5.19); `instance_limit` is then of periods.
    std::optional<query::aggregation> aggregated;
    bool with_subjects = false;  ///< instances tell who made them
    bool with_created_at = true; ///< … when they were created; else that is timestamp{}
    bool with_iid = true;        ///< … their number; else that is 0
    /// Only instances of these datasetIds, 0 the default, and the scope; empty: all.
    std::vector<ngsild::name_id> datasets;
    /// Of each Entity only what it was while in a scope that is asked for (`evolution::scoped`).
    bool by_scope = false;
};

/// When an Entity was in one of the scopes that are asked for (4.19, C.5.16): from the moment of an
/// instance of its scope to that of the next one.
struct scope_times {
    struct time_range {
        timestamp from;  ///< included; before the interval for what was so when it began
        timestamp until; ///< excluded; timestamp::max() for what is so still
    };
    std::vector<time_range> ranges; ///< in their order; empty: never in the interval
    /// The instance that the first range is of, where that is not within the interval.
    std::optional<ngsild::history_row> before;
    std::shared_ptr<const void> keeps; ///< what `before` views
};

/// A Temporal Evolution. Its views stay valid as long as it, or a copy, lives.
struct evolution {
    std::int64_t eid = 0;
    std::string_view uri;
    std::vector<ngsild::name_id> types; ///< that it has, or where it is deleted ever had
    timestamp created_at{};
    timestamp modified_at{};
    std::optional<timestamp> deleted_at;
    /// Grouped by Attribute; oldest first by the queried time, with lastN newest first.
    std::vector<ngsild::history_row> rows;
    /// Attributes, of those asked for, that the Entity had at any time.
    std::vector<ngsild::name_id> attributes;
    /// In place of rows where an aggregation is asked for: in the order of `attributes`, with one
    /// series a method, which is empty where the method is for none of the values.
    std::vector<ngsild::aggregated_attribute> aggregated;
    /// Attributes, of those with rows, whose rows were all taken out again to page by time.
    std::vector<ngsild::held_back_attribute> held_back;
    /// Where a limit held instances or periods back: all Attributes are whole up to here (with
    /// lastN: from here on); of the instances at that very moment some may be missing.
    std::optional<timestamp> whole_until;
    std::vector<std::shared_ptr<const void>> keeps;
    /// With `temporal_request::by_scope`.
    std::shared_ptr<const scope_times> scoped;
};

/// The moment of an instance that an interval about this Temporal Property compares, and by which
/// instances are ordered.
[[nodiscard]] timestamp moment_of(const ngsild::history_row& row,
                                  query::time_property property) noexcept;

/// Which Entities' evolutions a page is made of (5.7.4).
struct temporal_selection {
    /// Any of these sets of types, each of all its members; empty: any type.
    std::vector<std::vector<ngsild::name_id>> types;
    std::vector<std::string> ids; ///< empty: any
    /// Of these Attributes at least one has an instance in the interval; empty: any Attribute.
    std::vector<ngsild::name_id> attributes;
    /// What else must hold (idPattern, q, georel over the instances within the interval);
    /// evaluated in memory on the evolution restricted to the interval, and on all Attributes.
    std::function<bool(const evolution&)> matches;
    /// With `temporal_request::by_scope`: whether an instance of a scope is of one that is asked
    /// for.
    std::function<bool(const ngsild::history_row&)> is_in_scope;
    query::ordering order; ///< 4.23, by id alone; empty: in order of eid
    std::int64_t limit = 20;
    std::int64_t offset = 0;
    std::int64_t after = 0; ///< only Entities of greater eids
    bool count = false;
};

struct temporal_page {
    std::vector<evolution> evolutions;
    bool more = false;
    std::optional<std::int64_t> count;
};

/// Which Entities are asked for as they were.
struct past_candidates {
    std::vector<std::string> ids; ///< empty: any
    /// That ever had one of these types; empty: any. Has no meaning beside ids.
    std::vector<ngsild::name_id> types;
};
inline constexpr std::size_t most_past_candidates = 1'000;

/// Reads of the Temporal Evolution. Belongs to the loop of its reader.
class history {
public:
    /// `edges` are those of the process.
    explicit history(std::shared_ptr<reader> from,
                     std::shared_ptr<history_edges> edges = std::make_shared<history_edges>())
        : reader_(std::move(from)), edges_(std::move(edges)) {}

    /// 5.7.3: one Entity's evolution, living or deleted; nothing where it was never known, or was
    /// removed (5.6.16). Rows are empty where no instance matches. Fails with bad_request_data
    /// where the interval begins before the horizon, with too_many_results where there are more
    /// Attributes than `total_limit`.
    asio::awaitable<result<std::optional<evolution>>> retrieve(tenant_id tenant, std::string uri,
                                                               temporal_request request);

    /// 5.7.4: a page of evolutions; Entities without any matching instance are left out.
    /// Fails with too_complex_query where `matches` or an order would have to look at more than
    /// 100,000 Entities, or `matches` at more than `total_limit` instances of one Entity; with
    /// too_many_results where the page has more Attributes than `total_limit`, with
    /// bad_request_data where the interval begins before the horizon.
    asio::awaitable<result<temporal_page>> query(tenant_id tenant, temporal_selection selection,
                                                 temporal_request request);

    /// The same without any instances: which Entities such a page is made of.
    asio::awaitable<result<temporal_page>> select(tenant_id tenant, temporal_selection selection,
                                                  temporal_request request);

    /// The head of one Entity's evolution, without instances; nothing where it was never known.
    asio::awaitable<result<std::optional<evolution>>> head(tenant_id tenant, std::string uri);

    /// Those of the candidates that lived at the moment `at`, as they were, in order of eid. It
    /// costs two statements, the second reads the instances of what has changed since.
    /// Fails with too_complex_query where there are more than `most_past_candidates`, with
    /// bad_request_data where the history does not reach back so far, unavailable, internal_error.
    /// The reader must have a dictionary.
    asio::awaitable<result<std::vector<entity_row>>> as_of(tenant_id tenant, past_candidates which,
                                                           timestamp at);

    /// Whether the Entity, or its Temporal Evolution, is or was here.
    asio::awaitable<result<bool>> knows(tenant_id tenant, std::string uri);
    /// Whether anything is recorded of an Entity.
    asio::awaitable<result<bool>> has_instances(std::int64_t eid);

private:
    std::shared_ptr<reader> reader_;
    std::shared_ptr<history_edges> edges_;
};

} // namespace meridian::store
