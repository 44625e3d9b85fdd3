#include "ngsild/attribute_reader.hpp"

/// 4.5.7 to 4.5.9: what an Attribute was at several times, as it is sent.
namespace meridian::ngsild {
namespace {

/// Whether the pairs of a kind wrap their value in its member (4.5.9).
bool is_wrapped(attribute_kind kind) noexcept {
    return kind == attribute_kind::language_property || kind == attribute_kind::vocab_property ||
           kind == attribute_kind::json_property;
}

/// 4.5.9: `values` of Property and GeoProperty, `objects`, `languageMaps` …
std::string series_member(attribute_kind kind) {
    return std::string(value_member(kind)) + 's';
}

std::optional<attribute_kind> series_kind(const json& sent) {
    const auto type = sent.find("type");
    if (type == sent.end() || !type->is_string())
        return std::nullopt;
    const auto kind = parse_attribute_kind(type->get_ref<const std::string&>());
    if (!kind || !sent.contains(series_member(*kind)))
        return std::nullopt;
    return kind;
}

} // namespace

result<json> attribute_reader::series(const json& sent, attribute_kind kind, std::string_view name,
                                      const place& at) const {
    const auto member = series_member(kind);
    const auto& pairs = sent[member];
    const place here(at, member);
    const auto is_pair = [](const json& one) {
        return one.is_array() && one.size() == 2 && one[1].is_string();
    };
    if (!pairs.is_array())
        return check(name).fault(member + " is not an array (4.5.9)", here);
    auto out = json::array();
    std::size_t index = 0;
    for (const auto& one : pairs) {
        const place of_pair(here, index++);
        if (!is_pair(one))
            return check(name).fault("an element of " + member +
                                         " is not an array of a value and a time (4.5.9)",
                                     of_pair);
        const auto wrapped = std::string(value_member(kind));
        const bool unwraps = is_wrapped(kind) && one[0].is_object() && one[0].contains(wrapped);
        json instance{{"type", type_member(kind)},
                      {wrapped, unwraps ? one[0][wrapped] : one[0]},
                      {"observedAt", one[1]}};
        if (const auto dataset = sent.find("datasetId"); dataset != sent.end())
            instance["datasetId"] = *dataset;
        MERIDIAN_TRY(auto made, object(instance, name, of_pair, 0));
        out.push_back(std::move(made));
    }
    return out;
}

result<json> attribute_reader::evolution(const json& sent, std::string_view name,
                                         const place& at) const {
    auto out = json::array();
    const bool is_list = sent.is_array();
    if (!is_list && !sent.is_object())
        return check(name).fault("it is not an array of instances (4.5.7, 4.5.8)", at);
    std::size_t index = 0;
    for (const auto& one : is_list ? sent : json::array({sent})) {
        const place element(at, index++);
        const place& here = is_list ? element : at;
        if (!one.is_object())
            return check(name).fault("one of its instances is not an object (4.5.7, 4.5.8)", here);
        if (const auto kind = series_kind(one)) {
            MERIDIAN_TRY(auto made, series(one, *kind, name, here));
            for (auto& instance : made)
                out.push_back(std::move(instance));
            continue;
        }
        MERIDIAN_TRY(auto made, object(one, name, here, 0));
        out.push_back(std::move(made));
    }
    if (out.empty())
        return check(name).fault("it has no instance (4.5.7, 4.5.8)", at);
    return out;
}

} // namespace meridian::ngsild
