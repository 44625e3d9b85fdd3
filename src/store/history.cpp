#include "meridian/store/history.hpp"

#include "store/reads/history_statements.hpp"
#include "store/reads/load_instances.hpp"
#include "store/reads/rolled.hpp"

#include <algorithm>

namespace meridian::store {
namespace {

constexpr std::int64_t most_examined = 100'000;
constexpr std::int64_t stretch = 100;

evolution read_head(const shared_result& from, std::size_t number) {
    const pg::row row = (*from)[number];
    evolution made;
    made.eid = row.int8(head_columns::eid);
    made.uri = row.text(head_columns::uri);
    made.created_at = row.timestamptz(head_columns::created_at);
    made.modified_at = row.timestamptz(head_columns::modified_at);
    if (!row.is_null(head_columns::deleted_at))
        made.deleted_at = row.timestamptz(head_columns::deleted_at);
    made.types = row.int4_array(head_columns::types);
    made.attributes = row.int4_array(head_columns::attributes);
    made.keeps.push_back(from);
    return made;
}

/// Heads as a statement gives them.
struct heads {
    std::vector<evolution> found;
    std::optional<std::int64_t> count;
};

asio::awaitable<result<heads>> load_heads(reader& on, composed_statement statement) {
    MERIDIAN_CO_TRY(const shared_result kept, co_await load(on, std::move(statement)));
    heads made;
    for (std::size_t at = 0; at < kept->size(); ++at)
        made.found.push_back(read_head(kept, at));
    co_return made;
}

asio::awaitable<result<temporal_page>> page_by_sql(reader& on, tenant_id tenant,
                                                   const temporal_selection& selection,
                                                   const temporal_request& request,
                                                   const history_edges& edges) {
    heads_wanted wanted;
    wanted.after = selection.after;
    wanted.offset = selection.offset;
    wanted.limit = selection.limit + 1;
    wanted.with_count = selection.count;
    MERIDIAN_CO_TRY(wanted.gone_too,
                    co_await may_lack(on, tenant, request.interval, edges.horizon()));
    auto statement = render_heads(tenant, selection, request, wanted);
    MERIDIAN_CO_TRY(const shared_result kept, co_await load(on, std::move(statement)));
    temporal_page page;
    for (std::size_t at = 0; at < kept->size(); ++at)
        page.evolutions.push_back(read_head(kept, at));
    if (selection.count && !kept->empty())
        page.count = (*kept)[0].int8(head_columns::count);
    co_return page;
}

asio::awaitable<result<temporal_page>> page_by_walk(reader& on, tenant_id tenant,
                                                    const temporal_selection& selection,
                                                    const temporal_request& request,
                                                    history_edges& edges) {
    temporal_page page;
    std::int64_t matched = 0;
    std::int64_t examined = 0;
    temporal_request whole;
    whole.interval = request.interval;
    whole.interval.last_n.reset();
    whole.instance_limit = std::numeric_limits<std::int32_t>::max();
    heads_wanted wanted;
    wanted.after = selection.after;
    wanted.limit = stretch;
    MERIDIAN_CO_TRY(wanted.gone_too,
                    co_await may_lack(on, tenant, request.interval, edges.horizon()));
    const auto limit = static_cast<std::size_t>(selection.limit) + 1;
    while (selection.count || page.evolutions.size() < limit) {
        auto statement = render_heads(tenant, selection, request, wanted);
        MERIDIAN_CO_TRY(heads read, co_await load_heads(on, std::move(statement)));
        MERIDIAN_CO_CHECK(co_await load_instances(on, read.found, whole, edges));
        for (evolution& one : read.found) {
            wanted.after = one.eid;
            if (!selection.matches(one) || matched++ < selection.offset)
                continue;
            if (page.evolutions.size() < limit) {
                one.rows.clear(); // what is shown may be less than what was tested
                page.evolutions.push_back(std::move(one));
            }
        }
        examined += static_cast<std::int64_t>(read.found.size());
        if (static_cast<std::int64_t>(read.found.size()) < stretch)
            break;
        if (examined >= most_examined)
            co_return problem(problem_kind::too_complex_query,
                              "the temporal query has too many candidates to look at one by one");
    }
    if (selection.count)
        page.count = matched;
    co_return page;
}

} // namespace

asio::awaitable<result<std::optional<evolution>>>
history::retrieve(tenant_id tenant, std::string uri, temporal_request request) {
    const auto on = reader_;
    if (!request.aggregated) {
        MERIDIAN_CO_CHECK(check_horizon(request.interval, edges_->horizon()));
    }
    auto statement = render_head(tenant, uri);
    MERIDIAN_CO_TRY(heads read, co_await load_heads(*on, std::move(statement)));
    if (read.found.empty())
        co_return std::optional<evolution>{};
    MERIDIAN_CO_CHECK(co_await load_instances(*on, read.found, request, *edges_));
    evolution& found = read.found.front();
    if (found.rows.empty() &&
        found.aggregated.empty()) { // nothing in the interval, or nothing at all (5.6.16)
        MERIDIAN_CO_TRY(const bool any, co_await has_instances(found.eid));
        if (!any)
            co_return std::optional<evolution>{};
    }
    co_return std::optional<evolution>{std::move(found)};
}

asio::awaitable<result<bool>> history::has_instances(std::int64_t eid) {
    const auto on = reader_;
    auto looking = render_existence(eid);
    MERIDIAN_CO_TRY(const shared_result any, co_await load(*on, std::move(looking)));
    co_return !any->empty();
}

asio::awaitable<result<std::optional<evolution>>> history::head(tenant_id tenant, std::string uri) {
    const auto on = reader_;
    auto statement = render_head(tenant, uri);
    MERIDIAN_CO_TRY(heads read, co_await load_heads(*on, std::move(statement)));
    if (read.found.empty())
        co_return std::optional<evolution>{};
    co_return std::optional<evolution>{std::move(read.found.front())};
}

asio::awaitable<result<bool>> history::knows(tenant_id tenant, std::string uri) {
    auto looking = head(tenant, std::move(uri));
    MERIDIAN_CO_TRY(const auto found, co_await std::move(looking));
    co_return found.has_value();
}

asio::awaitable<result<temporal_page>>
history::select(tenant_id tenant, temporal_selection selection, temporal_request request) {
    const auto on = reader_;
    if (!request.aggregated) {
        MERIDIAN_CO_CHECK(check_horizon(request.interval, edges_->horizon()));
    }
    auto reading = selection.matches ? page_by_walk(*on, tenant, selection, request, *edges_)
                                     : page_by_sql(*on, tenant, selection, request, *edges_);
    MERIDIAN_CO_TRY(temporal_page page, co_await std::move(reading));
    page.more = page.evolutions.size() > static_cast<std::size_t>(selection.limit);
    if (page.more)
        page.evolutions.resize(static_cast<std::size_t>(selection.limit));
    if (selection.count && !page.count) { // beyond the last page: no row carried the count
        temporal_selection all = selection;
        all.offset = 0;
        all.limit = 1;
        auto counting = page_by_sql(*on, tenant, all, request, *edges_);
        MERIDIAN_CO_TRY(const temporal_page counted, co_await std::move(counting));
        page.count = counted.count.value_or(0);
    }
    co_return page;
}

asio::awaitable<result<temporal_page>>
history::query(tenant_id tenant, temporal_selection selection, temporal_request request) {
    const auto on = reader_;
    auto selecting = select(tenant, std::move(selection), request);
    MERIDIAN_CO_TRY(temporal_page page, co_await std::move(selecting));
    MERIDIAN_CO_CHECK(co_await load_instances(*on, page.evolutions, request, *edges_));
    co_return page;
}

} // namespace meridian::store
