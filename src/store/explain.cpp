#include "meridian/store/entities.hpp"

#include "store/pg/pool.hpp"
#include "store/reads/retrievals.hpp"
#include "store/reads/selection.hpp"
#include "store/reads/stretch.hpp"

/// Statements with what the database makes of them.
namespace meridian::store {
namespace {

asio::awaitable<result<explained_query>> explain_statement(reader& on, const pg::statement& what,
                                                           const pg::parameters& with,
                                                           std::vector<std::string> printed) {
    explained_query answer;
    answer.sql = what.text;
    answer.parameters = std::move(printed);
    const std::string name = std::string("explain_") + what.name;
    const std::string text = "EXPLAIN (ANALYZE, BUFFERS) " + answer.sql;
    const pg::statement explaining{name.c_str(), text.c_str()};
    auto waiting = on.pool().execute(explaining, with);
    auto lines = co_await std::move(waiting);
    if (!lines)
        co_return lines.error();
    for (const pg::row row : *lines)
        answer.lines.emplace_back(row.text(0));
    co_return answer;
}

} // namespace

asio::awaitable<result<explained_query>> entities::explain_retrieve(tenant_id tenant,
                                                                    std::string uri) {
    pg::parameters with;
    with.int4(tenant).text_array(std::vector<std::string_view>{uri});
    std::vector<std::string> printed{std::to_string(tenant), "{" + uri + "}"};
    auto explaining = explain_statement(*reader_, retrieve_entities, with, std::move(printed));
    co_return co_await std::move(explaining);
}

asio::awaitable<result<explained_query>> entities::explain(tenant_id tenant,
                                                           const query::query_plan& plan) {
    using output = selection_options::output;
    if (plan.access == query::access_path::nothing)
        co_return explained_query{};
    selection_options options;
    options.wanted = plan.page.limit == 0 ? output::count
                     : plan.want_count    ? output::page_and_count
                                          : output::page;
    options.backwards = plan.page.before.has_value();
    options.from = options.backwards ? *plan.page.before : plan.page.after.value_or(0);
    options.offset = static_cast<std::int64_t>(plan.page.offset);
    options.limit = static_cast<std::int64_t>(plan.page.limit) + 1;
    options.exclude_expired = something_is_due();
    const auto sources =
        options.exclude_expired ? std::nullopt : sources_of_order(plan, dictionary_);
    if (!plan.order.terms.empty()) { // the first stretch of all candidates
        options.wanted = sources ? output::order : output::page;
        options.offset = 0;
        options.limit = sources ? longest_stretch_of_keys : longest_stretch;
    }
    if (sources)
        options.sources = *sources;
    const composed_statement statement = rendered(tenant, plan, options);
    const pg::statement what = statement.statement();
    auto explaining = explain_statement(*reader_, what, statement.with(), statement.printed());
    co_return co_await std::move(explaining);
}

} // namespace meridian::store
