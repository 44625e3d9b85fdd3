#include "document_layout.hpp"

#include "meridian/base/json.hpp"

namespace meridian::ngsild {

namespace {

/// Own text back to JSON. What does not parse is a damaged database, and reads as null.
json read_json(std::string_view text) {
    auto value = json::parse(text.begin(), text.end(), nullptr, false);
    return value.is_discarded() ? json() : value;
}

json read_iris(const named_member& from) {
    if (!from.is_array)
        return from.iris.empty() ? json() : json(from.iris.front());
    auto out = json::array();
    for (const auto iri : from.iris)
        out.push_back(iri);
    return out;
}

/// The members after the value: datasetId, observedAt and those that are kept as sent.
void read_members(const instance_view& from, attribute_instance& into) {
    const auto value_end =
        from.value.empty()
            ? type_member(from.kind).size() + 9
            : static_cast<std::size_t>(from.value.data() - from.text.data()) + from.value.size();
    const auto rest = from.text.substr(value_end);
    if (rest.size() < 2)
        return;
    std::string object;
    object.reserve(rest.size() + 2);
    object += '{';
    object += rest.substr(1);
    object += '}';
    auto members = read_json(object);
    if (!members.is_object())
        return;
    for (auto& [name, value] : members.items()) {
        if (name == "datasetId")
            continue; // given by the entry
        if (name == "observedAt" && value.is_string())
            into.observed_at = parse_date_time(value.get_ref<const std::string&>());
        else
            into.members.emplace(name, std::move(value));
    }
}

void read_names(const instance_view& from, attribute_instance& into) {
    for (const auto& one : named_members(from)) {
        switch (one.which) {
        case named_member::member::vocab:
            into.value = read_iris(one);
            break;
        case named_member::member::value_type:
            into.value_type = read_iris(one);
            break;
        case named_member::member::object_type:
            into.object_type = read_iris(one);
            break;
        }
    }
}

/// Appends an instance to the last of `attributes` where that has its name, else to a new one.
void collect(std::vector<attribute>& attributes, const instance_view& from, bool same_name,
             const names& dictionary) {
    if (!same_name) {
        attributes.emplace_back();
        attributes.back().name = dictionary.iri(from.attribute);
    }
    attributes.back().instances.push_back(decode(from, dictionary));
}

} // namespace

attribute_instance decode(const instance_view& instance, const names& dictionary) {
    attribute_instance out;
    out.kind = instance.kind;
    if (!instance.value.empty())
        out.value = read_json(instance.value);
    if (instance.dataset != 0)
        out.dataset_id = dictionary.iri(instance.dataset);
    out.created_at = instance.created_at;
    out.modified_at = instance.modified_at;
    if (instance.expires_at != timestamp{})
        out.expires_at = instance.expires_at;
    read_members(instance, out);
    read_names(instance, out);
    name_id last = 0;
    for (std::size_t index = 0; index < instance.attribute_count; ++index) {
        const auto nested = nested_instance(instance, index);
        collect(out.attributes, nested, index != 0 && nested.attribute == last, dictionary);
        last = nested.attribute;
    }
    return out;
}

entity decode(const document_view& document, const names& dictionary) {
    entity out;
    out.types.reserve(document.type_count());
    for (std::size_t index = 0; index < document.type_count(); ++index)
        out.types.emplace_back(dictionary.iri(document.type(index)));
    for (const auto scope : document.scopes())
        out.scopes.emplace_back(scope);
    if (document.expires_at() != timestamp{})
        out.expires_at = document.expires_at();
    name_id last = 0;
    for (std::size_t index = 0; index < document.size(); ++index) {
        const auto instance = document.instance(index);
        collect(out.attributes, instance, index != 0 && instance.attribute == last, dictionary);
        last = instance.attribute;
    }
    return out;
}

} // namespace meridian::ngsild
