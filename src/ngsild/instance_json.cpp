#include "instance_json.hpp"

#include "attribute_reader.hpp"
#include "name_rules.hpp"

namespace meridian::ngsild {

namespace {

std::optional<timestamp> moment_of(const json& value) {
    if (!value.is_string())
        return std::nullopt;
    return parse_date_time(value.get_ref<const std::string&>());
}

result<attribute> nested_attribute(const std::string& name, json&& body,
                                   const instance_source& from) {
    return to_attribute(name, std::move(body), instance_source{name, from.limits, from.values});
}

} // namespace

attribute_kind kind_of(const json& body) {
    const auto type = body.find("type");
    if (type == body.end())
        return attribute_kind::property;
    return parse_attribute_kind(type->get_ref<const std::string&>())
        .value_or(attribute_kind::property);
}

result<attribute_instance> to_instance(json&& body, const instance_source& from) {
    const value_check check{nulls::refused, from.limits, from.attribute};
    const place root;
    attribute_instance out;
    out.kind = kind_of(body);
    const auto value_name = value_member(out.kind);
    bool has_value = false;
    for (auto& [name, value] : body.items()) {
        if (from.values == verify::yes) {
            const place here(root, name);
            if (is_null_text(value))
                return check.fault("an NGSI-LD Null cannot stand here (5.5.4)", here);
            const auto* rule = find_member_rule(name);
            if (rule != nullptr && !allows(*rule, out.kind))
                return check.fault("it cannot have the member " + name + " (4.5)", here);
        }
        if (name == value_name) {
            out.value = std::move(value);
            has_value = true;
        } else if (name == "type") {
            continue;
        } else if (name == "datasetId") {
            out.dataset_id = std::move(value.get_ref<std::string&>());
        } else if (name == "observedAt") {
            out.observed_at = moment_of(value);
        } else if (name == "expiresAt") {
            out.expires_at = parse_expires_at(value);
        } else if (name == "valueType") {
            out.value_type = std::move(value);
        } else if (name == "objectType") {
            out.object_type = std::move(value);
        } else if (name.find(':') != std::string::npos) {
            MERIDIAN_TRY(auto made, nested_attribute(name, std::move(value), from));
            out.attributes.push_back(std::move(made));
        } else {
            append_member(out.members, name, std::move(value));
        }
    }
    if (from.values == verify::yes) {
        if (!has_value)
            return check.fault("its member " + std::string(value_name) + " is missing (4.5)", root);
        if (auto wrong = check(out.kind, out.value, root))
            return std::move(*wrong);
    }
    return out;
}

result<attribute> to_attribute(std::string name, json&& body, const instance_source& from) {
    attribute out;
    if (body.is_array()) {
        out.instances.reserve(body.size());
        for (auto& one : body) {
            MERIDIAN_TRY(auto made, to_instance(std::move(one), from));
            out.instances.push_back(std::move(made));
        }
    } else if (body.is_object()) {
        MERIDIAN_TRY(auto made, to_instance(std::move(body), from));
        out.instances.push_back(std::move(made));
    } else {
        return value_check{nulls::refused, from.limits, from.attribute}.fault(
            "an NGSI-LD Null cannot stand here (5.5.4)", place{});
    }
    out.name = std::move(name);
    return out;
}

json to_body(attribute_instance&& instance) {
    auto out = json::object();
    append_member(out, "type", type_member(instance.kind));
    append_member(out, value_member(instance.kind), std::move(instance.value));
    if (!instance.dataset_id.empty())
        append_member(out, "datasetId", std::move(instance.dataset_id));
    if (instance.observed_at)
        append_member(out, "observedAt", to_text(*instance.observed_at));
    if (instance.expires_at)
        append_member(out, "expiresAt", to_text(*instance.expires_at));
    if (!instance.value_type.is_null())
        append_member(out, "valueType", std::move(instance.value_type));
    if (!instance.object_type.is_null())
        append_member(out, "objectType", std::move(instance.object_type));
    for (auto& [name, value] : instance.members.items())
        append_member(out, name, std::move(value));
    for (auto& one : instance.attributes) {
        if (one.instances.size() == 1) {
            append_member(out, one.name, to_body(std::move(one.instances.front())));
            continue;
        }
        auto bodies = json::array();
        for (auto& each : one.instances)
            bodies.push_back(to_body(std::move(each)));
        append_member(out, one.name, std::move(bodies));
    }
    return out;
}

} // namespace meridian::ngsild
