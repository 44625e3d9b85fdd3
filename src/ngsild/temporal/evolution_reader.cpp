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

/// One element of an evolution: an instance, or a series of them.
std::optional<problem> attribute_reader::add_element(json& out, const json& sent,
                                                     std::string_view name, const place& at) const {
    if (!sent.is_object())
        return check(name).fault("one of its instances is not an object (4.5.7, 4.5.8)", at);
    if (const auto kind = series_kind(sent)) {
        auto made = series(sent, *kind, name, at);
        if (!made)
            return std::move(made.error());
        for (auto& instance : *made)
            out.push_back(std::move(instance));
        return std::nullopt;
    }
    auto made = object(sent, name, at, 0);
    if (!made)
        return std::move(made.error());
    out.push_back(std::move(*made));
    return std::nullopt;
}

result<json> attribute_reader::evolution(const json& sent, std::string_view name,
                                         const place& at) const {
    if (!sent.is_array() && !sent.is_object())
        return check(name).fault("it is not an array of instances (4.5.7, 4.5.8)", at);
    auto out = json::array();
    if (sent.is_object()) {
        if (auto wrong = add_element(out, sent, name, at))
            return std::move(*wrong);
    } else {
        std::size_t index = 0;
        for (const auto& one : sent)
            if (auto wrong = add_element(out, one, name, place(at, index++)))
                return std::move(*wrong);
    }
    if (out.empty())
        return check(name).fault("it has no instance (4.5.7, 4.5.8)", at);
    return out;
}

} // namespace meridian::ngsild
