#include "attribute_reader.hpp"

#include "meridian/base/uri.hpp"

namespace meridian::ngsild {

namespace {

/// The kind that 4.5.4 marks by an object of just one member; nothing for other values.
std::optional<attribute_kind> wrapped_kind(const json& sent) {
    if (!sent.is_object() || sent.size() != 1)
        return std::nullopt;
    for (const auto kind : {attribute_kind::language_property, attribute_kind::vocab_property,
                            attribute_kind::json_property, attribute_kind::list_property,
                            attribute_kind::list_relationship})
        if (sent.contains(value_member(kind)))
            return kind;
    return std::nullopt;
}

} // namespace

result<json> attribute_reader::simplified(const json& sent, std::string_view name,
                                          const place& at) const {
    if (is_null_text(sent))
        return sent;
    const auto one_value = [&](const json& value, const place& here) -> result<json> {
        return wrapped_kind(value) ? instance(value, wrapped_kind(value), name, here, 0)
                                   : bare(value, name, here);
    };
    const bool many = sent.is_object() && sent.size() == 1 && sent.contains("dataset") &&
                      sent["dataset"].is_object();
    if (!many)
        return one_value(sent, at);
    const place datasets(at, "dataset");
    auto out = json::array();
    for (const auto& [dataset, value] : sent["dataset"].items()) {
        const place here(datasets, dataset);
        if (dataset != "@none" && !is_uri(dataset))
            return check(name).fault("a key of dataset is no datasetId (4.5.4)", here);
        MERIDIAN_TRY(auto made, one_value(value, here));
        if (dataset != "@none")
            append_member(made, "datasetId", dataset);
        out.push_back(std::move(made));
    }
    return out;
}

} // namespace meridian::ngsild
