#include "api/distributed_answer.hpp"

#include "api/problem_response.hpp"
#include "meridian/base/problem_details.hpp"

#include <algorithm>
#include <utility>

namespace meridian::api {

void add_warnings(http::response& answer, const operations::request_scope& scope) {
    constexpr std::size_t most = 20; // clients limit the size of a head
    const auto& warnings = scope.distribution.warnings;
    for (std::size_t i = 0; i < std::min(most, warnings.size()); ++i)
        answer.add("NGSILD-Warning", warnings[i]);
}

namespace {

/// The names in which an answer is asked for are looked up anew: those that only others use are
/// in no dictionary.
result<ngsild::representation> in_names(const call& request, merged_representation shown,
                                        const ngsild::names& names) {
    auto how = std::move(shown.how);
    MERIDIAN_TRY(auto projection, read_projection(shown.shown, *shown.context, names));
    how.shown = std::move(projection.shown);
    if (const auto* geometry = request.parameters.find("geometryProperty")) {
        how.geometry_attribute = names.find(shown.context->expand(*geometry));
        how.geometry_unknown = how.geometry_attribute == 0;
    }
    return how;
}

ngsild::entity_row to_row(const store::entity_row& stored) {
    return {stored.uri, stored.created_at, stored.modified_at, stored.document};
}

problem no_joins() {
    return problem{problem_kind::operation_not_supported,
                   "Linked Entity retrieval (join) where Context Source Registrations match is not "
                   "supported by this broker yet: local=true leaves them out"};
}

http::response update_answer(const operations::distribution& distributed,
                             const operations::update_outcome& outcome) {
    if (outcome.not_updated.empty() && distributed.failures.empty())
        return http::response(204);
    json body = json::object();
    body["updated"] = outcome.updated;
    for (const auto& name : distributed.updated)
        if (std::ranges::find(outcome.updated, name) == outcome.updated.end())
            body["updated"].push_back(name);
    auto& not_updated = body["notUpdated"] = json::array();
    for (const auto& [name, reason] : outcome.not_updated)
        not_updated.push_back(json{{"attributeName", name}, {"reason", reason}});
    for (const auto& part : distributed.failures)
        for (const auto& name : part.attributes) {
            json failed{{"attributeName", name}, {"reason", part.error.detail()}};
            if (!part.registration.empty())
                failed["registrationId"] = part.registration;
            not_updated.push_back(std::move(failed));
        }
    return {207, "application/json", to_text(body)};
}

/// A problem with the warnings that may explain it.
std::optional<http::response> problem_answer(const problem& why,
                                             const operations::request_scope& scope) {
    auto answer = problem_response(why);
    add_warnings(answer, scope);
    return answer;
}

/// What is answered where there is nothing to be shown: a failure, no Registration that matches
/// (then nothing, the caller goes on alone), or a join.
template <typename Merged>
std::optional<result<std::optional<http::response>>>
answer_without_entities(const Merged& merged, const operations::request_scope& scope,
                        const merged_representation& shown) {
    using answer = result<std::optional<http::response>>;
    if (!merged && scope.distribution.warnings.empty())
        return answer(merged.error());
    if (!merged)
        return answer(problem_answer(merged.error(), scope));
    if (!*merged)
        return answer(std::optional<http::response>{});
    if (shown.joins)
        return answer(no_joins());
    return std::nullopt;
}

} // namespace

std::optional<http::response> partial_answer(const operations::request_scope& scope,
                                             const std::string& id) {
    const auto& outcome = scope.distribution;
    if (outcome.failures.empty())
        return std::nullopt;
    json body = json::object();
    body["success"] = json::array();
    if (outcome.has_success)
        body["success"].push_back(id);
    auto& errors = body["errors"] = json::array();
    for (const auto& one : outcome.failures) {
        json error{{"entityId", id}, {"error", problem_details(one.error)}};
        if (!one.registration.empty())
            error["registrationId"] = one.registration;
        errors.push_back(std::move(error));
    }
    return http::response(207, "application/json", to_text(body));
}

http::response update_answer(const operations::request_scope& scope,
                             const operations::update_outcome& outcome) {
    return update_answer(scope.distribution, outcome);
}

http::response update_answer(const operations::update_outcome& outcome) {
    return update_answer(operations::distribution{}, outcome);
}

asio::awaitable<result<std::optional<http::response>>>
retrieve_distributed(call& request, operations::request_scope& scope, std::string id,
                     operations::expected_types types, std::vector<std::string> attributes,
                     merged_representation shown) {
    auto retrieving = operations::retrieve_merged(scope, std::move(id), std::move(types),
                                                  std::move(attributes), shown.how.dataset_ids);
    auto merged = co_await std::move(retrieving);
    if (auto early = answer_without_entities(merged, scope, shown))
        co_return std::move(*early);
    const auto& row = (*merged)->page.rows.front();
    const auto type = shown.type;
    const auto context = shown.context;
    MERIDIAN_CO_TRY(const auto how, in_names(request, std::move(shown), *(*merged)->names));
    if (!shows_anything(how.shown, row.document))
        co_return problem_answer(problem{problem_kind::resource_not_found,
                                         "nothing of the Entity is left by pick and omit"},
                                 scope);
    ngsild::compacted_names names(context, *(*merged)->names);
    std::string body;
    ngsild::append_entity(body, to_row(row), how, names, worker::now());
    auto answer = answer_with(type, *context, std::move(body));
    add_warnings(answer, scope);
    co_return answer;
}

asio::awaitable<result<std::optional<http::response>>>
query_distributed(call& request, operations::request_scope& scope, query::plan_request wanted,
                  paging asked, merged_representation shown) {
    operations::distributed_query query;
    query.wanted = std::move(wanted);
    query.dataset_ids = shown.how.dataset_ids;
    MERIDIAN_CO_TRY(query.split_entities, request.parameters.flag("splitEntities"));
    if (const auto* csf = request.parameters.find("csf")) {
        MERIDIAN_CO_TRY(auto parsed, query::parse_q(*csf, query_scope(request, *shown.context)));
        query.csf = std::move(parsed);
    }
    auto querying = operations::query_merged(scope, std::move(query));
    auto merged = co_await std::move(querying);
    if (auto early = answer_without_entities(merged, scope, shown))
        co_return std::move(*early);
    const auto& page = (*merged)->page;
    const auto type = shown.type;
    const auto context = shown.context;
    MERIDIAN_CO_TRY(const auto how, in_names(request, std::move(shown), *(*merged)->names));
    ngsild::compacted_names names(context, *(*merged)->names);
    std::vector<ngsild::entity_row> rows;
    for (const auto& row : page.rows)
        rows.push_back(to_row(row));
    std::string body;
    ngsild::append_entities(body, rows, how, names, worker::now());
    auto answer = answer_with(type, *context, std::move(body));
    add_warnings(answer, scope);
    add_paging(answer, request, asked, page.more, page.count, type);
    co_return answer;
}

} // namespace meridian::api
