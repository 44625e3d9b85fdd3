#include "meridian/ngsild/unknown_names.hpp"

#include "ngsild/temporal/rest.hpp"

namespace meridian::ngsild {
namespace {

/// Numbers that are not above zero stand for no name.
void append_if_unknown(std::vector<name_id>& to, name_id id, const names& dictionary) {
    if (id > 0 && dictionary.iri(id).empty())
        to.push_back(id);
}

void append_of_instance(std::vector<name_id>& to, const instance_view& instance,
                        const names& dictionary) {
    append_if_unknown(to, instance.attribute, dictionary);
    append_if_unknown(to, instance.dataset, dictionary);
    for (std::size_t index = 0; index < instance.attribute_count; ++index)
        append_of_instance(to, nested_instance(instance, index), dictionary);
}

} // namespace

void append_unknown_names(std::vector<name_id>& to, std::span<const name_id> ids,
                          const names& dictionary) {
    for (const auto id : ids)
        append_if_unknown(to, id, dictionary);
}

void append_unknown_names(std::vector<name_id>& to, const document_view& document,
                          const names& dictionary) {
    for (std::size_t index = 0; index < document.type_count(); ++index)
        append_if_unknown(to, document.type(index), dictionary);
    for (std::size_t index = 0; index < document.size(); ++index)
        append_of_instance(to, document.instance(index), dictionary);
}

void append_unknown_names(std::vector<name_id>& to, const history_row& row,
                          const names& dictionary) {
    append_if_unknown(to, row.attribute, dictionary);
    append_if_unknown(to, row.dataset, dictionary);
    if (row.rest.empty())
        return;
    if (const auto rest = decode_rest(row.rest); rest.more)
        append_of_instance(to, *rest.more, dictionary);
}

} // namespace meridian::ngsild
