/// Policies of the history on the admin listener: an extension (docs/conformance.md).
#include "api/history_policies.hpp"

#include "api/attribute_parameters.hpp"
#include "meridian/query/rollup.hpp"
#include "meridian/store/history_policies.hpp"

#include <charconv>
#include <utility>

namespace meridian::api {
namespace {

problem wrong(std::string why, std::string pointer) {
    return problem{problem_kind::bad_request_data, std::move(why)}.at(std::move(pointer));
}

result<int> read_days(const json& member, const std::string& pointer) {
    if (!member.is_number_integer() || member < 1 || member > store::most_policy_days)
        return wrong("days are a whole number between 1 and " +
                         std::to_string(store::most_policy_days),
                     pointer);
    return member.get<int>();
}

result<store::rollup_rule> read_rollup(const json& element, const std::string& pointer) {
    if (!element.is_object())
        return wrong(R"(a roll-up is an object like {"period": "PT1H", "days": 365})", pointer);
    store::rollup_rule made;
    for (const auto& [name, member] : element.items()) {
        if (name == "days") {
            MERIDIAN_TRY(made.days, read_days(member, pointer + "/days"));
            continue;
        }
        if (name != "period")
            return wrong("a roll-up has no member '" + name + "'", pointer + "/" + name);
        if (member.is_string())
            made.level = query::rollup_level_of(member.get_ref<const std::string&>());
    }
    if (made.level == 0)
        return wrong("the period of a roll-up is PT1M, PT1H or P1D", pointer + "/period");
    return made;
}

/// rawDays and rollUps of a payload.
result<store::policy_terms> read_terms(const json& body) {
    store::policy_terms made;
    if (const auto raw = body.find("rawDays"); raw != body.end()) {
        MERIDIAN_TRY(made.raw_days, read_days(*raw, "/rawDays"));
    }
    if (const auto rollups = body.find("rollUps"); rollups != body.end()) {
        if (!rollups->is_array())
            return wrong("rollUps is an array", "/rollUps");
        for (std::size_t at = 0; at < rollups->size(); ++at) {
            MERIDIAN_TRY(auto one, read_rollup((*rollups)[at], "/rollUps/" + std::to_string(at)));
            made.rollups.push_back(one);
        }
    }
    MERIDIAN_CHECK(store::check(made));
    return made;
}

result<void> check_members(const json& body, std::initializer_list<std::string_view> allowed) {
    for (const auto& [name, member] : body.items())
        if (std::ranges::find(allowed, name) == allowed.end())
            return wrong("a history policy has no member '" + name + "' here", "/" + name);
    return {};
}

result<std::string> read_name(const json& body, const std::string& member,
                              const jsonld::context& context) {
    const auto found = body.find(member);
    if (found == body.end() || !found->is_string())
        return wrong("the member " + member + " must be a name", "/" + member);
    auto name = attribute_name(found->get<std::string>(), context);
    if (!name)
        return std::move(name).error().at("/" + member);
    return name;
}

json to_json(const store::history_policy& policy) {
    json made{
        {"id", std::to_string(policy.id)}, {"type", policy.type}, {"attribute", policy.attribute}};
    if (policy.terms.raw_days)
        made["rawDays"] = *policy.terms.raw_days;
    auto rollups = json::array();
    for (const store::rollup_rule& one : policy.terms.rollups) {
        json rollup = json::object();
        for (const auto& [period, level] : query::rollup_periods)
            if (level == one.level)
                rollup["period"] = period;
        if (one.days)
            rollup["days"] = *one.days;
        rollups.push_back(std::move(rollup));
    }
    made["rollUps"] = std::move(rollups);
    made["state"] = policy.state;
    return made;
}

http::response json_answer(const json& body) {
    return http::response(200, "application/json", to_text(body));
}

using answer_result = asio::awaitable<result<http::response>>;

answer_result create(call& request, store::tenant_id tenant, jsonld::context_ptr context) {
    auto& services = request.with.services;
    MERIDIAN_CO_TRY(const auto body, read_object(request, "a history policy"));
    MERIDIAN_CO_CHECK(check_members(body.content, {"type", "attribute", "rawDays", "rollUps"}));
    MERIDIAN_CO_TRY(auto type, read_name(body.content, "type", *context));
    MERIDIAN_CO_TRY(auto attribute, read_name(body.content, "attribute", *context));
    MERIDIAN_CO_TRY(auto terms, read_terms(body.content));
    std::vector<std::string> names{type, attribute};
    auto resolving = services.dictionary.resolve(tenant, std::move(names));
    MERIDIAN_CO_CHECK(co_await std::move(resolving));
    auto creating = services.history_policies.create(tenant, std::move(type), std::move(attribute),
                                                     std::move(terms));
    MERIDIAN_CO_TRY(const int id, co_await std::move(creating));
    http::response answer(201);
    answer.add("Location", std::string{policies_path} + "/" + std::to_string(id));
    co_return answer;
}

answer_result list(call& request, store::tenant_id tenant) {
    auto listing = request.with.services.history_policies.list(tenant);
    MERIDIAN_CO_TRY(const auto all, co_await std::move(listing));
    auto shown = json::array();
    for (const auto& one : all)
        shown.push_back(to_json(one));
    co_return json_answer(shown);
}

answer_result answer_one(call& request, store::tenant_id tenant, int id) {
    auto& policies = request.with.services.history_policies;
    if (request.request.method == http::method::get) {
        auto finding = policies.find(tenant, id);
        MERIDIAN_CO_TRY(const auto found, co_await std::move(finding));
        co_return json_answer(to_json(found));
    }
    if (request.request.method == http::method::delete_) {
        auto removing = policies.remove(tenant, id);
        MERIDIAN_CO_CHECK(co_await std::move(removing));
        co_return http::response(204);
    }
    MERIDIAN_CO_TRY(const auto body, read_object(request, "a history policy"));
    MERIDIAN_CO_CHECK(check_members(body.content, {"rawDays", "rollUps"}));
    MERIDIAN_CO_TRY(auto terms, read_terms(body.content));
    auto replacing = policies.replace(tenant, id, std::move(terms));
    MERIDIAN_CO_CHECK(co_await std::move(replacing));
    co_return http::response(204);
}

/// The id in the path; nothing for the collection. Fails with resource_not_found.
result<std::optional<int>> id_of(std::string_view path) {
    path.remove_prefix(policies_path.size());
    if (path.empty() || path == "/")
        return std::optional<int>{};
    int id = 0;
    const auto [end, failed] = std::from_chars(path.data() + 1, path.data() + path.size(), id);
    if (!path.starts_with('/') || failed != std::errc{} || end != path.data() + path.size())
        return problem{problem_kind::resource_not_found,
                       "there is no history policy '" + std::string{path.substr(1)} + "'"};
    return std::optional{id};
}

} // namespace

std::string_view policy_methods(std::string_view path) noexcept {
    const bool is_collection =
        path.size() <= policies_path.size() + 1; // with or without a slash at its end
    return is_collection ? "GET, HEAD, POST, OPTIONS" : "GET, HEAD, PUT, DELETE, OPTIONS";
}

answer_result answer_policies(worker& with, const http::request& request) {
    call asked(request, with);
    MERIDIAN_CO_TRY(const auto id, id_of(request.path));
    MERIDIAN_CO_TRY(auto context, co_await context_of_link(asked));
    auto naming = scope_of(asked, context);
    MERIDIAN_CO_TRY(const auto scope, co_await std::move(naming));
    if (id)
        co_return co_await answer_one(asked, scope.tenant, *id);
    if (request.method == http::method::post)
        co_return co_await create(asked, scope.tenant, std::move(context));
    co_return co_await list(asked, scope.tenant);
}

} // namespace meridian::api
