#include "value_rules.hpp"

#include "geometry.hpp"
#include "name_rules.hpp"

#include "meridian/base/uri.hpp"

namespace meridian::ngsild {

bool is_null_text(const json& value) noexcept {
    return value.is_string() && value.get_ref<const std::string&>() == ngsild_null;
}

bool is_null_value(const json& value) noexcept {
    if (is_null_text(value))
        return true;
    if (value.size() != 1)
        return false;
    const auto& only = *value.begin();
    if (value.is_object())
        return value.contains("@none") && is_null_text(only);
    if (!value.is_array())
        return false;
    return is_null_text(only) || (only.is_object() && only.size() == 1 && only.contains("object") &&
                                  is_null_text(*only.begin()));
}

std::optional<timestamp> parse_expires_at(const json& value) noexcept {
    if (!value.is_string())
        return std::nullopt;
    auto moment = parse_date_time(value.get_ref<const std::string&>());
    if (moment == timestamp{})
        *moment += std::chrono::microseconds{1};
    return moment;
}

problem value_check::fault(std::string_view what, const place& at) const {
    std::string detail = "Attribute ";
    detail += attribute;
    detail += ": ";
    detail += what;
    detail += '.';
    return problem{problem_kind::bad_request_data, std::move(detail)}.at(at.pointer());
}

/// 3.1 NGSI-LD Value, 4.5.0: no null on any level but in a JSON literal; 5.5.4: no NGSI-LD Null as
/// the value of a member, but in fragments.
std::optional<problem> value_check::check_plain(const json& value, const place& at) const {
    if (value.is_null())
        return fault("null cannot be a value (4.5.0); a JSON literal can hold it", at);
    if (mode == nulls::refused && is_null_text(value))
        return fault("an NGSI-LD Null cannot stand here (5.5.4)", at);
    if (value.is_array()) {
        std::size_t index = 0;
        for (const auto& part : value) {
            const place here(at, index++);
            if (is_null_text(part))
                continue; // a text as others: 5.5.4 speaks of members
            if (auto wrong = check_plain(part, here))
                return wrong;
        }
    } else if (value.is_object()) {
        const auto type = value.find("@type");
        if (type != value.end() && *type == "@json")
            return std::nullopt;
        for (const auto& [name, part] : value.items())
            if (auto wrong = check_plain(part, place(at, name)))
                return wrong;
    }
    return std::nullopt;
}

std::optional<problem> value_check::check_geometry(json& value, const place& at) const {
    // 4.7.2: a geometry may come as text that holds its JSON.
    if (value.is_string()) {
        auto parsed = parse_json(value.get_ref<const std::string&>());
        if (!parsed)
            return fault("its text does not hold a GeoJSON geometry (4.7.2)", at);
        value = std::move(*parsed);
    }
    // A merge may hold a part of a geometry; what comes of it is checked again.
    if (mode == nulls::allowed && value.is_object() && !looks_like_geometry(value))
        return std::nullopt;
    if (const auto wrong = fault_of_geometry(value, limits.geometry_vertices); !wrong.empty())
        return fault(wrong + " (4.7)", at);
    return std::nullopt;
}

std::optional<problem> value_check::check_object(const json& value, const place& at) const {
    const auto is_target = [&](const json& one) {
        return one.is_string() && is_uri(one.get_ref<const std::string&>()) && !is_null_text(one);
    };
    if (is_target(value))
        return std::nullopt;
    if (!value.is_array() || value.empty() || !std::all_of(value.begin(), value.end(), is_target))
        return fault("object is neither a URI nor an array of URIs (4.5.3)", at);
    return std::nullopt;
}

std::optional<problem> value_check::check_object_list(json& value, const place& at) const {
    if (!value.is_array())
        return fault("objectList is not an array (4.5.22)", at);
    std::size_t index = 0;
    for (auto& one : value) {
        const place here(at, index++);
        // 4.5.22.3: the concise form has the URIs alone.
        if (one.is_string())
            one = json{{"object", std::move(one)}};
        if (!one.is_object() || one.size() != 1 || !one.contains("object") ||
            !one["object"].is_string() || check_object(one["object"], here))
            return fault("objectList holds something other than {\"object\": URI} (4.5.22)", here);
    }
    return std::nullopt;
}

std::optional<problem> value_check::check_language_map(const json& value, const place& at) const {
    if (!value.is_object())
        return fault("languageMap is not an object (4.5.18)", at);
    for (const auto& [tag, text] : value.items()) {
        const place here(at, tag);
        if (!is_language_tag(tag))
            return fault("languageMap has a key that is no language tag (4.6.5)", here);
        const auto is_text = [&](const json& one) {
            return one.is_string() && (mode == nulls::allowed || !is_null_text(one));
        };
        if (!is_text(text) && !(text.is_array() && std::all_of(text.begin(), text.end(), is_text)))
            return fault(
                "languageMap holds something other than strings and arrays of them (4.6.5)", here);
    }
    return std::nullopt;
}

std::optional<problem> value_check::check_vocab(const json& value, const place& at) const {
    const auto is_term = [](const json& one) {
        return one.is_string() && !one.get_ref<const std::string&>().empty() && !is_null_text(one);
    };
    if (!is_term(value) &&
        !(value.is_array() && !value.empty() && std::all_of(value.begin(), value.end(), is_term)))
        return fault("vocab is neither a string nor an array of strings (4.5.20)", at);
    return std::nullopt;
}

std::optional<problem> value_check::operator()(attribute_kind kind, json& value,
                                               const place& at) const {
    if (is_null_value(value) && mode == nulls::allowed)
        return std::nullopt;
    switch (kind) {
    case attribute_kind::property:
        return check_plain(value, at);
    case attribute_kind::geo_property:
        return check_geometry(value, at);
    case attribute_kind::relationship:
        return check_object(value, at);
    case attribute_kind::list_relationship:
        return check_object_list(value, at);
    case attribute_kind::language_property:
        return check_language_map(value, at);
    case attribute_kind::vocab_property:
        return check_vocab(value, at);
    case attribute_kind::list_property:
        if (!value.is_array())
            return fault("valueList is not an array (4.5.21)", at);
        if (is_null_value(value))
            return fault("an NGSI-LD Null cannot stand here (5.5.4)", at);
        return check_plain(value, at);
    case attribute_kind::json_property:
        // 4.5.24: raw JSON, in which null is a value as others.
        if (value.is_null() || (mode == nulls::refused && is_null_text(value)))
            return fault("json cannot be null as a whole (4.5.0)", at);
        return std::nullopt;
    }
    return fault("its kind is unknown", at);
}

} // namespace meridian::ngsild
