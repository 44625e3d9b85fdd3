#include "attribute_reader.hpp"
#include "entity_reader.hpp"
#include "instance_json.hpp"
#include "name_rules.hpp"

#include "meridian/ngsild/parse.hpp"

namespace meridian::ngsild {

namespace {

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
