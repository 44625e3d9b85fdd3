#pragma once

#include "meridian/base/result.hpp"
#include "meridian/ngsild/document.hpp"
#include "meridian/ngsild/linked.hpp"
#include "meridian/ngsild/names.hpp"
#include "meridian/query/plan.hpp"
#include "meridian/store/attribute_indexes.hpp"
#include "meridian/store/database.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace meridian::query {
class entity_order;
}

namespace meridian::store {

namespace pg {
class result;
}
class composed_statement;
class retrievals;
struct selection_options;

/// A living Entity as it is stored. Its views stay valid as long as it, or a copy, lives: it keeps
/// the database's answer alive.
struct entity_row {
    std::string_view uri;
    std::int64_t eid = 0;
    int version = 0;
    timestamp created_at{};
    timestamp modified_at{};
    ngsild::document_view document;
    std::shared_ptr<const void> keeps;
};

/// One page of a query, in order of eid (or of the plan's ordering), which is stable.
struct entity_page {
    std::vector<entity_row> rows;
    bool more = false;                 ///< there are more in the direction of reading
    std::optional<std::int64_t> count; ///< of all that match, where the plan asks for it
    std::int64_t first_eid = 0;        ///< of the page, for keyset links; 0 where it is empty
    std::int64_t last_eid = 0;
};

/// A query as the database carries it out, for `meridian explain`.
struct explained_query {
    std::string sql;
    std::vector<std::string> parameters; ///< printed
    std::vector<std::string> lines;      ///< of EXPLAIN
};

/// Reads of the current state. Belongs to the loop of its reader; every function is called there.
class entities {
public:
    /// `dictionary`, `watch` and `indexes` must outlive it.
    entities(std::shared_ptr<reader> from, const ngsild::names& dictionary,
             const expiry_watch& watch, attribute_indexes& indexes);
    entities(const entities&) = delete;
    entities& operator=(const entities&) = delete;
    ~entities();

    /// The Entity, or nothing. Retrieves that wait at the same moment share one statement; a lone
    /// one goes at once. Fails with unavailable, internal_error.
    asio::awaitable<result<std::optional<entity_row>>> retrieve(tenant_id tenant, std::string uri);

    /// Those of `uris` that exist, in no particular order.
    asio::awaitable<result<std::vector<entity_row>>> retrieve_all(tenant_id tenant,
                                                                  std::vector<std::string> uris);

    /// 4.5.23: loads what is linked with the Entities that `linked` was started with: a statement a
    /// level. The rows must live as long as `linked` is used. Fails with too_complex_query where
    /// an answer would hold more than `most_linked`, with unavailable, internal_error.
    asio::awaitable<result<std::vector<entity_row>>> load_linked(tenant_id tenant,
                                                                 ngsild::linked_entities& linked);
    static constexpr std::size_t most_linked = 10'000;

    /// 5.7.2: a page of what matches. What SQL cannot say is rechecked in memory, without breaking
    /// limit, offset or count. With an ordering (4.23) `plan.page.after` and `before`
    /// have no meaning.
    /// Fails with too_complex_query, unavailable, internal_error; bad_request_data (a collation).
    asio::awaitable<result<entity_page>> query(tenant_id tenant, const query::query_plan& plan);

    /// How many match.
    asio::awaitable<result<std::int64_t>> count(tenant_id tenant, const query::query_plan& plan);

    /// The statement that `retrieve` runs for one Entity, and the server's plan.
    asio::awaitable<result<explained_query>> explain_retrieve(tenant_id tenant, std::string uri);

    /// The statement that `query` would run, its parameters and the server's plan.
    asio::awaitable<result<explained_query>> explain(tenant_id tenant,
                                                     const query::query_plan& plan);

    /// Whether transient data (4.22) may be past their time, and not yet swept.
    [[nodiscard]] bool something_is_due() const noexcept;

private:
    /// Candidates beyond `from` in the plan's direction, `limit` at most, of which those are kept
    /// that the plan really selects.
    struct stretch;
    asio::awaitable<result<stretch>> read_stretch(tenant_id tenant, const query::query_plan& plan,
                                                  std::int64_t from, std::int64_t limit);
    asio::awaitable<result<entity_page>> query_by_sql(tenant_id tenant,
                                                      const query::query_plan& plan);
    /// How a walk, which ends with its page, comes to the count: by going on, or by `count`.
    enum class counting : bool { afterwards, by_going_on };
    asio::awaitable<result<entity_page>> query_by_walk(tenant_id tenant,
                                                       const query::query_plan& plan, counting how);
    /// 4.23: looks at all candidates, and keeps of what the plan selects as much as the page and
    /// what comes before it.
    asio::awaitable<result<entity_page>> query_in_order(tenant_id tenant,
                                                        const query::query_plan& plan);
    /// Some candidates with what an ordering sees of them: told by SQL (with the documents of those
    /// of which it cannot), or read from all documents.
    struct ordered_stretch;
    asio::awaitable<result<ordered_stretch>> order_by_sql(tenant_id tenant,
                                                          const query::query_plan& plan,
                                                          const query::entity_order& order,
                                                          const selection_options& options);
    asio::awaitable<result<ordered_stretch>>
    order_by_documents(tenant_id tenant, const query::query_plan& plan,
                       const query::entity_order& order, std::int64_t from, std::int64_t limit);
    /// By one statement, where no candidate is left to memory; else nothing.
    asio::awaitable<result<std::optional<std::int64_t>>>
    count_surely(tenant_id tenant, const query::query_plan& plan);
    /// Carries out the statement of `rendered`.
    asio::awaitable<result<pg::result>> select(tenant_id tenant, const query::query_plan& plan,
                                               const selection_options& options);
    /// The statement, driven from index rows where there are some.
    [[nodiscard]] composed_statement rendered(tenant_id tenant, const query::query_plan& plan,
                                              const selection_options& options) const;

    std::shared_ptr<reader> reader_;
    const ngsild::names& dictionary_;
    const expiry_watch& watch_;
    attribute_indexes& indexes_;
    std::shared_ptr<retrievals> retrievals_;
};

} // namespace meridian::store
