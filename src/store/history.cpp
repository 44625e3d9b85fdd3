#include "meridian/store/history.hpp"

#include "meridian/query/order.hpp"
#include "store/reads/history_statements.hpp"
#include "store/reads/load_instances.hpp"
#include "store/reads/rolled.hpp"
#include "store/reads/scope_times.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace meridian::store {
namespace {

constexpr std::int64_t most_examined = 100'000;
constexpr std::int64_t stretch = 100;
constexpr std::int64_t long_stretch = 1'000; ///< where only the heads are looked at

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

std::vector<evolution> read_heads(const shared_result& from) {
    std::vector<evolution> made;
    for (std::size_t at = 0; at < from->size(); ++at)
        made.push_back(read_head(from, at));
    return made;
}

asio::awaitable<result<std::vector<evolution>>> load_heads(reader& on,
                                                           composed_statement statement) {
    MERIDIAN_CO_TRY(const shared_result kept, co_await load(on, std::move(statement)));
    co_return read_heads(kept);
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
    page.evolutions = read_heads(kept);
    if (selection.count && !kept->empty())
        page.count = (*kept)[0].int8(head_columns::count);
    co_return page;
}

/// The Entities of a page among those that match, which come in order of eid.
class page_maker {
public:
    page_maker(const temporal_selection& selection, std::optional<query::entity_order> order)
        : selection_(selection), order_(std::move(order)),
          reach_(static_cast<std::size_t>(selection.offset + selection.limit) + 1) {}

