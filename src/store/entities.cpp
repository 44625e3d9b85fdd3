#include "meridian/store/entities.hpp"

#include "store/pg/pool.hpp"
#include "store/reads/learn.hpp"
#include "store/reads/recheck.hpp"
#include "store/reads/retrievals.hpp"
#include "store/reads/rows_of.hpp"
#include "store/reads/selection.hpp"
#include "store/reads/stretch.hpp"

#include <algorithm>
#include <span>

namespace meridian::store {
namespace {

using output = selection_options::output;

constexpr std::int64_t first_stretch = 100;

/// `rows` hold one more than the page where a next page exists.
entity_page make_page(std::vector<entity_row> rows, std::size_t limit) {
    entity_page page;
    page.more = rows.size() > limit;
    if (page.more)
        rows.resize(limit);
    page.rows = std::move(rows);
    if (!page.rows.empty()) {
        page.first_eid = page.rows.front().eid;
        page.last_eid = page.rows.back().eid;
    }
    return page;
}

entity_page empty_page(const query::query_plan& plan) {
    entity_page page;
    if (plan.want_count)
        page.count = 0;
    return page;
}

void append_unknown(std::vector<ngsild::name_id>& to, const entity_row& row,
                    const ngsild::names& dictionary) {
    ngsild::append_unknown_names(to, row.document, dictionary);
}

asio::awaitable<result<pg::result>> execute(reader& on, const composed_statement& what) {
    const pg::statement statement = what.statement();
    auto waiting = on.pool().execute(statement, what.with());
    co_return co_await std::move(waiting);
}

} // namespace

entities::entities(std::shared_ptr<reader> from, const ngsild::names& dictionary,
                   const expiry_watch& watch)
    : reader_(std::move(from)), dictionary_(dictionary), watch_(watch),
      retrievals_(std::make_shared<retrievals>(reader_)) {}

entities::~entities() = default;

bool entities::something_is_due() const noexcept {
    const auto now =
        std::chrono::time_point_cast<timestamp::duration>(std::chrono::system_clock::now());
    return watch_.earliest() <= now.time_since_epoch().count();
}

asio::awaitable<result<std::optional<entity_row>>> entities::retrieve(tenant_id tenant,
                                                                      std::string uri) {
    auto waiting = retrievals_->retrieve(tenant, std::move(uri));
    MERIDIAN_CO_TRY(auto found, co_await std::move(waiting));
    if (!found)
        co_return found;
    const std::span row(&*found, 1);
    if (!unknown_names(*reader_, row, append_unknown).empty()) { // no frame where all is known
        MERIDIAN_CO_CHECK(co_await learn_names(*reader_, row, append_unknown));
    }
    co_return found;
}

asio::awaitable<result<std::vector<entity_row>>>
entities::retrieve_all(tenant_id tenant, std::vector<std::string> uris) {
    const std::vector<std::string_view> views(uris.begin(), uris.end());
    auto found = co_await select_by_uri(*reader_, tenant, views);
    if (!found)
        co_return found.error();
    const auto kept = std::make_shared<const pg::result>(std::move(*found));
    MERIDIAN_CO_TRY(std::vector<entity_row> rows, read_entities(kept));
    const auto now =
        std::chrono::time_point_cast<timestamp::duration>(std::chrono::system_clock::now());
    std::erase_if(rows, [now](const entity_row& row) { return is_expired(row, now); });
    MERIDIAN_CO_CHECK(co_await learn_names(*reader_, rows, append_unknown));
    co_return rows;
}

asio::awaitable<result<entity_page>> entities::query(tenant_id tenant,
                                                     const query::query_plan& plan) {
    if (plan.access == query::access_path::nothing)
        co_return empty_page(plan);
    if (plan.page.limit == 0) {
        entity_page page;
        if (plan.want_count) {
            MERIDIAN_CO_TRY(page.count, co_await count(tenant, plan));
        }
        co_return page;
    }
    auto answer = !plan.order.terms.empty() ? query_in_order(tenant, plan)
                  : needs_recheck(plan)     ? query_by_walk(tenant, plan)
                                            : query_by_sql(tenant, plan);
    co_return co_await std::move(answer);
}

asio::awaitable<result<entity_page>> entities::query_by_sql(tenant_id tenant,
                                                            const query::query_plan& plan) {
    selection_options options;
    // Page and count that are asked together come from one statement: one snapshot.
    options.wanted = plan.want_count ? output::page_and_count : output::page;
    options.after = plan.page.after.value_or(0);
    options.offset = static_cast<std::int64_t>(plan.page.offset);
    options.limit = static_cast<std::int64_t>(plan.page.limit) + 1;
    options.exclude_expired = something_is_due();
    const composed_statement statement = render_selection(tenant, plan, options);
    auto found = co_await execute(*reader_, statement);
    if (!found)
        co_return found.error();
    const auto kept = std::make_shared<const pg::result>(std::move(*found));
    MERIDIAN_CO_TRY(std::vector<entity_row> rows, read_entities(kept));
    entity_page page = make_page(std::move(rows), plan.page.limit);
    MERIDIAN_CO_CHECK(co_await learn_names(*reader_, page.rows, append_unknown));
    if (plan.want_count && kept->empty()) { // beyond the last page: no row carries the count
        MERIDIAN_CO_TRY(page.count, co_await count(tenant, plan));
    } else if (plan.want_count) {
        page.count = (*kept)[0].int8(page_columns::count);
    }
    co_return page;
}

asio::awaitable<result<entities::stretch>> entities::read_stretch(tenant_id tenant,
                                                                  const query::query_plan& plan,
                                                                  std::int64_t after,
                                                                  std::int64_t limit) {
    selection_options options;
    options.after = after;
    options.limit = limit;
    options.exclude_expired = something_is_due();
    const composed_statement statement = render_selection(tenant, plan, options);
    auto found = co_await execute(*reader_, statement);
    if (!found)
        co_return found.error();
    const auto kept = std::make_shared<const pg::result>(std::move(*found));
    MERIDIAN_CO_TRY(std::vector<entity_row> candidates, read_entities(kept));
    MERIDIAN_CO_CHECK(co_await learn_names(*reader_, candidates, append_unknown));
    stretch made;
    made.examined = static_cast<std::int64_t>(candidates.size());
    made.last = candidates.empty() ? after : candidates.back().eid;
    if (!needs_recheck(plan)) {
        made.rows = std::move(candidates);
        co_return made;
    }
    auto checked = recheck(*reader_, tenant, plan, dictionary_, std::move(candidates));
    MERIDIAN_CO_TRY(made.rows, co_await std::move(checked));
    co_return made;
}

asio::awaitable<result<entity_page>> entities::query_by_walk(tenant_id tenant,
                                                             const query::query_plan& plan) {
    std::vector<entity_row> rows;
    std::int64_t matched = 0;
    std::int64_t examined = 0;
    std::int64_t after = plan.page.after.value_or(0);
    const std::size_t wanted = static_cast<std::size_t>(plan.page.limit) + 1;
    const bool counts = plan.want_count && !plan.page.after;
    // Nearly all that SQL lets through match, but for what it knows nothing of.
    std::int64_t limit = static_cast<std::int64_t>(wanted);
    if (counts || plan.id_pattern || plan.page.offset > 0)
        limit = std::max(limit, first_stretch);
    while (counts || rows.size() < wanted) {
        auto reading = read_stretch(tenant, plan, after, limit);
        MERIDIAN_CO_TRY(stretch read, co_await std::move(reading));
        for (entity_row& row : read.rows)
            if (matched++ >= static_cast<std::int64_t>(plan.page.offset) && rows.size() < wanted)
                rows.push_back(std::move(row));
        examined += read.examined;
        after = read.last;
        if (read.examined < limit)
            break;
        if (examined >= most_examined)
            co_return problem(problem_kind::too_complex_query,
                              "the query has too many candidates to look at one by one");
        limit = longest_stretch;
    }
    entity_page page = make_page(std::move(rows), plan.page.limit);
    if (counts) {
        page.count = matched;
    } else if (plan.want_count) {
        MERIDIAN_CO_TRY(page.count, co_await count(tenant, plan));
    }
    co_return page;
}

asio::awaitable<result<std::int64_t>> entities::count(tenant_id tenant,
                                                      const query::query_plan& plan) {
    if (plan.access == query::access_path::nothing)
        co_return std::int64_t{0};
    if (needs_recheck(plan)) {
        query::query_plan all = plan;
        all.page = query::page{};
        all.order = {};
        all.want_count = true;
        MERIDIAN_CO_TRY(const entity_page page, co_await query_by_walk(tenant, all));
        co_return page.count.value_or(0);
    }
    selection_options options;
    options.wanted = output::count;
    options.exclude_expired = something_is_due();
    const composed_statement statement = render_selection(tenant, plan, options);
    auto found = co_await execute(*reader_, statement);
    if (!found)
        co_return found.error();
    co_return (*found)[0].int8(0);
}

asio::awaitable<result<explained_query>> entities::explain(tenant_id tenant,
                                                           const query::query_plan& plan) {
    explained_query answer;
    if (plan.access == query::access_path::nothing)
        co_return answer;
    selection_options options;
    options.wanted = plan.page.limit == 0 ? output::count
                     : plan.want_count    ? output::page_and_count
                                          : output::page;
    options.after = plan.page.after.value_or(0);
    options.offset = static_cast<std::int64_t>(plan.page.offset);
    options.limit = static_cast<std::int64_t>(plan.page.limit) + 1;
    if (!plan.order.terms.empty()) { // the first stretch of all candidates
        options.wanted = output::page;
        options.offset = 0;
        options.limit = longest_stretch;
    }
    options.exclude_expired = something_is_due();
    const composed_statement statement = render_selection(tenant, plan, options);
    answer.sql = statement.text();
    answer.parameters = statement.printed();
    const std::string name = std::string("explain_") + statement.statement().name;
    const std::string text = "EXPLAIN (ANALYZE, BUFFERS) " + statement.text();
    const pg::statement explaining{name.c_str(), text.c_str()};
    auto waiting = reader_->pool().execute(explaining, statement.with());
    auto lines = co_await std::move(waiting);
    if (!lines)
        co_return lines.error();
    for (const pg::row row : *lines)
        answer.lines.emplace_back(row.text(0));
    co_return answer;
}

} // namespace meridian::store
