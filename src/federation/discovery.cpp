#include "meridian/federation/discovery.hpp"

#include "meridian/ngsild/compact_name.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace meridian::federation {
namespace {

using renaming = std::function<std::string(const std::string&)>;

bool holds_name(std::string_view member) {
    return member == "typeName" || member == "attributeName";
}

bool holds_names(std::string_view member) {
    return member == "typeList" || member == "attributeList" || member == "attributeNames" ||
           member == "typeNames";
}

bool holds_count(std::string_view member) {
    return member == "entityCount" || member == "attributeCount";
}

void rename_all(json& of, const renaming& rename) {
    if (of.is_array()) {
        for (auto& element : of)
            rename_all(element, rename);
        return;
    }
    if (!of.is_object())
        return;
    for (auto& [member, value] : of.items()) {
        if (holds_name(member) && value.is_string())
            value = rename(value.get_ref<const std::string&>());
        else if (!holds_names(member))
            rename_all(value, rename);
        else if (value.is_array())
            for (auto& name : value)
                if (name.is_string())
                    name = rename(name.get_ref<const std::string&>());
    }
}

/// What an element of an array is known by: itself, or its id.
std::string key_of(const json& element) {
    if (element.is_string())
        return element.get<std::string>();
    if (!element.is_object())
        return {};
    const auto id = element.find("id");
    return id != element.end() && id->is_string() ? id->get<std::string>() : std::string{};
}

void sort_all(json& of) {
    if (of.is_structured())
        for (auto& element : of)
            sort_all(element);
    if (of.is_array())
        std::stable_sort(of.begin(), of.end(), [](const json& left, const json& right) {
            return key_of(left) < key_of(right);
        });
}

void merge_arrays(json& into, const json& more) {
    for (const auto& element : more) {
        const auto key = key_of(element);
        const auto same = std::find_if(into.begin(), into.end(),
                                       [&](const json& one) { return key_of(one) == key; });
        if (key.empty())
            continue;
        if (same == into.end())
            into.push_back(element);
        else
            merge_discovered(*same, element);
    }
}

} // namespace

void expand_discovered(json& answer, const jsonld::context& context) {
    rename_all(answer, [&](const std::string& name) { return context.expand(name); });
    if (answer.is_object())
        answer.erase("@context");
    else if (answer.is_array())
        for (auto& element : answer)
            if (element.is_object())
                element.erase("@context");
}

void compact_discovered(json& answer, const jsonld::context& context) {
    sort_all(answer);
    rename_all(answer, [&](const std::string& iri) { return ngsild::compact_name(iri, context); });
}

void merge_discovered(json& into, const json& more) {
    if (into.is_array() && more.is_array())
        return merge_arrays(into, more);
    if (!into.is_object() || !more.is_object())
        return;
    for (const auto& [member, value] : more.items()) {
        const auto present = into.find(member);
        if (present == into.end())
            into[member] = value;
        else if (holds_count(member) && present->is_number_integer() && value.is_number_unsigned())
            *present = present->get<std::int64_t>() + value.get<std::int64_t>();
        else
            merge_discovered(*present, value);
    }
}

} // namespace meridian::federation
