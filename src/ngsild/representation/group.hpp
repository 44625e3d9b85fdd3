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

/// Appends `"name":` and the value of an Attribute that is shown with one instance.
inline void append_one_instance(std::string& out, const instance_view& instance,
                                const instance_style& style) {
    append_comma(out);
    out += style.names->member(instance.attribute);
    if (style.format == representation_format::simplified)
        append_simplified(out, instance, style);
    else
        append_single(out, instance, style);
}

/// Appends `"name":` and the value of an Attribute that is shown with several instances.
void append_instances(std::string& out, const std::vector<instance_view>& instances,
                      const instance_style& style);

/// Appends the Attributes whose instances are `at(0)` to `at(count - 1)`, those of one Attribute
/// next to each other, as far as `shows` allows the instance. Loads each instance once: this is
/// the inmost loop of every answer.
template <typename At, typename Shows>
void append_groups(std::string& out, std::size_t count, const At& at, const Shows& shows,
                   const instance_style& style) {
    if (count == 0)
        return;
    auto current = at(0);
    for (std::size_t index = 0; index < count;) {
        const auto attribute = current.attribute;
        const auto first = current;
        std::vector<instance_view> others; ///< shown ones behind the first
        for (++index; index < count; ++index) {
            current = at(index);
            if (current.attribute != attribute)
                break;
            if (shows(current))
                others.push_back(current);
        }
        const bool shows_first = shows(first);
        if (others.empty()) {
            if (shows_first)
                append_one_instance(out, first, style);
        } else if (others.size() == 1 && !shows_first) {
            append_one_instance(out, others.front(), style);
        } else {
            if (shows_first)
                others.insert(others.begin(), first);
            append_instances(out, others, style);
        }
    }
}

} // namespace meridian::ngsild
