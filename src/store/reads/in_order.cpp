/// 4.23: a query's page in an order that is not the stored one.
#include "meridian/query/order.hpp"
#include "store/pg/pool.hpp"
#include "store/reads/learn.hpp"
#include "store/reads/recheck.hpp"
#include "store/reads/rows_of.hpp"
#include "store/reads/selection.hpp"
#include "store/reads/stretch.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <span>
#include <unordered_map>

namespace meridian::store {
namespace {

constexpr pg::statement entities_by_number{"entities_by_number", R"sql(
SELECT eid, uri, version, created_at, modified_at, doc
FROM entity
WHERE eid = ANY($1) AND tenant_id = $2 AND doc IS NOT NULL)sql"};

struct ordered_row {
    query::sort_key key;
    std::int64_t eid = 0;
    std::optional<entity_row> row; ///< while few rows are at hand: it keeps a whole answer alive
};

/// The first rows of an order, at most `capacity`: a heap with the last of them on top.
class first_rows {
public:
    first_rows(const query::entity_order& order, std::size_t capacity)
        : order_(order), capacity_(capacity) {}

    void add(ordered_row one) {
        const auto before = [this](const ordered_row& left, const ordered_row& right) {
            return comes_before(left, right);
        };
        if (rows_.size() == capacity_) {
            if (!before(one, rows_.front()))
                return;
            std::ranges::pop_heap(rows_, before);
            rows_.pop_back();
        }
        rows_.push_back(std::move(one));
        std::ranges::push_heap(rows_, before);
    }

    void forget_documents() {
        for (auto& one : rows_)
            one.row.reset();
    }

    [[nodiscard]] std::vector<ordered_row> take_from(std::size_t offset) && {
        std::ranges::sort(rows_, [this](const ordered_row& left, const ordered_row& right) {
            return comes_before(left, right);
        });
        const auto skipped = static_cast<std::ptrdiff_t>(std::min(offset, rows_.size()));
        rows_.erase(rows_.begin(), rows_.begin() + skipped);
        return std::move(rows_);
    }

private:
    [[nodiscard]] bool comes_before(const ordered_row& left, const ordered_row& right) const {
        const auto order = order_.compare(left.key, right.key);
        return order != 0 ? order < 0 : left.eid < right.eid;
    }

