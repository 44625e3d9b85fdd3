#include "meridian/store/history.hpp"

#include "store/pg/pool.hpp"
#include "store/reads/aggregate_statements.hpp"
#include "store/reads/history_statements.hpp"
#include "store/reads/learn.hpp"

#include <algorithm>

namespace meridian::store {
namespace {

constexpr std::int64_t most_examined = 100'000;
constexpr std::int64_t stretch = 100;

asio::awaitable<result<pg::result>> execute(reader& on, const composed_statement& what) {
    const pg::statement statement = what.statement();
    auto waiting = on.pool().execute(statement, what.with());
    co_return co_await std::move(waiting);
}

evolution read_head(const std::shared_ptr<const pg::result>& from, std::size_t number) {
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

void append_unknown(std::vector<ngsild::name_id>& to, const evolution& of,
                    const ngsild::names& dictionary) {
    ngsild::append_unknown_names(to, of.types, dictionary);
    for (const ngsild::history_row& row : of.rows)
        ngsild::append_unknown_names(to, row, dictionary);
    for (const ngsild::aggregated_attribute& one : of.aggregated)
        if (one.attribute != ngsild::scope_attribute)
            ngsild::append_unknown_names(to, std::vector{one.attribute}, dictionary);
}

/// Hands the instances, which come in the order of the Entities and their Attributes, to them.
void distribute(const std::shared_ptr<const pg::result>& instances, std::vector<evolution>& among,
                std::int64_t limit) {
    std::size_t at = 0;
    std::int64_t of_one = 0;
    for (const pg::row row : *instances) {
        while (among[at].eid != row.int8(instance_columns::eid))
            ++at;
        evolution& into = among[at];
        const ngsild::history_row instance = read_instance(row);
        const bool continues =
            !into.rows.empty() && into.rows.back().attribute == instance.attribute;
        of_one = continues ? of_one + 1 : 1;
        if (of_one > limit)
            into.truncated = true;
        else
            into.rows.push_back(instance);
    }
    for (evolution& one : among)
        one.keeps.push_back(instances);
}

/// (eid, Attribute) pairs, as two lists.
struct pairs {
    std::vector<std::int64_t> eids;
    std::vector<ngsild::name_id> attributes;
};

/// What is to be read of the heads, which keep the Attributes that are asked for.
pairs choose_attributes(std::vector<evolution>& heads, const temporal_request& request) {
    pairs chosen;
    for (evolution& one : heads) {
        if (!request.attributes.empty())
            std::erase_if(one.attributes, [&](ngsild::name_id had) {
                return std::ranges::find(request.attributes, had) == request.attributes.end();
            });
        for (const ngsild::name_id attribute : one.attributes) {
            if (request.aggregated && attribute == ngsild::scope_attribute)
                continue; // 4.5.19: Properties and Relationships are aggregated
            chosen.eids.push_back(one.eid);
            chosen.attributes.push_back(attribute);
        }
    }
    return chosen;
}

asio::awaitable<result<void>> load_aggregates(reader& on, std::vector<evolution>& heads,
                                              const pairs& of, const temporal_request& request) {
    const std::int64_t limit = request.instance_limit;
    const composed_statement statement =
        render_aggregates(of.eids, of.attributes, request, limit + 1);
    MERIDIAN_CO_TRY(const pg::result found, co_await execute(on, statement));
    distribute_aggregates(found, heads, request, limit);
    co_return co_await learn_names(on, heads, append_unknown);
}

/// Fills in the instances, or what is made of them, that `request` asks for. `heads` are in order
/// of eid.
asio::awaitable<result<void>> load_instances(reader& on, std::vector<evolution>& heads,
                                             const temporal_request& request) {
    const pairs chosen = choose_attributes(heads, request);
    if (chosen.eids.empty())
        co_return co_await learn_names(on, heads, append_unknown);
    if (request.aggregated)
        co_return co_await load_aggregates(on, heads, chosen, request);
    std::int64_t limit = request.instance_limit;
    bool is_capped = true; // one more is asked for, to know whether any is held back
    if (request.interval.last_n && *request.interval.last_n <= limit) {
        limit = *request.interval.last_n;
        is_capped = false;
    }
    const composed_statement statement =
        render_instances(chosen.eids, chosen.attributes, request, is_capped ? limit + 1 : limit);
    auto found = co_await execute(on, statement);
    if (!found)
        co_return found.error();
    distribute(std::make_shared<const pg::result>(std::move(*found)), heads, limit);
    co_return co_await learn_names(on, heads, append_unknown);
}

/// Heads as a statement gives them.
struct heads {
    std::vector<evolution> found;
    std::optional<std::int64_t> count;
};

asio::awaitable<result<heads>> load_heads(reader& on, const composed_statement& statement) {
    auto answer = co_await execute(on, statement);
    if (!answer)
        co_return answer.error();
    const auto kept = std::make_shared<const pg::result>(std::move(*answer));
    heads made;
    for (std::size_t at = 0; at < kept->size(); ++at)
        made.found.push_back(read_head(kept, at));
    co_return made;
}

asio::awaitable<result<temporal_page>> page_by_sql(reader& on, tenant_id tenant,
                                                   const temporal_selection& selection,
                                                   const temporal_request& request) {
    heads_wanted wanted;
    wanted.offset = selection.offset;
    wanted.limit = selection.limit + 1;
    wanted.with_count = selection.count;
    const composed_statement statement = render_heads(tenant, selection, request, wanted);
    auto answer = co_await execute(on, statement);
    if (!answer)
        co_return answer.error();
    const auto kept = std::make_shared<const pg::result>(std::move(*answer));
    temporal_page page;
    for (std::size_t at = 0; at < kept->size(); ++at)
        page.evolutions.push_back(read_head(kept, at));
    if (selection.count && !kept->empty())
        page.count = (*kept)[0].int8(head_columns::count);
    co_return page;
}

asio::awaitable<result<temporal_page>> page_by_walk(reader& on, tenant_id tenant,
                                                    const temporal_selection& selection,
                                                    const temporal_request& request) {
    temporal_page page;
    std::int64_t matched = 0;
    std::int64_t examined = 0;
    temporal_request whole;
    whole.interval = request.interval;
    whole.interval.last_n.reset();
    whole.instance_limit = std::numeric_limits<std::int32_t>::max();
    heads_wanted wanted;
    wanted.limit = stretch;
    const auto limit = static_cast<std::size_t>(selection.limit) + 1;
    while (selection.count || page.evolutions.size() < limit) {
        const composed_statement statement = render_heads(tenant, selection, request, wanted);
        MERIDIAN_CO_TRY(heads read, co_await load_heads(on, statement));
        MERIDIAN_CO_CHECK(co_await load_instances(on, read.found, whole));
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
    const composed_statement statement = render_head(tenant, uri);
    MERIDIAN_CO_TRY(heads read, co_await load_heads(*on, statement));
    if (read.found.empty())
        co_return std::optional<evolution>{};
    MERIDIAN_CO_CHECK(co_await load_instances(*on, read.found, request));
    evolution& found = read.found.front();
    if (found.rows.empty() &&
        found.aggregated.empty()) { // nothing in the interval, or nothing at all (5.6.16)
        const composed_statement looking = render_existence(found.eid);
        MERIDIAN_CO_TRY(const pg::result any, co_await execute(*on, looking));
        if (any.empty())
            co_return std::optional<evolution>{};
    }
    co_return std::optional<evolution>{std::move(found)};
}

asio::awaitable<result<bool>> history::knows(tenant_id tenant, std::string uri) {
    const auto on = reader_;
    const composed_statement statement = render_head(tenant, uri);
    MERIDIAN_CO_TRY(const heads read, co_await load_heads(*on, statement));
    co_return !read.found.empty();
}

asio::awaitable<result<temporal_page>>
history::query(tenant_id tenant, temporal_selection selection, temporal_request request) {
    const auto on = reader_;
    auto reading = selection.matches ? page_by_walk(*on, tenant, selection, request)
                                     : page_by_sql(*on, tenant, selection, request);
    MERIDIAN_CO_TRY(temporal_page page, co_await std::move(reading));
    page.more = page.evolutions.size() > static_cast<std::size_t>(selection.limit);
    if (page.more)
        page.evolutions.resize(static_cast<std::size_t>(selection.limit));
    if (selection.count && !page.count) { // beyond the last page: no row carried the count
        temporal_selection all = selection;
        all.offset = 0;
        all.limit = 1;
        auto counting = page_by_sql(*on, tenant, all, request);
        MERIDIAN_CO_TRY(const temporal_page counted, co_await std::move(counting));
        page.count = counted.count.value_or(0);
    }
    MERIDIAN_CO_CHECK(co_await load_instances(*on, page.evolutions, request));
    co_return page;
}

} // namespace meridian::store
