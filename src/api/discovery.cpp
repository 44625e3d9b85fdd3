/// Clauses 6.25 to 6.28: the resources types/, types/{type}, attributes/ and attributes/{attrId}.
#include "meridian/ngsild/discovery.hpp"
#include "api/handlers.hpp"
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
        attributes.push_back(std::move(attribute));
    }
    return attributes;
}

/// The name in a path segment that stands for a type or Attribute: 0 where nobody has used it.
asio::awaitable<result<name_id>> known_name(const call& request, const jsonld::context& context) {
    const auto iri = context.expand(request.path[0]);
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
http::response name_list(call& request, const discovery_call& asked, std::string_view list_id,
                         std::vector<name_id> ids, list_writer append) {
    sort_by_name(ids, request.with.services.dictionary);
    std::string body;
    append(body, list_id, ids, asked.context_member(), request.with.names_of(asked.context));
    return answer_with(asked.type, *asked.context, std::move(body));
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

} // namespace

/// 6.25.3.1 GET types: 5.7.5, with details=true 5.7.6.
handler_result list_types(call& request) {
    MERIDIAN_CO_TRY(auto asked, co_await read_discovery_call(request));
    MERIDIAN_CO_TRY(const bool details, request.parameters.flag("details"));
    MERIDIAN_CO_TRY(const auto types, co_await asked.stored().types(asked.scope.tenant));
    if (!details) {
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
    co_return answer_with(asked.type, *asked.context, std::move(body));
}

/// 6.26.3.1 GET types/{type}: 5.7.7.
handler_result retrieve_type(call& request) {
    MERIDIAN_CO_TRY(auto asked, co_await read_discovery_call(request));
    MERIDIAN_CO_TRY(const auto type, co_await known_name(request, *asked.context));
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
    co_return answer_with(asked.type, *asked.context, std::move(body));
}

/// 6.27.3.1 GET attributes: 5.7.8, with details=true 5.7.9.
handler_result list_attributes(call& request) {
    MERIDIAN_CO_TRY(auto asked, co_await read_discovery_call(request));
    MERIDIAN_CO_TRY(const bool details, request.parameters.flag("details"));
    MERIDIAN_CO_TRY(const auto uses, co_await asked.stored().attributes(asked.scope.tenant));
    if (!details) {
        std::vector<name_id> ids;
        for (const auto& use : uses)
            ids.push_back(use.attribute);
        co_return name_list(request, asked, attribute_list_id, std::move(ids),
                            ngsild::append_attribute_list);
    }
    std::string body;
    ngsild::append_attributes(body, by_attribute(uses, request.with.services.dictionary),
                              asked.context_member(), request.with.names_of(asked.context));
    co_return answer_with(asked.type, *asked.context, std::move(body));
}

/// 6.28.3.1 GET attributes/{attrId}: 5.7.10.
handler_result retrieve_attribute(call& request) {
    MERIDIAN_CO_TRY(auto asked, co_await read_discovery_call(request));
    MERIDIAN_CO_TRY(const auto attribute, co_await known_name(request, *asked.context));
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
    co_return answer_with(asked.type, *asked.context, std::move(body));
}

} // namespace meridian::api
