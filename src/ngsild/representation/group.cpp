#include "ngsild/representation/group.hpp"

namespace meridian::ngsild {

void append_dataset_key(std::string& out, name_id dataset, const names& dictionary) {
    if (dataset == 0)
        out += R"("@none")";
    else
        append_json_string(out, dictionary.iri(dataset));
    out += ':';
}

void append_instances(std::string& out, const std::vector<instance_view>& instances,
                      const instance_style& style) {
    append_comma(out);
    out += style.names->member(instances.front().attribute);
    append_several(
        out, instances, style, [](const instance_view& one) { return one.dataset; },
        [&](const instance_view& one) {
            if (style.format == representation_format::simplified)
                append_simplified(out, one, style);
            else
                append_object(out, one, style);
        });
}

void append_nested(std::string& out, const instance_view& instance, const instance_style& style) {
    append_groups(
        out, instance.attribute_count,
        [&](std::size_t index) { return nested_instance(instance, index); },
        [&](const instance_view& one) { return !is_expired(one.expires_at, style.now); }, style);
}

} // namespace meridian::ngsild
