#pragma once

#include "ngsild/representation/instance.hpp"

#include <vector>

namespace meridian::ngsild {

/// Appends `"dataset":` or `"@none":` of the simplified multi-attribute form (4.5.4).
void append_dataset_key(std::string& out, name_id dataset, const names& dictionary);

/// Appends the value of an Attribute with several instances: an array of objects (4.5.5), or
/// `{"dataset":{…}}` where simplified (4.5.4). `write(item)` appends one, `dataset_of(item)` tells
/// its datasetId.
template <typename Items, typename DatasetOf, typename Write>
void append_several(std::string& out, const Items& items, const instance_style& style,
                    const DatasetOf& dataset_of, const Write& write) {
    const bool simplified = style.format == representation_format::simplified;
    out += simplified ? R"({"dataset":{)" : "[";
    for (const auto& item : items) {
        append_comma(out);
        if (simplified)
            append_dataset_key(out, dataset_of(item), style.names->dictionary());
        write(item);
    }
    out += simplified ? "}}" : "]";
}

/// Appends `"name":` and the value of the Attribute whose instances are `at(begin)` to `at(end)`,
/// of which those that `shows` allows; nothing where it allows none.
template <typename At, typename Shows>
void append_group(std::string& out, std::size_t begin, std::size_t end, const At& at,
                  const Shows& shows, const instance_style& style) {
    std::size_t shown = 0;
    std::size_t last = begin;
    for (auto index = begin; index < end; ++index) {
        if (shows(at(index))) {
            ++shown;
            last = index;
        }
    }
    if (shown == 0)
        return;
    const bool simplified = style.format == representation_format::simplified;
    append_comma(out);
    out += style.names->member(at(begin).attribute);
    if (shown == 1) {
        if (simplified)
            append_simplified(out, at(last), style);
        else
            append_single(out, at(last), style);
        return;
    }
    std::vector<instance_view> instances;
    instances.reserve(shown);
    for (auto index = begin; index < end; ++index)
        if (shows(at(index)))
            instances.push_back(at(index));
    append_several(
        out, instances, style, [](const instance_view& one) { return one.dataset; },
        [&](const instance_view& one) {
            if (simplified)
                append_simplified(out, one, style);
            else
                append_object(out, one, style);
        });
}

/// One past the last of the instances that are of the same Attribute as `at(begin)`.
template <typename At>
std::size_t end_of_group(std::size_t begin, std::size_t count, const At& at) {
    const auto attribute = at(begin).attribute;
    auto end = begin + 1;
    while (end < count && at(end).attribute == attribute)
        ++end;
    return end;
}

} // namespace meridian::ngsild
