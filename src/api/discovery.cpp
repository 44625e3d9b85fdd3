/// Clauses 6.25 to 6.28: the resources types/, types/{type}, attributes/ and attributes/{attrId}.
#include "meridian/ngsild/discovery.hpp"
#include "api/distributed_answer.hpp"
#include "api/handlers.hpp"
#include "api/problem_response.hpp"
#include "meridian/federation/discovery.hpp"
#include "meridian/operations/distributed_discovery.hpp"
#include "meridian/store/name_lookup.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace meridian::api {
namespace {

using ngsild::described_attribute;
using ngsild::name_id;

/// What the four resources begin with.
struct discovery_call {
    discovery_call(media_type answered_as, jsonld::context_ptr words,
                   operations::request_scope frame)
        : type(answered_as), context(std::move(words)), scope(std::move(frame)) {}
    media_type type;
    jsonld::context_ptr context;
    operations::request_scope scope;

    [[nodiscard]] std::string context_member() const {
        return type == media_type::ld_json ? context->member_text() : std::string{};
    }
    [[nodiscard]] store::discovery& stored() const { return scope.with.discovery; }
};

asio::awaitable<result<discovery_call>> read_discovery_call(call& request) {
    MERIDIAN_CO_TRY(const auto type,
                    negotiate(request.request.header("Accept"), geo_json_answers::no));
    MERIDIAN_CO_TRY(auto context, co_await context_of_link(request));
    MERIDIAN_CO_TRY(auto scope, co_await scope_of(request, context));
    co_return discovery_call(type, std::move(context), std::move(scope));
}

/// Short names in alphabetical order read best, and stay where they are from call to call.
void sort_by_name(std::vector<name_id>& ids, const ngsild::names& dictionary) {
    std::sort(ids.begin(), ids.end(), [&](name_id left, name_id right) {
        return dictionary.iri(left) < dictionary.iri(right);
    });
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

template <typename T>
void add_once(std::vector<T>& to, const T& value) {
    if (std::find(to.begin(), to.end(), value) == to.end())
        to.push_back(value);
}

/// Folds rows of (type, attribute, kind) into one description an Attribute, in order of name.
std::vector<described_attribute> by_attribute(const std::vector<store::attribute_use>& uses,
                                              const ngsild::names& dictionary) {
    std::map<std::string_view, described_attribute> described;
    for (const auto& use : uses) {
        auto& attribute = described[dictionary.iri(use.attribute)];
        attribute.attribute = use.attribute;
        attribute.count += use.count;
        add_once(attribute.kinds, use.kind);
        if (use.type != 0)
            add_once(attribute.types, use.type);
    }
    std::vector<described_attribute> attributes;
    for (auto& [name, attribute] : described) {
        sort_by_name(attribute.types, dictionary);
        std::sort(attribute.kinds.begin(), attribute.kinds.end());
        attributes.push_back(std::move(attribute));
    }
    return attributes;
}

/// The number of the name of a type or Attribute: 0 where nobody has used it.
asio::awaitable<result<name_id>> known_name(const call& request, std::string iri) {
    const auto finding = [&iri](const ngsild::names& names) -> result<name_id> {
        return names.find(iri);
    };
    auto found = store::with_names_of_query(request.with.services.dictionary, finding);
    co_return co_await std::move(found);
}

problem unknown(std::string_view what, const std::string& name) {
    return problem{problem_kind::resource_not_found,
                   "no Entity has the " + std::string{what} + " '" + name + "'"};
}

/// How a list of names is written: append_entity_type_list or append_attribute_list.
using list_writer = void (*)(std::string& out, std::string_view list_id,
                             const std::vector<name_id>& names, const std::string& context_member,
                             ngsild::compacted_names& compacted);

/// 5.7.5 and 5.7.8: the names alone, in alphabetical order.
std::string name_list(call& request, const discovery_call& asked, std::string_view list_id,
                      std::vector<name_id> ids, list_writer append) {
    sort_by_name(ids, request.with.services.dictionary);
    std::string body;
    append(body, list_id, ids, asked.context_member(), request.with.names_of(asked.context));
    return body;
}

constexpr std::string_view type_list_id = "urn:ngsi-ld:EntityTypeList:meridian";
constexpr std::string_view attribute_list_id = "urn:ngsi-ld:AttributeList:meridian";

std::vector<ngsild::described_type> by_type(const std::vector<store::type_use>& types,
                                            const std::vector<store::attribute_use>& uses,
                                            const ngsild::names& dictionary) {
    std::map<std::string_view, ngsild::described_type> described;
    for (const auto& use : types)
        described[dictionary.iri(use.type)].type = use.type;
    for (const auto& use : uses)
        if (const auto found = described.find(dictionary.iri(use.type)); found != described.end())
            found->second.attributes.push_back(use.attribute);
    std::vector<ngsild::described_type> listed;
    for (auto& [name, type] : described) {
        sort_by_name(type.attributes, dictionary);
        listed.push_back(std::move(type));
    }
    return listed;
}

using operations::discovery_question;

/// What is so here, in the form and the words of the call. Fails with resource_not_found.
using told_here = asio::awaitable<result<std::string>>;
using local_teller = told_here (*)(call& request, const discovery_call& asked,
                                   const discovery_question& question);

told_here types_here(call& request, const discovery_call& asked,
                     const discovery_question& question) {
    MERIDIAN_CO_TRY(const auto types, co_await asked.stored().types(asked.scope.tenant));
    if (!question.details) {
        std::vector<name_id> ids;
        for (const auto& use : types)
            ids.push_back(use.type);
        co_return name_list(request, asked, type_list_id, std::move(ids),
                            ngsild::append_entity_type_list);
    }
    MERIDIAN_CO_TRY(const auto uses, co_await asked.stored().attributes(asked.scope.tenant));
    std::string body;
    ngsild::append_entity_types(body, by_type(types, uses, request.with.services.dictionary),
                                asked.context_member(), request.with.names_of(asked.context));
    co_return body;
}

told_here type_here(call& request, const discovery_call& asked,
                    const discovery_question& question) {
    MERIDIAN_CO_TRY(const auto type, co_await known_name(request, question.name));
    if (type == 0)
        co_return unknown("type", request.path[0]);
    MERIDIAN_CO_TRY(const auto types, co_await asked.stored().types(asked.scope.tenant, type));
    if (types.empty())
        co_return unknown("type", request.path[0]);
    MERIDIAN_CO_TRY(const auto uses, co_await asked.stored().attributes(asked.scope.tenant, type));
    std::string body;
    ngsild::append_entity_type_info(body, type, types.front().entities,
                                    by_attribute(uses, request.with.services.dictionary),
                                    asked.context_member(), request.with.names_of(asked.context));
    co_return body;
}

told_here attributes_here(call& request, const discovery_call& asked,
                          const discovery_question& question) {
    MERIDIAN_CO_TRY(const auto uses, co_await asked.stored().attributes(asked.scope.tenant));
    if (!question.details) {
        std::vector<name_id> ids;
        for (const auto& use : uses)
            ids.push_back(use.attribute);
        co_return name_list(request, asked, attribute_list_id, std::move(ids),
                            ngsild::append_attribute_list);
    }
    std::string body;
    ngsild::append_attributes(body, by_attribute(uses, request.with.services.dictionary),
                              asked.context_member(), request.with.names_of(asked.context));
    co_return body;
}

told_here attribute_here(call& request, const discovery_call& asked,
                         const discovery_question& question) {
    MERIDIAN_CO_TRY(const auto attribute, co_await known_name(request, question.name));
    if (attribute == 0)
        co_return unknown("Attribute", request.path[0]);
    auto& stored = asked.stored();
    MERIDIAN_CO_TRY(const auto uses, co_await stored.attributes(asked.scope.tenant, 0, attribute));
    if (uses.empty())
        co_return unknown("Attribute", request.path[0]);
    MERIDIAN_CO_TRY(const auto totals, co_await stored.totals(asked.scope.tenant, attribute));
    auto described = by_attribute(uses, request.with.services.dictionary);
    described.front().count = 0; // an Entity of several types counts once
    for (const auto& total : totals)
        described.front().count += total.count;
    std::string body;
    ngsild::append_attribute(body, described.front(), asked.context_member(),
                             request.with.names_of(asked.context));
    co_return body;
}

/// With the @context in it, where the answer has it there.
std::string text_of(json merged, const discovery_call& asked) {
    federation::compact_discovered(merged, *asked.context);
    if (asked.type == media_type::ld_json) {
        const auto member = parse_json(asked.context->member_text()).value();
        if (merged.is_object())
            merged["@context"] = member;
        else
            for (auto& element : merged)
                element["@context"] = member;
    }
    return to_text(merged);
}

/// 5.7.11: what is here and what Context Sources tell, as one.
told_here told_together(call& request, const discovery_call& asked,
                        const discovery_question& question, local_teller here,
                        std::vector<json> others) {
    auto plain = asked;
    plain.type = media_type::json;
    plain.context = jsonld::core_context();
    auto telling = here(request, plain, question);
    const auto own = co_await std::move(telling);
    if (!own && own.error().kind() != problem_kind::resource_not_found)
        co_return own.error();
    if (own) {
        MERIDIAN_CO_TRY(auto content, parse_json(*own));
        federation::expand_discovered(content, *plain.context);
        others.insert(others.begin(), std::move(content));
    }
    for (std::size_t i = 1; i < others.size(); ++i)
        federation::merge_discovered(others.front(), others[i]);
    co_return text_of(std::move(others.front()), asked);
}

/// The answer to all four resources.
handler_result discover(call& request, discovery_question question, local_teller here) {
    MERIDIAN_CO_TRY(auto asked, co_await read_discovery_call(request));
    if (!request.path.empty())
        question.name = asked.context->expand(request.path[0]);
    auto gathering = operations::discovered_elsewhere(asked.scope, question);
    MERIDIAN_CO_TRY(auto others, co_await std::move(gathering));
    auto telling = others.empty()
                       ? here(request, asked, question)
                       : told_together(request, asked, question, here, std::move(others));
    auto body = co_await std::move(telling);
    if (!body && asked.scope.distribution.warnings.empty())
        co_return body.error();
    auto answer = body ? answer_with(asked.type, *asked.context, std::move(*body))
                       : problem_response(body.error());
    add_warnings(answer, asked.scope);
    co_return answer;
}

} // namespace

/// 6.25.3.1 GET types: 5.7.5, with details=true 5.7.6.
handler_result list_types(call& request) {
    using enum federation::operation;
    MERIDIAN_CO_TRY(const bool details, request.parameters.flag("details"));
    discovery_question question{details ? retrieve_entity_type_details : retrieve_entity_types,
                                true, "", details};
    auto answering = discover(request, std::move(question), types_here);
    co_return co_await std::move(answering);
}

/// 6.26.3.1 GET types/{type}: 5.7.7.
handler_result retrieve_type(call& request) {
    discovery_question question{federation::operation::retrieve_entity_type_info, true, "", false};
    auto answering = discover(request, std::move(question), type_here);
    co_return co_await std::move(answering);
}

/// 6.27.3.1 GET attributes: 5.7.8, with details=true 5.7.9.
handler_result list_attributes(call& request) {
    using enum federation::operation;
    MERIDIAN_CO_TRY(const bool details, request.parameters.flag("details"));
    discovery_question question{details ? retrieve_attr_type_details : retrieve_attr_types, false,
                                "", details};
    auto answering = discover(request, std::move(question), attributes_here);
    co_return co_await std::move(answering);
}

/// 6.28.3.1 GET attributes/{attrId}: 5.7.10.
handler_result retrieve_attribute(call& request) {
    discovery_question question{federation::operation::retrieve_attr_type_info, false, "", false};
    auto answering = discover(request, std::move(question), attribute_here);
    co_return co_await std::move(answering);
}

} // namespace meridian::api
