#include "api/projection_parameters.hpp"

#include "meridian/query/parse.hpp"
#include "meridian/query/projection.hpp"

#include <algorithm>
#include <utility>

namespace meridian::api {
namespace {

/// 5.7.1.4, 5.7.2.4.
result<void> check_depth(const query::projection_list& terms, std::string_view parameter,
                         std::uint32_t levels) {
    const auto depth = query::depth_of(terms);
    if (depth <= levels)
        return {};
    const std::string name(parameter);
    if (levels == 0)
        return problem{problem_kind::bad_request_data,
                       name + " projects linked Entities, but Linked Entity retrieval is not "
                              "requested (join)"};
    return problem{problem_kind::bad_request_data,
                   name + " projects linked Entities " + std::to_string(depth) +
                       " levels deep, joinLevel is " + std::to_string(levels)};
}

/// attrs of tables 6.4.3.2-1 and 6.5.3.1-1. CHOICE: scope may be among them, as in C.5.16.2.
result<read_projection_outcome> read_attrs(const std::string& attrs, const jsonld::context& context,
                                           const ngsild::names& dictionary) {
    read_projection_outcome outcome;
    MERIDIAN_TRY(outcome.attributes,
                 query::parse_names(attrs, "attrs", query::parse_scope{context}, "scope"));
    outcome.shown.scope = std::erase(outcome.attributes, "scope") > 0;
    outcome.shown.how = ngsild::projection::mode::only;
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

} // namespace

projection_texts projection_texts_of(const call& request) {
    const auto& parameters = request.parameters;
    return {std::string{parameters.text("pick")}, std::string{parameters.text("omit")},
            std::string{parameters.text("attrs")}};
}

result<read_projection_outcome> read_projection(const projection_texts& texts,
                                                const jsonld::context& context,
                                                const ngsild::names& dictionary,
                                                std::uint32_t levels) {
    if (!texts.attrs.empty()) {
        if (!texts.pick.empty() || !texts.omit.empty())
            return problem{problem_kind::bad_request_data,
                           "attrs excludes pick and omit: it is a synonym of pick and q"};
        return read_attrs(texts.attrs, context, dictionary);
    }
    const query::parse_scope scope{context};
    query::projection_list picked;
    query::projection_list omitted;
    if (!texts.pick.empty()) {
        MERIDIAN_TRY(picked, query::parse_projection(texts.pick, "pick", scope));
        MERIDIAN_CHECK(check_depth(picked, "pick", levels));
    }
    if (!texts.omit.empty()) {
        MERIDIAN_TRY(omitted, query::parse_projection(texts.omit, "omit", scope));
        MERIDIAN_CHECK(check_depth(omitted, "omit", levels));
    }
    read_projection_outcome outcome;
    if (picked.empty() && omitted.empty())
        return outcome;
    MERIDIAN_TRY(outcome.shown, query::make_projection(picked, omitted, dictionary));
    if (!picked.empty())
        outcome.attributes = must_have_one_of(picked);
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
        if (named == (shown.how == ngsild::projection::mode::only))
            return true;
    }
    return false;
}

} // namespace meridian::api
