/// Clauses 6.29 and 6.30: the resources jsonldContexts/ and jsonldContexts/{contextId}.
#include "api/handlers.hpp"
#include "meridian/base/uri.hpp"
#include "meridian/operations/stored_contexts.hpp"

#include <utility>

namespace meridian::api {
namespace {

/// The URL that an @context is to be had by (5.13.3.1).
std::string url_of(const store::stored_context& entry, const std::string& broker) {
    if (entry.kind == store::context_kind::cached)
        return entry.url;
    return broker + std::string{operations::served_contexts_path} +
           encode_path_segment(entry.local_id);
}

/// 5.13.3.5.
json details_of(const store::stored_context& entry, const std::string& broker) {
    json details = {{"URL", url_of(entry, broker)},
                    {"localId", entry.local_id},
                    {"kind", store::name_of(entry.kind)},
                    {"createdAt", to_text(entry.created_at)}};
    if (entry.expires_at)
        details["expiresAt"] = to_text(*entry.expires_at);
    if (entry.last_used)
        details["lastUsage"] = to_text(*entry.last_used);
    details["numberOfHits"] = entry.uses;
    return details;
}

result<std::optional<store::context_kind>> read_kind(const call& request) {
    using enum store::context_kind;
    const auto* text = request.parameters.find("kind");
    if (!text)
        return std::optional<store::context_kind>{};
    for (const auto kind : {cached, hosted, implicitly_created})
        if (*text == store::name_of(kind))
            return std::optional{kind};
    return problem{problem_kind::bad_request_data,
                   "kind must be Cached, Hosted or ImplicitlyCreated (table 6.29.3.2-1)"};
}

http::response answer_json(const json& body) {
    return http::response(200, "application/json", to_text(body));
}

} // namespace

/// 6.29.3.1 POST: 5.13.2 Add @context.
handler_result add_context(call& request) {
    const auto limit = request.with.options.max_context.value;
    if (request.request.body.size() > limit)
        co_return problem{problem_kind::payload_too_large,
                          "an @context may have at most " + std::to_string(limit) + " bytes"};
    MERIDIAN_CO_TRY(auto body, read_object(request, "a JSON-LD local context"));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, jsonld::core_context(),
                                                  operations::missing_tenant::create));
    auto adding = operations::add_context(scope, std::move(body.content));
    MERIDIAN_CO_TRY(const auto id, co_await std::move(adding));
    http::response answer(201);
    answer.add("Location", std::string{operations::served_contexts_path} + encode_path_segment(id));
    co_return answer;
}

/// 6.29.3.2 GET: 5.13.3 List @contexts.
handler_result list_contexts(call& request) {
    MERIDIAN_CO_TRY(const bool details, request.parameters.flag("details"));
    MERIDIAN_CO_TRY(const auto kind, read_kind(request));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, jsonld::core_context()));
    auto listing = operations::list_contexts(scope, kind);
    MERIDIAN_CO_TRY(const auto all, co_await std::move(listing));
    const auto broker = own_url(request);
    json list = json::array();
    for (const auto& one : all)
        list.push_back(details ? details_of(one, broker) : json(url_of(one, broker)));
    co_return answer_json(list);
}

/// 6.30.3.1 GET: 5.13.4 Serve @context.
handler_result serve_context(call& request) {
    MERIDIAN_CO_TRY(const auto type,
                    negotiate(request.request.header("Accept"), geo_json_answers::no));
    MERIDIAN_CO_TRY(const bool details, request.parameters.flag("details"));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, jsonld::core_context()));
    using operations::context_view;
    auto search = operations::find_context(scope, request.path[0],
                                           details ? context_view::details : context_view::content);
    MERIDIAN_CO_TRY(auto found, co_await std::move(search));
    if (details)
        co_return answer_json(details_of(found, own_url(request)));
    if (found.kind == store::context_kind::cached)
        co_return problem{problem_kind::operation_not_supported,
                          "an @context of kind Cached is not served: have it from " + found.url};
    co_return http::response(200, std::string{name_of(type)}, std::move(found.body));
}

/// 6.30.3.2 DELETE: 5.13.5 Delete and Reload @context.
handler_result delete_context(call& request) {
    MERIDIAN_CO_TRY(const bool reload, request.parameters.flag("reload"));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, jsonld::core_context()));
    auto deletion = reload ? operations::reload_context(scope, request.path[0])
                           : operations::delete_context(scope, request.path[0]);
    MERIDIAN_CO_CHECK(co_await std::move(deletion));
    co_return http::response(204);
}

} // namespace meridian::api