    void add(evolution one) {
        ++matched_;
        if (!order_ && (matched_ <= selection_.offset || found_.size() == on_page()))
            return;
        ngsild::entity subject;
        subject.id = one.uri;
        found_.push_back({order_ ? order_->key_of(subject) : query::sort_key(), std::move(one)});
        if (order_ && found_.size() >= 2 * reach_ + 1'000)
            sort_and_cut();
    }

    /// Whether nothing that comes later can change the page.
    [[nodiscard]] bool is_done() const {
        return !order_ && !selection_.count && found_.size() == on_page();
    }

    [[nodiscard]] temporal_page take() && {
        temporal_page page;
        if (order_) {
            sort_and_cut();
            const auto skipped = std::min(reach_ - on_page(), found_.size());
            found_.erase(found_.begin(), found_.begin() + static_cast<std::ptrdiff_t>(skipped));
        }
        for (candidate& one : found_)
            page.evolutions.push_back(std::move(one.head));
        if (selection_.count)
            page.count = matched_;
        return page;
    }

private:
    struct candidate {
        query::sort_key key;
        evolution head;
    };

    /// One more than the page has, which tells that there is another page.
    [[nodiscard]] std::size_t on_page() const noexcept {
        return static_cast<std::size_t>(selection_.limit) + 1;
    }

    void sort_and_cut() {
        std::ranges::stable_sort(found_, [this](const candidate& left, const candidate& right) {
            return order_->compare(left.key, right.key) < 0;
        });
        if (found_.size() > reach_)
            found_.resize(reach_);
    }

    const temporal_selection& selection_;
    std::optional<query::entity_order> order_;
    std::size_t reach_; ///< of an order, so many are kept
    std::vector<candidate> found_;
    std::int64_t matched_ = 0;
};

/// What a filter looks at: all that lies in the interval.
temporal_request all_of_interval(const temporal_request& request) {
    temporal_request whole;
    whole.interval = request.interval;
    whole.interval.last_n.reset();
    whole.instance_limit = std::numeric_limits<std::int32_t>::max();
    whole.total_limit = request.total_limit;
    return whole;
}

/// Loads all of the interval for as many of the heads as the limit of instances allows, at least
/// one; the others are taken away.
asio::awaitable<result<void>> load_to_test(reader& on, std::vector<evolution>& heads,
                                           const temporal_request& whole, history_edges& edges) {
    while (true) {
        std::vector<evolution> loaded = heads;
        auto loading = load_instances(on, loaded, whole, edges);
        const result<void> done = co_await std::move(loading);
        if (!done && done.error().kind() != problem_kind::too_many_results)
            co_return done;
        const bool all = done && std::ranges::none_of(loaded, [](const evolution& one) {
                             return one.whole_until.has_value();
                         });
        if (all) {
            heads = std::move(loaded);
            co_return result<void>{};
        }
        if (heads.size() == 1)
            co_return problem(problem_kind::too_complex_query,
                              fmt::format("'{}' has more than {} instances in the interval, which "
                                          "is more than a filter looks at: shorten the interval",
                                          heads.front().uri, whole.total_limit));
        heads.resize(std::max<std::size_t>(heads.size() / 4, 1));
    }
}

asio::awaitable<result<temporal_page>> page_by_walk(reader& on, tenant_id tenant,
                                                    const temporal_selection& selection,
                                                    const temporal_request& request,
                                                    history_edges& edges) {
    std::optional<query::entity_order> order;
    if (!selection.order.terms.empty()) {
        MERIDIAN_CO_TRY(order, query::entity_order::create(selection.order));
    }
    page_maker page(selection, std::move(order));
    const temporal_request whole = all_of_interval(request);
    std::int64_t examined = 0;
    heads_wanted wanted;
    wanted.after = selection.after;
    MERIDIAN_CO_TRY(wanted.gone_too,
                    co_await may_lack(on, tenant, request.interval, edges.horizon()));
    wanted.limit = selection.matches || request.by_scope ? stretch : long_stretch;
    while (!page.is_done()) {
        auto statement = render_heads(tenant, selection, request, wanted);
        MERIDIAN_CO_TRY(auto read, co_await load_heads(on, std::move(statement)));
        const bool is_last = static_cast<std::int64_t>(read.size()) < wanted.limit;
        const std::size_t in_stretch = read.size();
        if (request.by_scope && !read.empty()) {
            auto loading = load_scopes(on, read, selection, request);
            MERIDIAN_CO_CHECK(co_await std::move(loading));
        }
        if (selection.matches && !read.empty()) {
            auto loading = load_to_test(on, read, whole, edges);
            MERIDIAN_CO_CHECK(co_await std::move(loading));
        }
        for (evolution& one : read) {
            wanted.after = one.eid;
            if (request.by_scope && one.scoped->ranges.empty())
                continue;
            if (selection.matches && !selection.matches(one))
                continue;
            one.rows.clear(); // what is shown may be less than what was tested
            one.keeps.resize(1);
            page.add(std::move(one));
        }
        examined += static_cast<std::int64_t>(read.size());
        if (is_last && read.size() == in_stretch)
            break;
        if (examined >= most_examined)
            co_return problem(problem_kind::too_complex_query,
                              "the temporal query has too many candidates to look at one by one");
    }
    co_return std::move(page).take();
}

} // namespace

timestamp moment_of(const ngsild::history_row& row, query::time_property property) noexcept {
    switch (property) {
    case query::time_property::created_at:
        return row.created_at;
    case query::time_property::modified_at:
    case query::time_property::deleted_at:
        return row.modified_at;
    case query::time_property::observed_at:
        break;
    }
    return row.ts;
}

asio::awaitable<result<std::optional<evolution>>>
history::retrieve(tenant_id tenant, std::string uri, temporal_request request) {
    const auto on = reader_;
    if (!request.aggregated) {
        MERIDIAN_CO_CHECK(check_horizon(request.interval, edges_->horizon()));
    }
    auto statement = render_head(tenant, uri);
    MERIDIAN_CO_TRY(auto read, co_await load_heads(*on, std::move(statement)));
    if (read.empty())
        co_return std::optional<evolution>{};
    MERIDIAN_CO_CHECK(co_await load_instances(*on, read, request, *edges_));
    evolution& found = read.front();
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
    MERIDIAN_CO_TRY(auto read, co_await load_heads(*on, std::move(statement)));
    if (read.empty())
        co_return std::optional<evolution>{};
    co_return std::optional<evolution>{std::move(read.front())};
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
    const bool in_memory = selection.matches || request.by_scope || !selection.order.terms.empty();
    auto reading = in_memory ? page_by_walk(*on, tenant, selection, request, *edges_)
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