    const query::entity_order& order_;
    std::size_t capacity_;
    std::vector<ordered_row> rows_;
};

/// As much of the Entity as an ordering looks at.
ngsild::entity to_subject(const entity_row& row, const std::set<ngsild::name_id>& attributes,
                          const ngsild::names& dictionary, timestamp now) {
    auto subject = to_entity_with(row, attributes, dictionary, now);
    for (std::size_t at = 0; at < row.document.type_count(); ++at)
        subject.types.emplace_back(dictionary.iri(row.document.type(at)));
    for (const std::string_view scope : row.document.scopes())
        subject.scopes.emplace_back(scope);
    return subject;
}

timestamp current_time() {
    return std::chrono::time_point_cast<timestamp::duration>(std::chrono::system_clock::now());
}

/// In no particular order. What has been deleted meanwhile is left out.
asio::awaitable<result<std::vector<entity_row>>> read_numbered(reader& from, tenant_id tenant,
                                                               std::span<const std::int64_t> eids) {
    pg::parameters with;
    with.int8_array(eids).int4(tenant);
    auto waiting = from.pool().execute(entities_by_number, with);
    auto found = co_await std::move(waiting);
    if (!found)
        co_return found.error();
    const auto kept = std::make_shared<const pg::result>(std::move(*found));
    MERIDIAN_CO_TRY(auto rows, read_entities(kept));
    MERIDIAN_CO_CHECK(co_await learn_names(from, rows, append_unknown_of_entity));
    co_return rows;
}

/// Fetches the documents that are not at hand.
asio::awaitable<result<std::vector<entity_row>>> load_documents(reader& from, tenant_id tenant,
                                                                std::vector<ordered_row> chosen) {
    std::vector<entity_row> rows;
    const bool all_here =
        std::ranges::all_of(chosen, [](const ordered_row& one) { return one.row.has_value(); });
    if (all_here) {
        for (auto& one : chosen)
            rows.push_back(std::move(*one.row));
        co_return rows;
    }
    std::vector<std::int64_t> numbers;
    std::unordered_map<std::int64_t, std::size_t> places;
    for (const auto& one : chosen) {
        places.emplace(one.eid, numbers.size());
        numbers.push_back(one.eid);
    }
    auto reading = read_numbered(from, tenant, numbers);
    MERIDIAN_CO_TRY(rows, co_await std::move(reading));
    std::ranges::sort(rows, {}, [&](const entity_row& row) { return places.at(row.eid); });
    co_return rows;
}

/// What an ordering sees of documents.
void add_keys(std::vector<ordered_row>& to, std::vector<entity_row> rows,
              const query::entity_order& order, const ngsild::names& dictionary, timestamp now) {
    // After the rows were read: they may have taught the dictionary a name.
    std::set<ngsild::name_id> attributes;
    for (const auto& name : order.attributes())
        attributes.insert(dictionary.find(name));
    for (entity_row& row : rows) {
        auto& one = to.emplace_back();
        one.key = order.key_of(to_subject(row, attributes, dictionary, now));
        one.eid = row.eid;
        one.row = std::move(row);
    }
}

} // namespace

struct entities::ordered_stretch {
    std::vector<ordered_row> rows; ///< those that the plan selects
    std::int64_t examined = 0;     ///< candidates
    std::int64_t last = 0;         ///< eid of the last candidate
};

asio::awaitable<result<entities::ordered_stretch>>
entities::order_by_sql(tenant_id tenant, const query::query_plan& plan,
                       const query::entity_order& order, const selection_options& options) {
    auto selecting = select(tenant, plan, options);
    const auto found = co_await std::move(selecting);
    if (!found)
        co_return found.error();
    ordered_stretch made;
    made.examined = static_cast<std::int64_t>(found->size());
    made.last = options.from;
    std::vector<std::int64_t> undecided;
    for (const pg::row row : *found) {
        made.last = row.int8(0);
        auto key = order.key_of(order_cells(row, options.sources));
        if (key)
            made.rows.push_back({std::move(*key), made.last, std::nullopt});
        else
            undecided.push_back(made.last);
    }
    const timestamp now = current_time();
    for (std::span<const std::int64_t> left = undecided; !left.empty();) {
        const auto some = left.first(std::min(left.size(), std::size_t{longest_stretch}));
        left = left.subspan(some.size());
        auto reading = read_numbered(*reader_, tenant, some);
        MERIDIAN_CO_TRY(auto rows, co_await std::move(reading));
        const auto first = made.rows.size();
        add_keys(made.rows, std::move(rows), order, dictionary_, now);
        for (auto at = first; at < made.rows.size(); ++at)
            made.rows[at].row.reset();
    }
    co_return made;
}

asio::awaitable<result<entities::ordered_stretch>>
entities::order_by_documents(tenant_id tenant, const query::query_plan& plan,
                             const query::entity_order& order, std::int64_t from,
                             std::int64_t limit) {
    auto reading = read_stretch(tenant, plan, from, limit);
    MERIDIAN_CO_TRY(stretch read, co_await std::move(reading));
    ordered_stretch made;
    made.examined = read.examined;
    made.last = read.last;
    add_keys(made.rows, std::move(read.rows), order, dictionary_, current_time());
    co_return made;
}

asio::awaitable<result<entity_page>> entities::query_in_order(tenant_id tenant,
                                                              const query::query_plan& plan) {
    MERIDIAN_CO_TRY(const query::entity_order order, query::entity_order::create(plan.order));
    const auto offset = static_cast<std::size_t>(
        std::min<std::uint64_t>(plan.page.offset, static_cast<std::uint64_t>(most_examined)));
    first_rows first(order, offset + plan.page.limit + 1);
    const auto sources = something_is_due() ? std::nullopt : sources_of_order(plan, dictionary_);
    selection_options options;
    if (sources) {
        options.wanted = selection_options::output::order;
        options.sources = *sources;
    }
    std::int64_t matched = 0;
    std::int64_t examined = 0;
    for (bool more = true; more;) {
        options.limit = std::min(sources ? longest_stretch_of_keys : longest_stretch,
                                 most_examined + 1 - examined);
        auto reading = sources
                           ? order_by_sql(tenant, plan, order, options)
                           : order_by_documents(tenant, plan, order, options.from, options.limit);
        MERIDIAN_CO_TRY(ordered_stretch read, co_await std::move(reading));
        examined += read.examined;
        if (examined > most_examined)
            co_return problem(problem_kind::too_complex_query,
                              "the query has too many candidates to be ordered");
        matched += static_cast<std::int64_t>(read.rows.size());
        for (ordered_row& row : read.rows)
            first.add(std::move(row));
        options.from = read.last;
        more = read.examined == options.limit;
        if (more)
            first.forget_documents();
    }
    auto chosen = std::move(first).take_from(offset);
    entity_page page;
    page.more = chosen.size() > plan.page.limit;
    if (page.more)
        chosen.pop_back();
    if (plan.want_count)
        page.count = matched;
    if (!chosen.empty()) {
        page.first_eid = chosen.front().eid;
        page.last_eid = chosen.back().eid;
    }
    auto loading = load_documents(*reader_, tenant, std::move(chosen));
    MERIDIAN_CO_TRY(page.rows, co_await std::move(loading));
    co_return page;
}

} // namespace meridian::store
