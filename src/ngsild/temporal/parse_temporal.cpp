#include "meridian/ngsild/temporal_input.hpp"

#include "ngsild/attribute_reader.hpp"
#include "ngsild/entity_reader.hpp"
#include "ngsild/instance_json.hpp"
#include "ngsild/name_rules.hpp"

#include <algorithm>

namespace meridian::ngsild {
namespace {

/// 4.5.6: a Scope as a Property whose value is a Scope or an array of them; plain ones (4.18) are
/// taken as one instance.
class scope_reader {
public:
    explicit scope_reader(std::vector<attribute_instance>& into) : into_(into) {}

    std::optional<problem> read(const json& sent, const place& at) {
        const bool is_plain = sent.is_string() || (sent.is_array() && holds_texts(sent));
        if (is_plain)
            return add(sent, std::nullopt, at);
        if (!sent.is_array())
            return instance(sent, at);
        std::size_t index = 0;
        for (const auto& one : sent)
            if (auto wrong = instance(one, place(at, index++)))
                return wrong;
        return std::nullopt;
    }

private:
    static bool holds_texts(const json& sent) {
        return std::ranges::all_of(sent, [](const json& one) { return one.is_string(); });
    }

    std::optional<problem> instance(const json& sent, const place& at) {
        if (!sent.is_object() || !sent.contains("value"))
            return refuse("The scope of the Entity is not the temporal representation of a "
                          "Property (4.5.6).",
                          at);
        std::optional<timestamp> observed_at;
        if (const auto found = sent.find("observedAt"); found != sent.end()) {
            if (found->is_string())
                observed_at = parse_date_time(found->get_ref<const std::string&>());
            if (!observed_at)
                return refuse("observedAt is not a DateTime (4.6.3).", place(at, "observedAt"));
        }
        return add(sent["value"], observed_at, place(at, "value"));
    }

    std::optional<problem> add(const json& value, std::optional<timestamp> observed_at,
                               const place& at) {
        json scopes = json::array();
        for (const auto& one : value.is_array() ? value : json::array({value})) {
            const auto scope =
                one.is_string() ? parse_scope(one.get_ref<const std::string&>()) : std::nullopt;
            if (!scope)
                return refuse("The scope of the Entity is not a Scope (4.18).", at);
            scopes.push_back(*scope);
        }
        if (scopes.empty())
            return refuse("The scope of the Entity is empty (4.18).", at);
        attribute_instance made;
        made.value = scopes.size() == 1 ? scopes.front() : std::move(scopes);
        made.observed_at = observed_at;
        into_.push_back(std::move(made));
        return std::nullopt;
    }

    std::vector<attribute_instance>& into_;
};

result<entity_temporal> read(const json& payload, const jsonld::context& context,
                             const parse_limits& limits) {
    if (!payload.is_object())
        return refuse("An EntityTemporal is a JSON object (5.2.20).", place{});
    const attribute_reader attributes(context, limits, nulls::refused);
    entity_reader reader{.attributes = attributes, .mode = nulls::refused};
    entity_temporal out;
    scope_reader scopes(out.scopes);
    for (const auto& [name, value] : payload.items()) {
        const place at(reader.root, name);
        if (name == "scope") {
            if (auto wrong = scopes.read(value, at))
                return std::move(*wrong);
            continue;
        }
        MERIDIAN_TRY(const bool is_attribute, reader.is_attribute(name, value));
        if (!is_attribute)
            continue;
        MERIDIAN_TRY(auto iri, reader.attribute_name(name, at));
        MERIDIAN_TRY(auto instances, attributes.evolution(value, iri, at));
        const instance_source from{iri, limits, verify::no};
        MERIDIAN_TRY(auto made, to_attribute(iri, std::move(instances), from));
        out.attributes.push_back(std::move(made));
    }
    out.id = reader.out.id.value_or(std::string{});
    out.types = std::move(reader.out.types);
    return out;
}

} // namespace

result<entity_temporal> parse_temporal_entity(const json& payload, const jsonld::context& context,
                                              const parse_limits& limits) {
    MERIDIAN_TRY(auto out, read(payload, context, limits));
    if (out.id.empty())
        return refuse("The Entity has no id (5.2.4).", place{});
    if (out.types.empty())
        return refuse("The Entity has no type (5.2.4).", place{});
    return out;
}

result<entity_temporal> parse_temporal_fragment(const json& payload, const jsonld::context& context,
                                                const parse_limits& limits) {
    MERIDIAN_TRY(auto out, read(payload, context, limits));
    if (out.attributes.empty() && out.scopes.empty() && out.types.empty())
        return refuse("The EntityTemporal Fragment is empty (5.6.12).", place{});
    return out;
}

result<attribute_instance> parse_temporal_instance(const json& payload,
                                                   std::string_view expanded_name,
                                                   const jsonld::context& context,
                                                   const parse_limits& limits) {
    if (!payload.is_object())
        return refuse("An EntityTemporal Fragment is a JSON object (5.2.20).", place{});
    const attribute_reader attributes(context, limits, nulls::refused);
    const json* sent = &payload;
    place root;
    std::string_view member;
    for (const auto& [name, value] : payload.items())
        if (name != "@context" && name != "id" && name != "type" && is_name(name) &&
            context.expand(name) == expanded_name) {
            sent = &value;
            member = name;
        }
    const place at = member.empty() ? root : place(root, member);
    json body;
    if (member.empty()) {
        MERIDIAN_TRY(body, attributes.attribute_fragment(*sent, expanded_name));
    } else {
        MERIDIAN_TRY(body, attributes.evolution(*sent, expanded_name, at));
    }
    const instance_source from{expanded_name, limits, verify::no};
    MERIDIAN_TRY(auto made, to_attribute(std::string(expanded_name), std::move(body), from));
    if (made.instances.size() != 1)
        return refuse("The EntityTemporal Fragment does not hold exactly one instance (5.6.14).",
                      at);
    return std::move(made.instances.front());
}

} // namespace meridian::ngsild
