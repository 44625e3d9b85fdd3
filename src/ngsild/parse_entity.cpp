#include "attribute_reader.hpp"
#include "instance_json.hpp"
#include "name_rules.hpp"

#include "meridian/base/uri.hpp"
#include "meridian/ngsild/parse.hpp"

#include <algorithm>
#include <unordered_set>

namespace meridian::ngsild {

namespace {

constexpr std::size_t types_limit = 1'000;
constexpr std::size_t scopes_limit = 1'000;

problem refuse(std::string detail, const place& at) {
    return problem{problem_kind::bad_request_data, std::move(detail)}.at(at.pointer());
}

/// The members of an Entity that are no Attributes, as a payload holds them.
struct entity_reader {
    const attribute_reader& attributes;
    nulls mode;
    place root{};
    entity_fragment out{};
    std::unordered_set<std::string> seen{}; ///< expanded names of Attributes

    /// Reads one member; gives it back in `name` where it is an Attribute's.
    result<bool> is_attribute(const std::string& name, const json& value);
    result<std::string> attribute_name(const std::string& name, const place& at);

private:
    std::optional<problem> id(const json& value, const place& at);
    std::optional<problem> types(const json& value, const place& at);
    std::optional<problem> one_type(const json& value, const place& at);
    std::optional<problem> scopes(const json& value, const place& at);
    std::optional<problem> one_scope(const json& value, const place& at);
    std::optional<problem> expires_at(const json& value, const place& at);
};

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

result<entity_fragment> read_fragment(const json& payload, const jsonld::context& context,
                                      input_format format, const parse_limits& limits, nulls mode) {
    if (!payload.is_object())
        return refuse("An Entity is a JSON object (4.5.1).", place{});
    const attribute_reader attributes(context, limits, mode);
    entity_reader reader{.attributes = attributes, .mode = mode};
    reader.out.attributes.get_ref<json::object_t&>().reserve(payload.size());
    for (const auto& [name, value] : payload.items()) {
        MERIDIAN_TRY(const bool is_attribute, reader.is_attribute(name, value));
        if (!is_attribute)
            continue;
        const place at(reader.root, name);
        MERIDIAN_TRY(auto iri, reader.attribute_name(name, at));
        MERIDIAN_TRY(auto made, format == input_format::simplified
                                    ? attributes.simplified(value, iri, at)
                                    : attributes.attribute(value, iri, at));
        append_member(reader.out.attributes, iri, std::move(made));
    }
    reader.out.simplified = format == input_format::simplified;
    return std::move(reader.out);
}

} // namespace

result<entity> parse_entity(const json& payload, const jsonld::context& context,
                            const parse_limits& limits) {
    MERIDIAN_TRY(auto read, read_fragment(payload, context, input_format::normalized_or_concise,
                                          limits, nulls::refused));
    if (!read.id)
        return refuse("The Entity has no id (5.2.4).", place{});
    if (read.types.empty())
        return refuse("The Entity has no type (5.2.4).", place{});
    entity out;
    out.id = std::move(*read.id);
    out.types = std::move(read.types);
    if (read.scopes)
        out.scopes = std::move(*read.scopes);
    out.expires_at = read.expires_at;
    out.attributes.reserve(read.attributes.size());
    for (auto& [name, body] : read.attributes.items()) {
        const instance_source from{name, limits, verify::no};
        MERIDIAN_TRY(auto made, to_attribute(name, std::move(body), from));
        out.attributes.push_back(std::move(made));
    }
    return out;
}

result<entity_fragment> parse_entity_fragment(const json& payload, const jsonld::context& context,
                                              input_format format, const parse_limits& limits) {
    return read_fragment(payload, context, format, limits, nulls::allowed);
}

result<entity_fragment> parse_attribute_fragment(const json& payload,
                                                 std::string_view expanded_name,
                                                 const jsonld::context& context,
                                                 const parse_limits& limits) {
    // 5.6.4.4, 5.6.19.4
    if (expanded_name == scope_iri)
        return refuse("The scope is not an Attribute that can be changed so.", place{});
    const attribute_reader attributes(context, limits, nulls::allowed);
    MERIDIAN_TRY(auto made, attributes.attribute_fragment(payload, expanded_name));
    entity_fragment out;
    append_member(out.attributes, expanded_name, std::move(made));
    return out;
}

} // namespace meridian::ngsild
