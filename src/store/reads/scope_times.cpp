#include "store/reads/scope_times.hpp"

#include "store/reads/instance_statements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace meridian::store {
namespace {

/// How often the scope of an Entity may change within an interval.
constexpr std::size_t most_changes = 1'000;

/// Of each Entity the instances of its scope in the interval, deletions too, and the last one
/// before it; of an Entity together.
composed_statement render_scopes(const std::vector<evolution>& heads,
                                 const temporal_request& request) {
    composed_statement made;
    instance_pairs scopes;
    for (const evolution& one : heads)
        scopes.add(one.eid, ngsild::scope_attribute);
    const auto& [from, until] = std::pair{request.interval.from, request.interval.until};
    const std::string since = from ? made.moment(*from) : "'-infinity'";
    const std::string till = until ? made.moment(*until) : "'infinity'";
    const std::string_view time = time_column(request.interval);
    const bool is_ts = time == "ts";
    const std::string order = fmt::format("h.{0} {{0}}, h.modified_at {{0}}, h.iid {{0}}", time);
    made.append(fmt::format(
        "SELECT {columns} FROM {pairs} AS k(eid, a), LATERAL (\n"
        "  (SELECT h.* FROM instances_of(k.eid, k.a, '-infinity', {until_since}) h\n"
        "   WHERE h.{time} < {since} ORDER BY {backwards} LIMIT 1)\n"
        "  UNION ALL\n"
        "  (SELECT h.* FROM instances_of(k.eid, k.a, {from}, {until}) h\n"
        "   WHERE h.{time} >= {since} AND h.{time} < {till} ORDER BY {forwards} LIMIT {limit})) x",
        fmt::arg("columns", columns_of_answer(request)), fmt::arg("pairs", unnest(made, scopes)),
        fmt::arg("until_since", is_ts ? since : "'infinity'"), fmt::arg("time", time),
        fmt::arg("since", since), fmt::arg("from", is_ts ? since : "'-infinity'"),
        fmt::arg("until", is_ts ? till : "'infinity'"), fmt::arg("till", till),
        fmt::arg("backwards", fmt::format(fmt::runtime(order), "DESC")),
        fmt::arg("forwards", fmt::format(fmt::runtime(order), "ASC")),
        fmt::arg("limit", most_changes + 1)));
    made.finish();
    return made;
}

using scope_rows = std::vector<ngsild::history_row>;

/// By Entity, in the order of time.
std::map<std::int64_t, scope_rows> read_scopes(const pg::result& found,
                                               query::time_property property) {
    std::map<std::int64_t, scope_rows> made;
    for (const pg::row row : found)
        made[row.int8(instance_columns::eid)].push_back(read_answer(row));
    for (auto& [eid, rows] : made)
        std::ranges::sort(rows, {}, [property](const ngsild::history_row& row) {
            return std::tuple(moment_of(row, property), row.modified_at, row.iid);
        });
    return made;
}

scope_times times_of(const scope_rows& rows, const temporal_selection& selection,
                     const query::temporal_query& interval) {
    scope_times made;
    for (std::size_t at = 0; at < rows.size(); ++at) {
        const timestamp begin = moment_of(rows[at], interval.property);
        const timestamp end =
            at + 1 == rows.size() ? timestamp::max() : moment_of(rows[at + 1], interval.property);
        const bool is_over = interval.from && end <= *interval.from;
        if (rows[at].is_deleted() || begin == end || is_over || !selection.is_in_scope(rows[at]))
            continue;
        made.ranges.push_back({begin, end});
        if (interval.from && begin < *interval.from)
            made.before = rows[at];
    }
    return made;
}

} // namespace

asio::awaitable<result<void>> load_scopes(reader& on, std::vector<evolution>& heads,
                                          const temporal_selection& selection,
                                          const temporal_request& request) {
    temporal_request whole = request;
    whole.with_iid = true; // tells the order of what is of one moment
    auto statement = render_scopes(heads, whole);
    MERIDIAN_CO_TRY(const shared_result found, co_await load(on, std::move(statement)));
    const auto scopes = read_scopes(*found, request.interval.property);
    const scope_rows none;
    for (evolution& one : heads) {
        const auto of_it = scopes.find(one.eid);
        const scope_rows& rows = of_it == scopes.end() ? none : of_it->second;
        if (rows.size() > most_changes)
            co_return problem(problem_kind::too_complex_query,
                              fmt::format("the scope of '{}' has changed more than {} times in the "
                                          "interval: shorten it",
                                          one.uri, most_changes));
        scope_times times = times_of(rows, selection, request.interval);
        times.keeps = found;
        one.scoped = std::make_shared<const scope_times>(std::move(times));
    }
    co_return result<void>{};
}

void show_scope_before(evolution& of, const query::temporal_query& interval) {
    if (!of.scoped || !of.scoped->before ||
        std::ranges::find(of.attributes, ngsild::scope_attribute) == of.attributes.end())
        return;
    const auto is_other = [](const ngsild::history_row& row) {
        return row.attribute != ngsild::scope_attribute;
    };
    // The rows of the scope are the first ones, since its number is the least.
    const auto end = std::ranges::find_if(of.rows, is_other);
    const auto count = std::distance(of.rows.begin(), end);
    if (!interval.last_n)
        of.rows.insert(of.rows.begin(), *of.scoped->before);
    else if (count < *interval.last_n && !of.whole_until)
        of.rows.insert(end, *of.scoped->before);
    of.keeps.push_back(of.scoped->keeps);
}

} // namespace meridian::store
