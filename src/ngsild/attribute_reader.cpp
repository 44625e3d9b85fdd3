#include "attribute_reader.hpp"

#include "geometry.hpp"
#include "name_rules.hpp"

#include "meridian/base/uri.hpp"

#include <algorithm>

namespace meridian::ngsild {

namespace {

/// The `type` of an Attribute, by either name; null where it has none.
const json* find_type(const json& sent) {
    for (const auto* name : {"type", "@type"})
        if (const auto found = sent.find(name); found != sent.end())
            return &*found;
    return nullptr;
}

/// The kind that the value members of a concise instance show.
std::optional<attribute_kind> infer_kind(const json& sent) {
    for (const auto& [name, value] : sent.items()) {
        const auto* rule = find_member_rule(name);
        if (rule == nullptr || rule->role != member_role::value)
            continue;
        if (name == "value")
            return looks_like_geometry(value) ? attribute_kind::geo_property
                                              : attribute_kind::property;
        for (unsigned kind = 1; kind <= 8; ++kind)
            if (allows(*rule, static_cast<attribute_kind>(kind)))
                return static_cast<attribute_kind>(kind);
    }
    return std::nullopt;
}

/// Whether a fragment's object without type and value still describes an instance: it has a
/// non-reified member of Attributes.
/// CHOICE: 5.4 and 4.5.2.3 leave open what `{"observedAt": …}` means in a fragment; as a bare value
/// it would replace the value of the Attribute, which nobody who sends it wants.
bool has_instance_member(const json& sent) {
    for (const auto* name : {"observedAt", "unitCode", "datasetId", "valueType", "objectType"})
        if (sent.contains(name))
            return true;
    return false;
}

bool is_kind(const json* type) {
    return type != nullptr && type->is_string() &&
           parse_attribute_kind(type->get_ref<const std::string&>());
}

/// 4.5.5: whether an array holds instances of an Attribute, rather than being a bare value.
bool holds_instances(const json& sent) {
    bool all_concise = !sent.empty();
    for (const auto& one : sent) {
        if (one.is_object() && is_kind(find_type(one)))
            return true;
        all_concise = all_concise && one.is_object() && find_type(one) == nullptr &&
                      infer_kind(one).has_value();
    }
    return all_concise;
}

} // namespace

struct attribute_reader::instance_scope {
    std::optional<attribute_kind> kind;
    value_check check;
    const place& at;
    std::size_t depth;
};

result<std::string> attribute_reader::expand(std::string_view name, const place& at) const {
    const auto refuse = [&](std::string_view why) {
        std::string detail(name);
        detail += why;
        return problem{problem_kind::bad_request_data, std::move(detail)}.at(at.pointer());
    };
    if (!is_name(name))
        return refuse(" is not a name as 4.6.2 wants it.");
    auto iri = context_.expand(name);
    if (iri.size() > name_bytes || !is_uri(iri))
        return refuse(" does not expand to a URI of at most 2048 bytes.");
    if (is_reserved_iri(iri))
        return refuse(" is a term of the core @context that cannot be used so (4.5.1).");
    return iri;
}

result<json> attribute_reader::bare(const json& sent, std::string_view name,
                                    const place& at) const {
    json value = sent;
    const auto kind =
        looks_like_geometry(sent) ? attribute_kind::geo_property : attribute_kind::property;
    if (auto wrong = check(name)(kind, value, at))
        return std::move(*wrong);
    auto out = json::object();
    if (kind == attribute_kind::geo_property)
        append_member(out, "type", type_member(kind));
    append_member(out, "value", std::move(value));
    return out;
}

result<json> attribute_reader::attribute(const json& sent, std::string_view name, const place& at,
                                         std::size_t depth) const {
    if (depth >= limits_.attribute_depth)
        return check(name).fault("it is nested deeper than this broker takes", at);
    if (sent.is_array() && holds_instances(sent))
        return instances(sent, name, at, depth);
    if (sent.is_object())
        return object(sent, name, at, depth);
    if (is_null_text(sent) && mode_ == nulls::allowed)
        return sent;
    return bare(sent, name, at);
}

result<json> attribute_reader::instances(const json& sent, std::string_view name, const place& at,
                                         std::size_t depth) const {
    auto out = json::array();
    std::vector<std::string_view> datasets;
    out.get_ref<json::array_t&>().reserve(sent.size());
    std::size_t index = 0;
    for (const auto& one : sent) {
        const place here(at, index++);
        if (!one.is_object())
            return check(name).fault("one of its instances is not an object (4.5.5)", here);
        MERIDIAN_TRY(auto made, object(one, name, here, depth));
        out.push_back(std::move(made));
    }
    for (const auto& one : out) {
        const auto dataset = one.find("datasetId");
        datasets.emplace_back(dataset == one.end()
                                  ? std::string_view{}
                                  : std::string_view(dataset->get_ref<const std::string&>()));
    }
    std::ranges::sort(datasets);
    if (std::ranges::adjacent_find(datasets) != datasets.end())
        return check(name).fault("two of its instances have the same datasetId (4.5.5)", at);
    if (out.size() == 1)
        return json(std::move(out.front()));
    return out;
}

result<json> attribute_reader::object(const json& sent, std::string_view name, const place& at,
                                      std::size_t depth) const {
    if (const auto* type = find_type(sent)) {
        if (is_kind(type))
            return instance(sent, parse_attribute_kind(type->get_ref<const std::string&>()), name,
                            at, depth);
        // A JSON-LD typed value (4.6.3) is a value, and so is a geometry (4.7.3).
        if (sent.contains("@value") || looks_like_geometry(sent))
            return bare(sent, name, at);
        // 4.5.2.3: an object with a type is an instance.
        return check(name).fault("its type is not a kind of Attribute (4.5.1)", place(at, "type"));
    }
    const auto kind = infer_kind(sent);
    if (kind || (mode_ == nulls::allowed && has_instance_member(sent)))
        return instance(sent, kind, name, at, depth);
    return bare(sent, name, at);
}

bool attribute_reader::is_instance(const json& sent) {
    return sent.is_object() && (is_kind(find_type(sent)) || infer_kind(sent));
}

result<json> attribute_reader::attribute_fragment(const json& sent, std::string_view name) const {
    const place root;
    if (!sent.is_object())
        return check(name).fault("an Attribute Fragment is an object (5.4)", root);
    if (find_type(sent) != nullptr)
        return object(sent, name, root, 0);
    return instance(sent, infer_kind(sent), name, root, 0);
}

result<json> attribute_reader::instance(const json& sent, std::optional<attribute_kind> kind,
                                        std::string_view name, const place& at,
                                        std::size_t depth) const {
    const instance_scope of{kind, check(name), at, depth};
    auto out = json::object();
    out.get_ref<json::object_t&>().reserve(sent.size());
    if (kind) {
        append_member(out, "type", type_member(*kind));
        const auto member_name = value_member(*kind);
        const auto value = sent.find(member_name);
        if (value != sent.end()) {
            json copy = *value;
            const place here(at, member_name);
            if (auto wrong = of.check(*kind, copy, here))
                return std::move(*wrong);
            if (*kind == attribute_kind::vocab_property && !is_null_value(copy)) {
                MERIDIAN_TRY(copy, expanded_names(copy, of.check, here));
            }
            append_member(out, member_name, std::move(copy));
        } else if (mode_ == nulls::refused) {
            return of.check.fault("its member " + std::string(member_name) + " is missing (4.5)",
                                  at);
        }
    }
    for (const auto& [member_name, value] : sent.items())
        if (auto wrong = member(out, of, member_name, value))
            return std::move(*wrong);
    return out;
}

/// valueType, objectType and vocab (5.2.5, 5.2.6, 4.5.20): text or an array of it, as IRIs.
result<json> attribute_reader::expanded_names(const json& value, const value_check& check,
                                              const place& at) const {
    const auto is_text = [](const json& one) {
        return one.is_string() && !one.get_ref<const std::string&>().empty() && !is_null_text(one);
    };
    if (is_text(value))
        return json(context_.expand(value.get_ref<const std::string&>()));
    if (!value.is_array() || value.empty() || !std::all_of(value.begin(), value.end(), is_text))
        return check.fault("it is neither a string nor an array of strings", at);
    auto out = json::array();
    for (const auto& one : value)
        out.push_back(context_.expand(one.get_ref<const std::string&>()));
    return out;
}

std::optional<problem> attribute_reader::member(json& out, const instance_scope& of,
                                                const std::string& name, const json& value) const {
    const auto* rule = find_member_rule(name);
    if (rule == nullptr)
        return nested(out, of, name, value);
    const place here(of.at, name);
    const bool is_null = mode_ == nulls::allowed && is_null_text(value);
    const bool stands_here = of.kind ? allows(*rule, *of.kind) : rule->kinds != 0;
    const auto keep_if = [&](bool valid, std::string_view why) -> std::optional<problem> {
        if (!valid && !is_null)
            return of.check.fault(why, here);
        append_member(out, name, value);
        return std::nullopt;
    };
    switch (rule->role) {
    case member_role::type:
    case member_role::system:
        return std::nullopt;
    case member_role::sealed:
        if (of.check.attribute.ends_with("/ngsildproof"))
            return keep_if(true, {});
        return of.check.fault("it cannot have the member " + name + " (4.5.2.2)", here);
    case member_role::context:
        if (of.at.is_root()) // an Attribute Fragment as a payload, whose @context the caller has
                             // read
            return std::nullopt;
        return of.check.fault("an Attribute cannot have an @context (4.5.1)", here);
    case member_role::reserved:
        return of.check.fault(name + " cannot name an Attribute of an Attribute (4.5.1)", here);
    default:
        break;
    }
    if (!stands_here)
        return of.check.fault("it cannot have the member " + name + " (4.5)", here);
    switch (rule->role) {
    case member_role::dataset_id:
        if (value == "@none") // 4.5.5.1: the default instance
            return std::nullopt;
        if (!value.is_string() || is_null_text(value) ||
            !is_uri(value.get_ref<const std::string&>()))
            return of.check.fault("datasetId is not a URI (4.5.5)", here);
        return keep_if(true, {});
    case member_role::observed_at:
    case member_role::expires_at:
        return keep_if(value.is_string() &&
                           parse_date_time(value.get_ref<const std::string&>()).has_value(),
                       name + " is not a DateTime (4.6.3)");
    case member_role::unit_code:
        return keep_if(value.is_string() && !is_null_text(value),
                       "unitCode is not a string (4.5.2)");
    case member_role::proof:
        return keep_if(value.is_object() && value.contains("value") && value["value"].is_object(),
                       "ngsildproof is not a Property with an object as value (4.5.2.2)");
    case member_role::value_type:
    case member_role::object_type: {
        if (is_null)
            return keep_if(true, {});
        // 5.2.32
        if (of.kind == attribute_kind::language_property && value != "langString" &&
            value != "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString")
            return of.check.fault("valueType of a LanguageProperty is langString (5.2.32)", here);
        auto names = expanded_names(value, of.check, here);
        if (!names)
            return std::move(names.error());
        append_member(out, name, std::move(*names));
        return std::nullopt;
    }
    default: // value: done; previous, linked: output only, ignored
        return std::nullopt;
    }
}

std::optional<problem> attribute_reader::nested(json& out, const instance_scope& of,
                                                const std::string& name, const json& value) const {
    const place here(of.at, name);
    auto iri = expand(name, here);
    if (!iri)
        return std::move(iri.error());
    if (out.contains(*iri))
        return of.check.fault("two of its members have the same name " + *iri, here);
    auto made = attribute(value, *iri, here, of.depth + 1);
    if (!made)
        return std::move(made.error());
    append_member(out, *iri, std::move(*made));
    return std::nullopt;
}

} // namespace meridian::ngsild
