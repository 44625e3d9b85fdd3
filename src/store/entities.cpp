#include "meridian/store/entities.hpp"

#include "store/pg/pool.hpp"
#include "store/reads/learn.hpp"
#include "store/reads/recheck.hpp"
#include "store/reads/retrievals.hpp"
#include "store/reads/rows_of.hpp"
#include "store/reads/selection.hpp"
#include "store/reads/stretch.hpp"
#include "store/reads/value_driver.hpp"

#include <algorithm>
#include <span>

namespace meridian::store {
namespace {

using output = selection_options::output;

constexpr std::int64_t first_stretch = 100;

/// Where a keyset begins.
std::int64_t start_of(const query::page& page) noexcept {
    return page.before ? *page.before : page.after.value_or(0);
}

/// `rows` are in the direction of reading, and hold one more than the page where there are more.
entity_page make_page(std::vector<entity_row> rows, const query::page& asked) {
    entity_page page;
    page.more = rows.size() > asked.limit;
    if (page.more)
        rows.resize(asked.limit);
    if (asked.before)
        std::ranges::reverse(rows);
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

} // namespace

entities::entities(std::shared_ptr<reader> from, const ngsild::names& dictionary,
                   const expiry_watch& watch, attribute_indexes& indexes)
    : reader_(std::move(from)), dictionary_(dictionary), watch_(watch), indexes_(indexes),
      retrievals_(std::make_shared<retrievals>(reader_)) {}

entities::~entities() = default;

bool entities::something_is_due() const noexcept {
    const auto now =
        std::chrono::time_point_cast<timestamp::duration>(std::chrono::system_clock::now());
    return watch_.earliest() <= now.time_since_epoch().count();
}

composed_statement entities::rendered(tenant_id tenant, const query::query_plan& plan,
                                      const selection_options& options) const {
    if (!plan.q)
        return render_selection(tenant, plan, options);
    const auto known = indexes_.current();
    const auto driver = choose_driver(tenant, plan, *known, dictionary_);
    selection_options driven = options;
    driven.driver = driver ? &*driver : nullptr;
    return render_selection(tenant, plan, driven);
}

asio::awaitable<result<pg::result>> entities::select(tenant_id tenant,
                                                     const query::query_plan& plan,
                                                     const selection_options& options) {
    const composed_statement statement = rendered(tenant, plan, options);
    const pg::statement what = statement.statement();
    const auto begun = std::chrono::steady_clock::now();
    auto waiting = reader_->pool().execute(what, statement.with());
    auto found = co_await std::move(waiting);
    const auto took = std::chrono::steady_clock::now() - begun;
    note_scan(indexes_, tenant, plan, dictionary_,
              std::chrono::duration_cast<std::chrono::microseconds>(took));
    co_return found;
}

asio::awaitable<result<std::optional<entity_row>>> entities::retrieve(tenant_id tenant,
                                                                      std::string uri) {
    auto waiting = retrievals_->retrieve(tenant, std::move(uri));
    MERIDIAN_CO_TRY(auto found, co_await std::move(waiting));
    if (!found)
        co_return found;
    const std::span row(&*found, 1);
    if (!unknown_names(*reader_, row, append_unknown_of_entity)
             .empty()) { // no frame where all is known
        MERIDIAN_CO_CHECK(co_await learn_names(*reader_, row, append_unknown_of_entity));
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
    MERIDIAN_CO_CHECK(co_await learn_names(*reader_, rows, append_unknown_of_entity));
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
    const counting how = plan.page.after || plan.page.before || counts_surely(plan)
                             ? counting::afterwards
                             : counting::by_going_on;
    auto answer = !plan.order.terms.empty() ? query_in_order(tenant, plan)
                  : needs_recheck(plan)     ? query_by_walk(tenant, plan, how)
                                            : query_by_sql(tenant, plan);
    co_return co_await std::move(answer);
}

asio::awaitable<result<entity_page>> entities::query_by_sql(tenant_id tenant,
                                                            const query::query_plan& plan) {
    selection_options options;
    // Page and count that are asked together come from one statement: one snapshot.
    options.wanted = plan.want_count ? output::page_and_count : output::page;
    options.from = start_of(plan.page);
    options.backwards = plan.page.before.has_value();
    options.offset = static_cast<std::int64_t>(plan.page.offset);
    options.limit = static_cast<std::int64_t>(plan.page.limit) + 1;
    options.exclude_expired = something_is_due();
    auto selecting = select(tenant, plan, options);
    auto found = co_await std::move(selecting);
    if (!found)
        co_return found.error();
    const auto kept = std::make_shared<const pg::result>(std::move(*found));
    MERIDIAN_CO_TRY(std::vector<entity_row> rows, read_entities(kept));
    entity_page page = make_page(std::move(rows), plan.page);
    MERIDIAN_CO_CHECK(co_await learn_names(*reader_, page.rows, append_unknown_of_entity));
    if (plan.want_count && kept->empty()) { // beyond the last page: no row carries the count
        MERIDIAN_CO_TRY(page.count, co_await count(tenant, plan));
    } else if (plan.want_count) {
        page.count = (*kept)[0].int8(page_columns::count);
    }
    co_return page;
}

asio::awaitable<result<entities::stretch>> entities::read_stretch(tenant_id tenant,
                                                                  const query::query_plan& plan,
                                                                  std::int64_t from,
                                                                  std::int64_t limit) {
    selection_options options;
    options.from = from;
    options.backwards = plan.page.before.has_value();
    options.limit = limit;
    options.exclude_expired = something_is_due();
    auto selecting = select(tenant, plan, options);
    auto found = co_await std::move(selecting);
    if (!found)
        co_return found.error();
    const auto kept = std::make_shared<const pg::result>(std::move(*found));
    MERIDIAN_CO_TRY(std::vector<entity_row> candidates, read_entities(kept));
    MERIDIAN_CO_CHECK(co_await learn_names(*reader_, candidates, append_unknown_of_entity));
    stretch made;
    made.examined = static_cast<std::int64_t>(candidates.size());
    made.last = candidates.empty() ? from : candidates.back().eid;
    if (!needs_recheck(plan)) {
        made.rows = std::move(candidates);
        co_return made;
    }
    auto checked = recheck(*reader_, tenant, plan, dictionary_, std::move(candidates));
    MERIDIAN_CO_TRY(made.rows, co_await std::move(checked));
    co_return made;
}

asio::awaitable<result<entity_page>>
entities::query_by_walk(tenant_id tenant, const query::query_plan& plan, counting how) {
    std::vector<entity_row> rows;
    std::int64_t matched = 0;
    std::int64_t examined = 0;
    std::int64_t from = start_of(plan.page);
    const std::size_t wanted = static_cast<std::size_t>(plan.page.limit) + 1;
    const bool counts = plan.want_count && how == counting::by_going_on;
    // Nearly all that SQL lets through match, but for what it knows nothing of.
    std::int64_t limit = static_cast<std::int64_t>(wanted);
    if (counts || plan.id_pattern || plan.page.offset > 0)
        limit = std::max(limit, first_stretch);
    while (counts || rows.size() < wanted) {
        limit = std::min(limit, most_examined + 1 - examined);
        auto reading = read_stretch(tenant, plan, from, limit);
        MERIDIAN_CO_TRY(stretch read, co_await std::move(reading));
        for (entity_row& row : read.rows)
            if (matched++ >= static_cast<std::int64_t>(plan.page.offset) && rows.size() < wanted)
                rows.push_back(std::move(row));
        examined += read.examined;
        from = read.last;
        if (read.examined < limit)
            break;
        if (examined > most_examined && (counts || rows.size() < wanted))
            co_return problem(problem_kind::too_complex_query,
                              "the query has too many candidates to look at one by one");
        // By steps: a page whose candidates match one in three is full soon.
        limit = counts ? longest_stretch : std::min(longest_stretch, limit * 4);
    }
    entity_page page = make_page(std::move(rows), plan.page);
    if (counts) {
        page.count = matched;
    } else if (plan.want_count) {
        MERIDIAN_CO_TRY(page.count, co_await count(tenant, plan));
    }
    co_return page;
}

asio::awaitable<result<std::optional<std::int64_t>>>
entities::count_surely(tenant_id tenant, const query::query_plan& plan) {
    // Expired instances (4.22) stand in `search` until they are swept.
    if (!counts_surely(plan) || something_is_due())
        co_return std::optional<std::int64_t>{};
    selection_options options;
    options.wanted = output::sure_count;
    auto selecting = select(tenant, plan, options);
    auto found = co_await std::move(selecting);
    if (!found)
        co_return found.error();
    const std::int64_t sure = (*found)[0].int8(0);
    const std::int64_t possible = (*found)[0].int8(1);
    co_return sure == possible ? std::optional(sure) : std::nullopt;
}

asio::awaitable<result<std::int64_t>> entities::count(tenant_id tenant,
                                                      const query::query_plan& plan) {
    if (plan.access == query::access_path::nothing)
        co_return std::int64_t{0};
    if (needs_recheck(plan)) {
        MERIDIAN_CO_TRY(const auto sure, co_await count_surely(tenant, plan));
        if (sure)
            co_return *sure;
        query::query_plan all = plan;
        all.page = query::page{};
        all.order = {};
        all.want_count = true;
        MERIDIAN_CO_TRY(const entity_page page,
                        co_await query_by_walk(tenant, all, counting::by_going_on));
        co_return page.count.value_or(0);
    }
    selection_options options;
    options.wanted = output::count;
    options.exclude_expired = something_is_due();
    auto selecting = select(tenant, plan, options);
    auto found = co_await std::move(selecting);
    if (!found)
        co_return found.error();
    co_return (*found)[0].int8(0);
}

} // namespace meridian::store
