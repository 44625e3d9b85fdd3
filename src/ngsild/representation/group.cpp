#include "ngsild/representation/group.hpp"

namespace meridian::ngsild {

void append_dataset_key(std::string& out, name_id dataset, const names& dictionary) {
    if (dataset == 0)
        out += R"("@none")";
    else
        append_json_string(out, dictionary.iri(dataset));
    out += ':';
}

void append_nested(std::string& out, const instance_view& instance, const instance_style& style) {
    const auto at = [&](std::size_t index) { return nested_instance(instance, index); };
    const auto shows = [&](const instance_view& one) {
        return !is_expired(one.expires_at, style.now);
    };
    for (std::size_t begin = 0; begin < instance.attribute_count;) {
        const auto end = end_of_group(begin, instance.attribute_count, at);
        append_group(out, begin, end, at, shows, style);
        begin = end;
    }
}

} // namespace meridian::ngsild
