#include "entity_reader.hpp"

#include "name_rules.hpp"

#include "meridian/base/uri.hpp"

#include <algorithm>

namespace meridian::ngsild {

namespace {

constexpr std::size_t types_limit = 1'000;
constexpr std::size_t scopes_limit = 1'000;

} // namespace

problem refuse(std::string detail, const place& at) {
    return problem{problem_kind::bad_request_data, std::move(detail)}.at(at.pointer());
}

std::optional<problem> entity_reader::id(const json& value, const place& at) {
    if (out.id)
        return refuse("The Entity has both id and @id.", at);
    if (!value.is_string() || is_null_text(value) || !is_uri(value.get_ref<const std::string&>()))
        return refuse("The id of the Entity is not a URI (5.2.4).", at);
    out.id = value.get<std::string>();
    return std::nullopt;
}

std::optional<problem> entity_reader::one_type(const json& value, const place& at) {
    if (!value.is_string() || is_null_text(value))
        return refuse("The type of the Entity is neither a name nor an array of names (5.2.4).",
                      at);
    auto iri = attributes.expand(value.get_ref<const std::string&>(), at);
    if (!iri)
        return std::move(iri.error());
    if (std::ranges::find(out.types, *iri) == out.types.end())
        out.types.push_back(std::move(*iri));
    return std::nullopt;
}

std::optional<problem> entity_reader::types(const json& value, const place& at) {
    if (!out.types.empty())
        return refuse("The Entity has both type and @type.", at);
    if (!value.is_array())
        return one_type(value, at);
    if (value.empty() || value.size() > types_limit)
        return refuse("The Entity has no type, or more of them than this broker takes.", at);
    std::size_t index = 0;
    for (const auto& one : value)
        if (auto wrong = one_type(one, place(at, index++)))
            return wrong;
    return std::nullopt;
}

std::optional<problem> entity_reader::one_scope(const json& value, const place& at) {
    auto scope =
        value.is_string() ? parse_scope(value.get_ref<const std::string&>()) : std::nullopt;
    if (!scope)
        return refuse("The scope of the Entity is not a Scope (4.18).", at);
    if (std::ranges::find(*out.scopes, *scope) == out.scopes->end())
        out.scopes->push_back(std::move(*scope));
    return std::nullopt;
}

std::optional<problem> entity_reader::scopes(const json& value, const place& at) {
    if (mode == nulls::allowed &&
        (is_null_text(value) || (value.is_array() && is_null_value(value)))) {
        out.scopes_are_null = true;
        return std::nullopt;
    }
    out.scopes.emplace();
    if (!value.is_array())
        return one_scope(value, at);
    if (value.size() > scopes_limit)
        return refuse("The Entity has more Scopes than this broker takes.", at);
    std::size_t index = 0;
    for (const auto& one : value)
        if (auto wrong = one_scope(one, place(at, index++)))
            return wrong;
    return std::nullopt;
}

std::optional<problem> entity_reader::expires_at(const json& value, const place& at) {
    if (mode == nulls::allowed && is_null_text(value)) {
        out.expires_at_is_null = true;
        return std::nullopt;
    }
    out.expires_at = parse_expires_at(value);
    if (!out.expires_at)
        return refuse("The expiresAt of the Entity is not a DateTime (4.22, 4.6.3).", at);
    return std::nullopt;
}

result<bool> entity_reader::is_attribute(const std::string& name, const json& value) {
    const place at(root, name);
    std::optional<problem> wrong;
    if (name == "id" || name == "@id")
        wrong = id(value, at);
    else if (name == "type" || name == "@type")
        wrong = types(value, at);
    else if (name == "scope")
        wrong = scopes(value, at);
    else if (name == "expiresAt")
        wrong = expires_at(value, at);
    else if (name != "@context" && name != "createdAt" && name != "modifiedAt" &&
             name != "deletedAt") // 5.2.2: ignored
        return true;
    if (wrong)
        return std::move(*wrong);
    return false;
}

result<std::string> entity_reader::attribute_name(const std::string& name, const place& at) {
    // 4.5.1: non-reified terms of the core @context name no Attributes. ngsildproof is a Property.
    if (const auto* rule = find_member_rule(name);
        rule != nullptr && rule->role != member_role::proof)
        return refuse(name + " cannot name an Attribute (4.5.1).", at);
    MERIDIAN_TRY(auto iri, attributes.expand(name, at));
    if (!seen.insert(iri).second)
        return refuse("Two members have the same name " + iri + ".", at);
    return iri;
}

} // namespace meridian::ngsild
