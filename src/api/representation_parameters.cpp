#include "api/representation_parameters.hpp"

#include "meridian/query/parse.hpp"
#include "meridian/store/name_lookup.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace meridian::api {
namespace {

using ngsild::projection;
using ngsild::representation_format;

std::optional<representation_format> format_of(std::string_view keyword) noexcept {
    if (keyword == "normalized")
        return representation_format::normalized;
    if (keyword == "concise")
        return representation_format::concise;
    if (keyword == "simplified" || keyword == "keyValues")
        return representation_format::simplified;
    return std::nullopt;
}

/// Marks one entity member of pick as shown, or of omit as hidden.
void mark_member(projection& shown, std::string_view member, bool value) {
    if (member == "id")
        shown.id = value;
    else if (member == "type")
        shown.type = value;
    else if (member == "scope")
        shown.scope = value;
    else if (member == "createdAt")
        shown.created_at = shown.created_at_picked = value;
    else if (member == "modifiedAt")
        shown.modified_at = shown.modified_at_picked = value;
    else if (member == "expiresAt")
        shown.expires_at = shown.expires_at_picked = value;
}

/// Takes over the terms of pick (`value` true) or omit.
result<void> mark_terms(projection& shown, const query::projection_list& terms,
                        const ngsild::names& dictionary, bool value) {
    for (const auto& term : terms) {
        if (!term.linked.empty())
            return problem{problem_kind::bad_request_data,
                           "'" + term.name +
                               "{…}' projects a linked Entity, but Linked Entity retrieval is not "
                               "requested (join)"};
        if (term.of_entity)
            mark_member(shown, term.name, value);
        else if (const auto id = dictionary.find(term.name); id != 0)
            shown.attributes.push_back(id);
    }
    return {};
}

projection nothing_shown() {
    projection shown;
    shown.how = projection::mode::only;
    shown.id = shown.type = shown.scope = false;
    shown.created_at = shown.modified_at = shown.expires_at = false;
    return shown;
}

/// attrs of tables 6.4.3.2-1 and 6.5.3.1-1.
result<read_projection_outcome> read_attrs(const std::string& attrs, const jsonld::context& context,
                                           const ngsild::names& dictionary) {
    read_projection_outcome outcome;
    MERIDIAN_TRY(outcome.attributes,
                 query::parse_names(attrs, "attrs", query::parse_scope{context}));
    outcome.shown.how = projection::mode::only;
    for (const auto& iri : outcome.attributes)
        if (const auto id = dictionary.find(iri); id != 0)
            outcome.shown.attributes.push_back(id);
    return outcome;
}

/// Where pick leaves nothing that every Entity has, an Entity must have one of the picked
/// Attributes, or there is nothing of it to answer.
std::vector<std::string> must_have_one_of(const query::projection_list& picked) {
    std::vector<std::string> attributes;
    for (const auto& term : picked) {
        if (term.of_entity && term.name != "scope" && term.name != "expiresAt")
            return {};
        if (!term.of_entity)
            attributes.push_back(term.name);
    }
    return attributes;
}

result<void> check_disjoint(const query::projection_list& picked,
                            const query::projection_list& omitted) {
    for (const auto& pick : picked)
        for (const auto& omit : omitted)
            if (pick.name == omit.name)
                return problem{problem_kind::bad_request_data,
                               "'" + pick.name + "' stands in pick and in omit"};
    return {};
}

/// 6.3.5: whether an answer of this media type has an @context in its body.
bool has_context_member(const call& request, media_type type) noexcept {
    if (type == media_type::ld_json)
        return true;
    return type == media_type::geo_json &&
           request.request.header("Prefer").find("body=json") == std::string_view::npos;
}

} // namespace

result<std::vector<std::string>> read_options(const call& request,
                                              std::initializer_list<std::string_view> known) {
    MERIDIAN_TRY(auto options, request.parameters.list("options"));
    for (const auto& option : options)
        if (std::find(known.begin(), known.end(), option) == known.end())
            return problem{problem_kind::invalid_request,
                           "the operation has no option '" + option + "'"};
    return options;
}

bool has_option(const std::vector<std::string>& options, std::string_view keyword) noexcept {
    return std::find(options.begin(), options.end(), keyword) != options.end();
}

result<representation_format> read_format(const call& request,
                                          const std::vector<std::string>& options) {
    if (const auto* format = request.parameters.find("format")) {
        if (const auto known = format_of(*format))
            return *known;
        return problem{problem_kind::invalid_request,
                       "format must be normalized, concise, simplified or keyValues, not '" +
                           *format + "'"};
    }
    std::optional<representation_format> chosen;
    for (const auto& option : options) {
        const auto format = format_of(option);
        if (!format)
            continue;
        if (chosen && *chosen != *format)
            return problem{problem_kind::invalid_request,
                           "options names more than one representation"};
        chosen = format;
    }
    return chosen.value_or(representation_format::normalized);
}

projection_texts projection_texts_of(const call& request) {
    const auto& parameters = request.parameters;
    return {std::string{parameters.text("pick")}, std::string{parameters.text("omit")},
            std::string{parameters.text("attrs")}};
}

