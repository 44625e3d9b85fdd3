#include "merge.hpp"

#include "attribute_reader.hpp"
#include "name_rules.hpp"

#include <algorithm>

namespace meridian::ngsild {

namespace {

bool is_one_value(const json& value) {
    return value.is_object() && value.contains("@value");
}

bool is_attribute_name(std::string_view name) noexcept {
    return name.find(':') != std::string_view::npos;
}

std::string_view dataset_of(const json& body) {
    const auto found = body.is_object() ? body.find("datasetId") : body.end();
    return found == body.end() ? std::string_view{}
                               : std::string_view(found->get_ref<const std::string&>());
}

/// Whether the values of a kind are merged by 5.5.12, rather than replaced.
bool has_members(attribute_kind kind) noexcept {
    return kind == attribute_kind::property || kind == attribute_kind::geo_property ||
           kind == attribute_kind::language_property || kind == attribute_kind::json_property;
}

void set_value(json& target, attribute_kind kind, const json& value, depth how) {
    auto& place = target[std::string(value_member(kind))];
    if (how == depth::values && has_members(kind))
        merge_value(place, value);
    else
        place = value;
}

/// 5.6.17.4: a bare value keeps the kind of what it meets; with a language tag a string replaces
/// what that tag stands for. CHOICE: without one it replaces the default, "@none"; a bare string
/// for a VocabProperty is taken as it is.
void set_bare_value(json& target, const json& value, depth how, std::string_view lang) {
    const auto kind = kind_of(target);
    if (kind == attribute_kind::language_property && (value.is_string() || value.is_array())) {
        set_value(target, kind, json{{lang.empty() ? "@none" : std::string(lang), value}},
                  depth::values);
        return;
    }
    set_value(target, kind, value, how);
}

/// Makes an instance one of another kind: without its value, and without members that the new kind
/// must not have. CHOICE: 5.5.12 does not say what becomes of those.
void change_kind(json& target, attribute_kind kind) {
    target.erase(std::string(value_member(kind_of(target))));
    target["type"] = type_member(kind);
    for (const auto* name : {"unitCode", "valueType", "objectType"})
        if (!allows(*find_member_rule(name), kind))
            target.erase(name);
}

/// The instances of an Attribute in an instance, as a list.
json take_instances(json& object, const std::string& name) {
    const auto found = object.find(name);
    if (found == object.end())
        return json::array();
    if (found->is_array())
        return std::move(*found);
    auto out = json::array();
    out.push_back(std::move(*found));
    return out;
}

void put_instances(json& object, const std::string& name, json&& list) {
    if (list.empty())
        object.erase(name);
    else if (list.size() == 1)
        object[name] = json(std::move(list.front()));
    else
        object[name] = std::move(list);
}

void merge_one(json& list, const json& patch, depth how, std::string_view lang) {
    const auto same = std::find_if(list.begin(), list.end(), [&](const json& one) {
        return dataset_of(one) == dataset_of(patch);
    });
    if (is_deletion(patch)) {
        if (same != list.end())
            list.erase(same);
    } else if (same == list.end()) {
        list.push_back(new_instance(patch, how));
    } else if (how == depth::values) {
        merge_instance(*same, patch, how, lang);
    } else {
        *same = new_instance(patch, how);
    }
}

void merge_attribute(json& object, const std::string& name, const json& patch, depth how,
                     std::string_view lang) {
    auto list = take_instances(object, name);
    if (patch.is_array())
        for (const auto& one : patch)
            merge_one(list, one, how, lang);
    else
        merge_one(list, patch, how, lang);
    put_instances(object, name, std::move(list));
}

bool same_content(const attribute_instance& left, const attribute_instance& right);

bool same_content(const attribute& left, const attribute& right) {
    return left.name == right.name &&
           std::ranges::equal(left.instances, right.instances,
                              [](const auto& a, const auto& b) { return same_content(a, b); });
}

/// Equality but for the times of the system.
bool same_content(const attribute_instance& left, const attribute_instance& right) {
    return left.kind == right.kind && left.value == right.value &&
           left.dataset_id == right.dataset_id && left.observed_at == right.observed_at &&
           left.expires_at == right.expires_at && left.value_type == right.value_type &&
           left.object_type == right.object_type && left.members == right.members &&
           std::ranges::equal(left.attributes, right.attributes,
                              [](const auto& a, const auto& b) { return same_content(a, b); });
}

const attribute_instance* find_instance(const std::vector<attribute>& attributes,
                                        std::string_view name, std::string_view dataset_id) {
    const auto named = std::ranges::find(attributes, name, &attribute::name);
    if (named == attributes.end())
        return nullptr;
    const auto found =
        std::ranges::find(named->instances, dataset_id, &attribute_instance::dataset_id);
    return found == named->instances.end() ? nullptr : &*found;
}

} // namespace

void merge_value(json& target, const json& patch) {
    if (!patch.is_object() || is_one_value(patch)) {
        target = patch;
        return;
    }
    if (!target.is_object() || is_one_value(target))
        target = json::object();
    for (const auto& [name, value] : patch.items()) {
        if (is_null_text(value))
            target.erase(name);
        else
            merge_value(target[name], value);
    }
}

bool is_deletion(const json& body) {
    if (!body.is_object())
        return is_null_text(body);
    const auto kind = kind_of(body);
    const auto value = body.find(value_member(kind));
    if (value == body.end())
        return false;
    if (is_null_text(*value))
        return true;
    const bool has_own_null = kind == attribute_kind::language_property ||
                              kind == attribute_kind::list_property ||
                              kind == attribute_kind::list_relationship;
    return has_own_null && is_null_value(*value);
}

void merge_instance(json& target, const json& patch, depth how, std::string_view lang) {
    const bool has_kind = patch.contains("type");
    if (has_kind && kind_of(patch) != kind_of(target))
        change_kind(target, kind_of(patch));
    const auto kind = kind_of(target);
    for (const auto& [name, value] : patch.items()) {
        if (name == "type" || name == "datasetId")
            continue;
        if (!has_kind && name == "value")
            set_bare_value(target, value, how, lang);
        else if (name == value_member(kind))
            set_value(target, kind, value, how);
        else if (is_attribute_name(name))
            merge_attribute(target, name, value, how, lang);
        else if (is_null_text(value))
            target.erase(name);
        else
            target[name] = value;
    }
}

json new_instance(const json& patch, depth how) {
    auto out = json::object();
    if (const auto type = patch.find("type"); type != patch.end())
        append_member(out, "type", *type);
    if (const auto dataset = patch.find("datasetId"); dataset != patch.end())
        append_member(out, "datasetId", *dataset);
    merge_instance(out, patch, how, {});
    return out;
}

void stamp(attribute_instance& instance, timestamp now) {
    instance.created_at = now;
    instance.modified_at = now;
    for (auto& nested : instance.attributes)
        for (auto& each : nested.instances)
            stamp(each, now);
}

void stamp(attribute_instance& instance, const attribute_instance& before, timestamp now) {
    instance.created_at = before.created_at;
    instance.modified_at = now;
    for (auto& nested : instance.attributes) {
        for (auto& each : nested.instances) {
            const auto* old = find_instance(before.attributes, nested.name, each.dataset_id);
            if (old == nullptr) {
                stamp(each, now);
                continue;
            }
            stamp(each, *old, now);
            if (same_content(each, *old))
                each.modified_at = old->modified_at;
        }
    }
}

} // namespace meridian::ngsild
