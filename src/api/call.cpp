#include "api/call.hpp"

#include "api/conditions.hpp"
#include "meridian/base/text.hpp"
#include "meridian/base/uri.hpp"
#include "meridian/jsonld/link_header.hpp"
#include "meridian/query/parse.hpp"

#include <utility>

namespace meridian::api {
namespace {

problem mixed_contexts(std::string detail) {
    return problem{problem_kind::bad_request_data, std::move(detail)};
}

/// All Link headers of a request as one value (RFC 9110 5.3).
std::string link_header(const http::request& request) {
    std::string joined;
    for (const auto& header : request.headers) {
        if (!http::same_name(header.name, "Link"))
            continue;
        if (!joined.empty())
            joined += ", ";
        joined += header.value;
    }
    return joined;
}

result<std::optional<std::string>> context_link(const http::request& request) {
    if (!request.has_header("Link"))
        return std::optional<std::string>{};
    return jsonld::parse_context_link(link_header(request));
}

/// 6.3.5: what a payload in application/ld+json brings along.
asio::awaitable<result<jsonld::context_ptr>> context_of_member(call& request, json& object) {
    const auto member = object.find("@context");
    if (member == object.end())
        co_return mixed_contexts("a payload in application/ld+json must have an @context")
            .at("/@context");
    json local = std::move(*member);
    object.erase("@context");
    auto loading = request.with.services.contexts.from_json(std::move(local));
    auto loaded = co_await std::move(loading);
    if (!loaded)
        co_return std::move(loaded).error().at("/@context");
    co_return std::move(*loaded);
}

constexpr std::size_t longest_subject = 256;

/// Who makes the request, by the header that the operator has named; empty where there is none.
/// The header may stand once: what a client smuggled in beside the gateway's is not chosen from.
result<std::string> read_subject(const call& request) {
    const auto& named = request.with.options.audit_subject_header;
    if (named.empty())
        return std::string{};
    std::optional<std::string_view> subject;
    for (const auto& header : request.request.headers) {
        if (!http::same_name(header.name, named))
            continue;
        if (subject)
            return problem{problem_kind::bad_request_data, "the header " + named + " stands twice"};
        subject = trimmed(header.value);
    }
    if (!subject)
        return std::string{};
    if (subject->size() > longest_subject || !is_header_value(*subject) || !is_clean_utf8(*subject))
        return problem{problem_kind::bad_request_data, "the header " + named + " has more than " +
                                                           std::to_string(longest_subject) +
                                                           " bytes, or is not text in UTF-8"};
    return std::string{*subject};
}

} // namespace

result<payload> read_payload(const call& request, merge_patch_bodies merge_patch) {
    MERIDIAN_TRY(const auto type,
                 body_media_type(request.request.header("Content-Type"), merge_patch));
    json_limits limits;
    limits.depth = request.with.options.max_json_depth;
    MERIDIAN_TRY(auto content, parse_json(request.request.body, limits));
    return payload(std::move(content), type);
}

result<payload> read_object(const call& request, std::string_view what,
                            merge_patch_bodies merge_patch) {
    MERIDIAN_TRY(auto body, read_payload(request, merge_patch));
    if (!body.content.is_object())
        return problem{problem_kind::invalid_request,
                       "the payload must be a JSON object: " + std::string{what}};
    return body;
}

result<payload> read_array(const call& request, std::string_view what) {
    MERIDIAN_TRY(auto body, read_payload(request));
    if (!body.content.is_array() || body.content.empty())
        return problem{problem_kind::bad_request_data,
                       "the payload must be a JSON array that is not empty: " + std::string{what}};
    const auto limit = request.with.options.max_batch;
    if (body.content.size() > limit)
        return problem{problem_kind::payload_too_large, "the array has more than the " +
                                                            std::to_string(limit) +
                                                            " elements that a batch may have"};
    return body;
}

asio::awaitable<result<jsonld::context_ptr>> context_of_link(call& request) {
    MERIDIAN_CO_TRY(auto link, context_link(request.request));
    if (!link)
        co_return jsonld::core_context();
    co_return co_await request.with.services.contexts.from_url(std::move(*link));
}

asio::awaitable<result<jsonld::context_ptr>> context_of_payload(call& request, payload& body) {
    if (body.sent_as == media_type::ld_json) {
        MERIDIAN_CO_TRY(const auto link, context_link(request.request));
        if (link)
            co_return mixed_contexts("a payload in application/ld+json must not come with a Link "
                                     "header to a JSON-LD @context");
        co_return co_await context_of_member(request, body.content);
    }
    if (body.content.contains("@context"))
        co_return mixed_contexts("a payload in application/json must not have an @context: send it "
                                 "as application/ld+json, or name the @context in a Link header")
            .at("/@context");
    co_return co_await context_of_link(request);
}

asio::awaitable<result<jsonld::context_ptr>>
context_of_element(call& request, media_type sent_as, json& element, jsonld::context_ptr link) {
    if (!element.is_object())
        co_return problem{problem_kind::bad_request_data, "an element is not a JSON object"};
    if (sent_as == media_type::ld_json)
        co_return co_await context_of_member(request, element);
    if (element.contains("@context"))
        co_return mixed_contexts("a payload in application/json must not have an @context")
            .at("/@context");
    co_return link;
}

asio::awaitable<result<operations::request_scope>>
scope_of(call& request, jsonld::context_ptr context, operations::missing_tenant when_missing) {
    MERIDIAN_CO_TRY(const bool local, request.parameters.flag("local"));
    std::string tenant_name{request.request.header("NGSILD-Tenant")};
    auto search =
        operations::tenant_of(request.with.services, std::move(tenant_name), when_missing);
    MERIDIAN_CO_TRY(const auto tenant, co_await std::move(search));
    operations::request_scope scope(request.with.services, tenant, std::move(context));
    scope.local = local;
    MERIDIAN_CO_TRY(scope.subject, read_subject(request));
    MERIDIAN_CO_TRY(scope.expected, read_expected_state(request));
    scope.header = [received = &request.request](std::string_view name) {
        return std::string{received->header(name)};
    };
    co_return scope;
}

std::string own_url(const call& request) {
    const auto& configured = request.with.options.public_url;
    if (!configured.empty())
        return configured;
    std::string url = request.request.tls ? "https://" : "http://";
    return url += request.request.header("Host");
}

result<std::string> entity_id(std::string_view text) {
    if (!is_uri(text))
        return problem{problem_kind::bad_request_data,
                       "the id '" + std::string{text} + "' is not a valid URI"};
    return std::string{text};
}

result<void> check_same_id(const json& content, const std::string& id) {
    for (const auto* name : {"id", "@id"}) {
        const auto member = content.find(name);
        if (member != content.end() && (!member->is_string() || *member != id))
            return problem{problem_kind::bad_request_data,
                           "the payload's id is not the id of the path"}
                .at("/" + std::string{name});
    }
    return {};
}

result<std::optional<query::type_selection>> expected_types(const call& request,
                                                            const jsonld::context& context) {
    const auto* type = request.parameters.find("type");
    if (!type)
        return std::optional<query::type_selection>{};
    MERIDIAN_TRY(auto types, query::parse_types(*type, query_scope(request, context)));
    return std::optional<query::type_selection>{std::move(types)};
}

query::parse_scope query_scope(const call& request, const jsonld::context& context) {
    query::parse_scope scope{context};
    scope.limits.terms = request.with.options.max_query_terms;
    scope.limits.vertices = request.with.options.max_vertices;
    return scope;
}

ngsild::parse_limits payload_limits(const call& request) {
    ngsild::parse_limits limits;
    limits.geometry_vertices = request.with.options.max_vertices;
    return limits;
}

http::response answer_with(media_type type, const jsonld::context& context, std::string body,
                           unsigned status) {
    http::response answer(status, std::string{name_of(type)}, std::move(body));
    if (type == media_type::json || type == media_type::csv) {
        const auto& url = context.link_url();
        answer.add("Link", jsonld::render_context_link(url.empty() ? jsonld::core_context_url
                                                                   : std::string_view{url}));
    }
    return answer;
}

} // namespace meridian::api
