/// 4.23: a query's page in an order that is not the stored one.
#include "meridian/query/order.hpp"
#include "store/pg/pool.hpp"
#include "store/reads/recheck.hpp"
#include "store/reads/rows_of.hpp"
#include "store/reads/stretch.hpp"

#include <algorithm>
#include <optional>
#include <set>
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

/// Fetches the documents that were forgotten. What has been deleted meanwhile is left out.
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
    pg::parameters with;
    with.int8_array(numbers).int4(tenant);
    auto waiting = from.pool().execute(entities_by_number, with);
    auto found = co_await std::move(waiting);
    if (!found)
        co_return found.error();
    const auto kept = std::make_shared<const pg::result>(std::move(*found));
    MERIDIAN_CO_TRY(rows, read_entities(kept));
    std::ranges::sort(rows, {}, [&](const entity_row& row) { return places.at(row.eid); });
    co_return rows;
}

} // namespace

asio::awaitable<result<entity_page>> entities::query_in_order(tenant_id tenant,
                                                              const query::query_plan& plan) {
    MERIDIAN_CO_TRY(const query::entity_order order, query::entity_order::create(plan.order));
    const auto offset = static_cast<std::size_t>(
        std::min<std::uint64_t>(plan.page.offset, static_cast<std::uint64_t>(most_examined)));
    const std::size_t reach = offset + plan.page.limit + 1;
    first_rows first(order, reach);
    const timestamp now = current_time();
    std::int64_t matched = 0;
    std::int64_t examined = 0;
    std::int64_t after = 0;
    for (bool more = true; more;) {
        auto reading = read_stretch(tenant, plan, after, longest_stretch);
        MERIDIAN_CO_TRY(stretch read, co_await std::move(reading));
        examined += read.examined;
        if (examined > most_examined)
            co_return problem(problem_kind::too_complex_query,
                              "the query has too many candidates to be ordered");
        matched += static_cast<std::int64_t>(read.rows.size());
        // After the rows were read: they may have taught the dictionary a name.
        std::set<ngsild::name_id> attributes;
        for (const auto& name : order.attributes())
            attributes.insert(dictionary_.find(name));
        for (entity_row& row : read.rows) {
            ordered_row one;
            one.key = order.key_of(to_subject(row, attributes, dictionary_, now));
            one.eid = row.eid;
            one.row = std::move(row);
            first.add(std::move(one));
        }
        after = read.last;
        more = read.examined == longest_stretch;
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
