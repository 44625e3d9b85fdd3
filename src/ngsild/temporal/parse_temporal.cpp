#include "meridian/ngsild/temporal_input.hpp"

#include "ngsild/attribute_reader.hpp"
#include "ngsild/entity_reader.hpp"
#include "ngsild/instance_json.hpp"
#include "ngsild/name_rules.hpp"

#include "meridian/base/uri.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace meridian::ngsild {
namespace {

constexpr std::array<std::string_view, 6> scope_members{"value",      "observedAt", "createdAt",
                                                        "modifiedAt", "deletedAt",  "instanceId"};

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

    static bool may_have(std::string_view name, const json& value) {
        if (name == "type" || name == "@type")
            return value == "Property";
        return std::ranges::find(scope_members, name) != scope_members.end();
    }

    std::optional<problem> instance(const json& sent, const place& at) {
        if (!sent.is_object() || !sent.contains("value"))
            return refuse("The scope of the Entity is not the temporal representation of a "
                          "Property (4.5.6).",
                          at);
        for (const auto& [name, value] : sent.items())
            if (!may_have(name, value))
                return refuse(
                    "An instance of the scope of an Entity is a Property that has Temporal "
                    "Properties alone (4.5.6).",
                    place(at, name));
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

/// An instance as nearly all are: a Property with a number, a string or a boolean, observedAt,
/// unitCode and datasetId. Nothing where it is any other, or has a fault. It is what `evolution`
/// and `to_attribute` make of it, without the JSON between them, which costs as much as parsing.
std::optional<attribute_instance> plain_instance(const json& sent) {
    if (!sent.is_object())
        return std::nullopt;
    attribute_instance out;
    bool has_type = false;
    bool has_value = false;
    for (const auto& [name, value] : sent.get_ref<const json::object_t&>()) {
        if (name == "value") {
            if (value.is_structured() || value.is_null() || is_null_text(value))
                return std::nullopt;
            out.value = value;
            has_value = true;
            continue;
        }
        if (!value.is_string())
            return std::nullopt;
        const auto& text = value.get_ref<const std::string&>();
        if (name == "observedAt")
            out.observed_at = parse_date_time(text);
        else if (name == "unitCode" && text != ngsild_null)
            append_member(out.members, name, value);
        else if (name == "datasetId" && text != ngsild_null && is_uri(text))
            out.dataset_id = text;
        else if (name != "type" || text != "Property" || std::exchange(has_type, true))
            return std::nullopt;
        if (name == "observedAt" && !out.observed_at)
            return std::nullopt;
    }
    return has_type && has_value ? std::optional{std::move(out)} : std::nullopt;
}

/// Instances that are all plain; nothing where one is not.
std::vector<attribute_instance> plain_instances(const json& sent) {
    std::vector<attribute_instance> out;
    if (!sent.is_array())
        return out;
    out.reserve(sent.size());
    for (const auto& one : sent) {
        auto made = plain_instance(one);
        if (!made)
            return {};
        out.push_back(std::move(*made));
    }
    return out;
}

result<attribute> read_attribute(const json& sent, std::string iri, const place& at,
                                 const attribute_reader& attributes, const parse_limits& limits) {
    if (auto plain = plain_instances(sent); !plain.empty())
        return attribute{std::move(iri), std::move(plain)};
    MERIDIAN_TRY(auto instances, attributes.evolution(sent, iri, at));
    const instance_source from{iri, limits, verify::no};
    return to_attribute(iri, std::move(instances), from);
}

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
        MERIDIAN_TRY(auto made, read_attribute(value, std::move(iri), at, attributes, limits));
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
    const auto refuse_all = [] {
        return refuse("The EntityTemporal Fragment does not hold exactly one instance of the "
                      "Attribute (5.6.14).",
                      place{});
    };
    if (attribute_reader::is_instance(payload)) {
        const attribute_reader attributes(context, limits, nulls::refused);
        MERIDIAN_TRY(auto made, read_attribute(payload, std::string(expanded_name), place{},
                                               attributes, limits));
        if (made.instances.size() != 1)
            return refuse_all();
        return std::move(made.instances.front());
    }
    MERIDIAN_TRY(auto fragment, read(payload, context, limits));
    if (fragment.attributes.size() != 1 || !fragment.scopes.empty() ||
        fragment.attributes.front().name != expanded_name ||
        fragment.attributes.front().instances.size() != 1)
        return refuse_all();
    return std::move(fragment.attributes.front().instances.front());
}

} // namespace meridian::ngsild
