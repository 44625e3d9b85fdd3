#include "store/reads/rolled.hpp"

#include "meridian/store/dictionary.hpp"
#include "store/reads/aggregate_statements.hpp"
#include "store/reads/is_gone.hpp"

#include <fmt/format.h>
#include <utility>

namespace meridian::store {
namespace {

asio::awaitable<std::string> name_of(reader& on, ngsild::name_id attribute) {
    dictionary* names = on.names();
    if (names == nullptr)
        co_return std::to_string(attribute);
    if (names->iri(attribute).empty()) {
        std::vector<ngsild::name_id> asked{attribute};
        auto looking = names->look_up_ids(std::move(asked));
        (void)co_await std::move(looking); // then it is refused without its name
    }
    co_return std::string{names->iri(attribute)};
}

/// The refusal for the row that `asked` gives, if any.
asio::awaitable<result<void>> refuse(reader& on, composed_statement asked,
                                     std::string_view besides) {
    MERIDIAN_CO_TRY(const shared_result kept, co_await load(on, std::move(asked)));
    const pg::result& found = *kept;
    if (found.empty())
        co_return result<void>{};
    auto naming = name_of(on, found[0].int4(gone_columns::attribute));
    const std::string name = co_await std::move(naming);
    co_return problem(problem_kind::bad_request_data,
                      fmt::format("the instances of '{}' before {} were removed by a history "
                                  "policy{}",
                                  name, to_text(found[0].timestamptz(gone_columns::raw_from)),
                                  besides));
}

} // namespace

asio::awaitable<result<bool>> may_lack(reader& on, tenant_id tenant,
                                       const query::temporal_query& interval, timestamp horizon) {
    if (!reaches_back(interval))
        co_return false;
    if (interval.from && *interval.from < horizon)
        co_return true;
    auto asking = render_any_removal(tenant);
    MERIDIAN_CO_TRY(const shared_result any, co_await load(on, std::move(asking)));
    co_return !any->empty();
}

asio::awaitable<result<shared_result>> load_rolled(reader& on, const instance_pairs& of,
                                                   const temporal_request& request,
                                                   std::int64_t limit) {
    const auto usable = query::rollups_for(request.interval, *request.aggregated);
    if (usable.levels == 0 || request.by_scope || !reaches_back(request.interval))
        co_return shared_result{};
    auto looking = render_any_rollup(of, request);
    MERIDIAN_CO_TRY(const shared_result any, co_await load(on, std::move(looking)));
    if (any->empty())
        co_return shared_result{};
    auto reading = render_rolled_aggregates(of, request, usable, limit);
    MERIDIAN_CO_TRY(shared_result found, co_await load(on, std::move(reading)));
    if (found->empty() || is_gone_of((*found)[0], *request.aggregated)) {
        auto asking = render_gone_beyond_rollups(of, request, usable);
        MERIDIAN_CO_CHECK(
            co_await refuse(on, std::move(asking), ", and its roll-ups do not give this answer"));
    }
    co_return found;
}

asio::awaitable<result<void>> refuse_gone(reader& on, const instance_pairs& of,
                                          const temporal_request& request) {
    if (!reaches_back(request.interval))
        co_return result<void>{};
    auto asking = render_gone(of, request);
    co_return co_await refuse(on, std::move(asking), "");
}

} // namespace meridian::store
