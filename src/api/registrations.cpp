/// Clauses 6.8 and 6.9: the resources csourceRegistrations/ and csourceRegistrations/{id}.
#include "meridian/operations/registrations.hpp"
#include "api/handlers.hpp"
#include "api/paging.hpp"
#include "api/resource_reading.hpp"
#include "api/selection_parameters.hpp"
#include "meridian/base/uri.hpp"
#include "meridian/query/parse.hpp"

#include <algorithm>
#include <utility>

namespace meridian::api {
namespace {

federation::shown_as shown(const resource_reading& asked) {
    return {*asked.context, asked.sys_attrs, asked.type == media_type::ld_json};
}

/// The Attributes that a q looks at.
void add_attributes(const query::q_expression& q, std::vector<std::string>& names) {
    if (q.kind != query::q_expression::node::term) {
        for (const auto& operand : q.operands)
            add_attributes(operand, names);
        return;
    }
    const auto& target = q.term.target;
    if (!target.links.empty())
        names.push_back(target.links.front().name);
    else if (!target.path.names.empty())
        names.push_back(target.path.names.front());
}

/// attrs, pick and what q and the geoquery name (5.10.2.4).
result<std::vector<std::string>> read_attributes(const call& request,
                                                 const query::entity_selection& selection,
                                                 const jsonld::context& context) {
    const auto scope = query_scope(request, context);
    std::vector<std::string> names;
    if (const auto* attrs = request.parameters.find("attrs")) {
        MERIDIAN_TRY(names, query::parse_names(*attrs, "attrs", scope));
    }
    if (const auto* pick = request.parameters.find("pick")) {
        MERIDIAN_TRY(const auto terms, query::parse_projection(*pick, "pick", scope));
        for (const auto& term : terms)
            if (!term.of_entity)
                names.push_back(term.name);
    }
    if (const auto* omit = request.parameters.find("omit"))
        MERIDIAN_CHECK(query::parse_projection(*omit, "omit", scope));
    if (selection.q)
        add_attributes(*selection.q, names);
    if (selection.geo)
        names.push_back(selection.geo->geoproperty);
    return names;
}

result<std::optional<query::temporal_query>> read_temporal(const call& request) {
    if (!request.parameters.has("timerel") && !request.parameters.has("timeAt"))
        return std::optional<query::temporal_query>{};
    query::temporal_parameters given;
    given.timerel = optional_text(request, "timerel");
    given.time_at = optional_text(request, "timeAt");
    given.end_time_at = optional_text(request, "endTimeAt");
    given.timeproperty = optional_text(request, "timeproperty");
    if (given.timeproperty && given.timeproperty->empty())
        given.timeproperty.reset();
    MERIDIAN_TRY(auto temporal, query::parse_temporal(given));
    return std::optional<query::temporal_query>{std::move(temporal)};
}

/// Table 6.8.3.2-1.
result<operations::registration_query> read_query(const call& request,
                                                  const jsonld::context& context) {
    operations::registration_query wanted;
    MERIDIAN_TRY(auto selection, read_selection(request, context));
    MERIDIAN_TRY(wanted.entities.attributes, read_attributes(request, selection, context));
    if (!selection.types && wanted.entities.attributes.empty())
        return problem{problem_kind::bad_request_data,
                       "too wide a query: one of type, attrs, q or georel must be given "
                       "(5.10.2.4)"};
    wanted.entities.ids = std::move(selection.ids);
    wanted.entities.id_pattern = std::move(selection.id_pattern);
    wanted.entities.types = std::move(selection.types);
    wanted.geo = std::move(selection.geo);
    wanted.scopes = std::move(selection.scopes);
    MERIDIAN_TRY(wanted.temporal, read_temporal(request));
    if (const auto* csf = request.parameters.find("csf")) {
        MERIDIAN_TRY(auto parsed, query::parse_q(*csf, query_scope(request, context), "csf"));
        wanted.csf = std::move(parsed);
    }
    return wanted;
}

} // namespace

/// 6.8.3.1 POST: 5.9.2 Register Context Source.
handler_result create_registration(call& request) {
    MERIDIAN_CO_TRY(auto body, read_object(request, "a CSourceRegistration"));
    MERIDIAN_CO_TRY(auto context, co_await context_of_payload(request, body));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, std::move(context),
                                                  operations::missing_tenant::create));
    auto creating = operations::create_registration(scope, std::move(body.content));
    MERIDIAN_CO_TRY(const auto id, co_await std::move(creating));
    http::response answer(201);
    answer.add("Location", "/ngsi-ld/v1/csourceRegistrations/" + encode_path_segment(id));
    co_return answer;
}

/// 6.8.3.2 GET: 5.10.2 Query Context Source Registrations.
handler_result query_registrations(call& request) {
    MERIDIAN_CO_TRY(auto asked, co_await read_resource_call(request));
    MERIDIAN_CO_TRY(const auto paged, read_paging(request));
    MERIDIAN_CO_TRY(auto wanted, read_query(request, *asked.context));
    wanted.offset = paged.page.offset;
    wanted.limit = paged.page.limit;
    auto querying = operations::query_registrations(asked.scope, std::move(wanted));
    MERIDIAN_CO_TRY(const auto page, co_await std::move(querying));
    std::string text = "[";
    for (const auto& one : page.found) {
        if (text.size() > 1)
            text += ',';
        federation::append_registration(text, *one.source, shown(asked), &one.information);
    }
    text += ']';
    auto answer = answer_with(asked.type, *asked.context, std::move(text));
    std::optional<std::int64_t> count;
    if (paged.count)
        count = static_cast<std::int64_t>(page.count);
    add_paging(answer, request, paged, page.more, count, asked.type);
    co_return answer;
}

/// 6.9.3.1 GET: 5.10.1 Retrieve Context Source Registration.
handler_result retrieve_registration(call& request) {
    MERIDIAN_CO_TRY(auto id, resource_id(request, "Registration"));
    MERIDIAN_CO_TRY(auto asked, co_await read_resource_call(request));
    auto retrieving = operations::retrieve_registration(asked.scope, std::move(id));
    MERIDIAN_CO_TRY(const auto found, co_await std::move(retrieving));
    std::string text;
    federation::append_registration(text, *found, shown(asked));
    co_return answer_with(asked.type, *asked.context, std::move(text));
}

/// 6.9.3.2 PATCH: 5.9.3 Update Context Source Registration.
handler_result update_registration(call& request) {
    MERIDIAN_CO_TRY(auto id, resource_id(request, "Registration"));
    MERIDIAN_CO_TRY(
        auto body, read_object(request, "a CSourceRegistration Fragment", merge_patch_bodies::yes));
    MERIDIAN_CO_TRY(auto context, co_await context_of_payload(request, body));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, std::move(context)));
    auto updating = operations::update_registration(scope, std::move(id), std::move(body.content));
    MERIDIAN_CO_CHECK(co_await std::move(updating));
    co_return http::response(204);
}

/// 6.9.3.3 DELETE: 5.9.4 Delete Context Source Registration.
handler_result delete_registration(call& request) {
    MERIDIAN_CO_TRY(auto id, resource_id(request, "Registration"));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, jsonld::core_context()));
    MERIDIAN_CO_CHECK(co_await operations::delete_registration(scope, std::move(id)));
    co_return http::response(204);
}

} // namespace meridian::api