result<read_projection_outcome> read_projection(const projection_texts& texts,
                                                const jsonld::context& context,
                                                const ngsild::names& dictionary) {
    if (!texts.attrs.empty()) {
        if (!texts.pick.empty() || !texts.omit.empty())
            return problem{problem_kind::bad_request_data,
                           "attrs excludes pick and omit: it is a synonym of pick and q"};
        return read_attrs(texts.attrs, context, dictionary);
    }
    const query::parse_scope scope{context};
    read_projection_outcome outcome;
    query::projection_list picked;
    if (!texts.pick.empty()) {
        MERIDIAN_TRY(picked, query::parse_projection(texts.pick, "pick", scope));
        outcome.shown = nothing_shown();
        MERIDIAN_CHECK(mark_terms(outcome.shown, picked, dictionary, true));
        outcome.attributes = must_have_one_of(picked);
    }
    if (!texts.omit.empty()) {
        MERIDIAN_TRY(const auto omitted, query::parse_projection(texts.omit, "omit", scope));
        MERIDIAN_CHECK(check_disjoint(picked, omitted));
        // What pick names is disjoint from what omit names, so that pick alone decides.
        if (picked.empty()) {
            outcome.shown.how = projection::mode::except;
            MERIDIAN_CHECK(mark_terms(outcome.shown, omitted, dictionary, false));
        }
    }
    return outcome;
}

bool shows_anything(const ngsild::projection& shown, const ngsild::document_view& document) {
    if (shown.id || shown.type || shown.created_at_picked || shown.modified_at_picked ||
        (shown.scope && !document.scopes().empty()))
        return true;
    for (std::size_t i = 0; i < document.size(); ++i) {
        const auto attribute = document.instance(i).attribute;
        const bool named = std::find(shown.attributes.begin(), shown.attributes.end(), attribute) !=
                           shown.attributes.end();
        if (named == (shown.how == projection::mode::only))
            return true;
    }
    return false;
}

asio::awaitable<result<void>> learn_names(const call& request, projection_texts texts,
                                          std::vector<std::string> dataset_ids,
                                          const jsonld::context& context) {
    if (const auto* geometry = request.parameters.find("geometryProperty"))
        dataset_ids.push_back(context.expand(*geometry));
    const auto asking = [&](const ngsild::names& names) -> result<void> {
        (void)read_projection(texts, context, names);
        for (const auto& iri : dataset_ids)
            (void)names.find(iri);
        return {};
    };
    auto learning = store::with_names_of_query(request.with.services.dictionary, asking);
    co_return co_await std::move(learning);
}

bool names_attributes(const call& request) {
    return std::ranges::any_of(std::array{"attrs", "pick", "omit", "datasetId", "geometryProperty"},
                               [&](const char* name) { return request.parameters.has(name); });
}

asio::awaitable<result<void>> learn_names(const call& request, const jsonld::context& context) {
    auto texts = projection_texts_of(request);
    auto dataset_ids = request.parameters.list("datasetId").value_or(std::vector<std::string>{});
    auto learning = learn_names(request, std::move(texts), std::move(dataset_ids), context);
    co_return co_await std::move(learning);
}

result<ngsild::representation> read_representation(const call& request, media_type type,
                                                   const jsonld::context& context) {
    const auto& parameters = request.parameters;
    const auto& dictionary = request.with.services.dictionary;
    ngsild::representation how;
    MERIDIAN_TRY(const auto options, read_options(request, {"normalized", "concise", "simplified",
                                                            "keyValues", "sysAttrs"}));
    MERIDIAN_TRY(how.format, read_format(request, options));
    how.sys_attrs = has_option(options, "sysAttrs");
    how.lang = parameters.text("lang");
    MERIDIAN_TRY(how.dataset_ids, parameters.list("datasetId"));
    how.geojson = type == media_type::geo_json;
    if (const auto* geometry = parameters.find("geometryProperty")) {
        if (!how.geojson)
            return problem{problem_kind::bad_request_data,
                           "geometryProperty is for answers in application/geo+json"};
        how.geometry_attribute = dictionary.find(context.expand(*geometry));
        how.geometry_unknown = how.geometry_attribute == 0;
    }
    if (has_context_member(request, type))
        how.context_member = context.member_text();
    return how;
}

result<void> refuse_unsupported(const call& request) {
    const auto& parameters = request.parameters;
    const auto not_supported = [](std::string_view what) {
        std::string detail{what};
        detail += " is not supported by this broker yet";
        return problem{problem_kind::operation_not_supported, std::move(detail)};
    };
    if (const auto join = parameters.text("join"); !join.empty() && join != "@none") {
        if (join != "flat" && join != "inline")
            return problem{problem_kind::bad_request_data,
                           "join must be flat, inline or @none, not '" + std::string{join} + "'"};
        return not_supported("Linked Entity retrieval (join)");
    }
    MERIDIAN_TRY(const bool entity_map, parameters.flag("entityMap"));
    if (entity_map || request.request.has_header("NGSILD-EntityMap"))
        return not_supported("an EntityMap");
    if (request.request.has_header("NGSILD-Snapshot"))
        return not_supported("a Snapshot");
    return {};
}

} // namespace meridian::api
