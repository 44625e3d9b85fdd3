#include "name_rules.hpp"

#include "meridian/base/uri.hpp"
#include "meridian/ngsild/compact_name.hpp"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <unordered_map>

namespace meridian::ngsild {

namespace {

/// unicodeLetter, then unicodeLetter, unicodeNumber and `_` (4.6.2, 4.18).
bool is_word(std::string_view text) noexcept {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    const auto length = static_cast<std::int32_t>(text.size());
    for (std::int32_t offset = 0; offset < length;) {
        const bool first = offset == 0;
        UChar32 point = 0;
        U8_NEXT(bytes, offset, length, point);
        if (point < 0)
            return false;
        const auto category = U_GET_GC_MASK(point);
        const auto allowed = first ? U_GC_L_MASK : (U_GC_L_MASK | U_GC_N_MASK);
        if ((category & allowed) == 0 && (first || point != '_'))
            return false;
    }
    return !text.empty();
}

constexpr std::uint16_t bit(attribute_kind kind) {
    return static_cast<std::uint16_t>(1U << static_cast<unsigned>(kind));
}
using enum attribute_kind;
constexpr std::uint16_t all_kinds = 0x1fe;
constexpr std::uint16_t relationships = bit(relationship) | bit(list_relationship);

const std::unordered_map<std::string_view, member_rule>& member_rules() {
    using role = member_role;
    static const std::unordered_map<std::string_view, member_rule> rules{
        {"type", {role::type, all_kinds}},
        {"@type", {role::type, all_kinds}},
        {"value", {role::value, bit(property) | bit(geo_property)}},
        {"object", {role::value, bit(relationship)}},
        {"languageMap", {role::value, bit(language_property)}},
        {"vocab", {role::value, bit(vocab_property)}},
        {"json", {role::value, bit(json_property)}},
        {"valueList", {role::value, bit(list_property)}},
        {"objectList", {role::value, bit(list_relationship)}},
        {"previousValue", {role::previous, bit(property) | bit(geo_property)}},
        {"previousObject", {role::previous, bit(relationship)}},
        {"previousLanguageMap", {role::previous, bit(language_property)}},
        {"previousVocab", {role::previous, bit(vocab_property)}},
        {"previousJson", {role::previous, bit(json_property)}},
        {"previousValueList", {role::previous, bit(list_property)}},
        {"previousObjectList", {role::previous, bit(list_relationship)}},
        {"datasetId", {role::dataset_id, all_kinds}},
        {"observedAt", {role::observed_at, all_kinds}},
        {"expiresAt", {role::expires_at, all_kinds}},
        // 5.2.7 does not list it for GeoProperty, but 4.7.3 treats that as an ordinary Property.
        {"unitCode", {role::unit_code, bit(property) | bit(geo_property) | bit(list_property)}},
        {"valueType", {role::value_type, all_kinds & ~relationships}},
        {"objectType", {role::object_type, relationships}},
        {"ngsildproof", {role::proof, all_kinds}},
        {"entityIdSealed", {role::sealed, bit(property)}},
        {"entityTypeSealed", {role::sealed, bit(property)}},
        {"createdAt", {role::system, all_kinds}},
        {"modifiedAt", {role::system, all_kinds}},
        {"deletedAt", {role::system, all_kinds}},
        {"instanceId", {role::system, all_kinds}},
        {"lang", {role::system, all_kinds}},
        {"entity", {role::linked, bit(relationship)}},
        {"entityList", {role::linked, bit(list_relationship)}},
        {"@context", {role::context, 0}},
        {"id", {role::reserved, 0}},
        {"@id", {role::reserved, 0}},
        {"scope", {role::reserved, 0}},
    };
    return rules;
}

constexpr std::string_view core_namespace = "https://uri.etsi.org/ngsi-ld/";

} // namespace

bool is_name(std::string_view name) noexcept {
    if (name.size() > name_bytes)
        return false;
    const auto colon = name.find(':');
    if (colon == std::string_view::npos)
        return is_word(name);
    return is_uri(name) || (is_word(name.substr(0, colon)) && is_word(name.substr(colon + 1)));
}

std::string compact_name(std::string_view iri, const jsonld::context& context) {
    auto name = context.compact(iri);
    return is_name(name) ? name : std::string(iri);
}

std::optional<std::string> parse_scope(std::string_view text) {
    if (text.size() > name_bytes)
        return std::nullopt;
    if (text.starts_with('/'))
        text.remove_prefix(1);
    std::string out;
    out.reserve(text.size() + 1);
    for (auto rest = text;;) {
        const auto slash = rest.find('/');
        const auto level = rest.substr(0, slash);
        if (!is_word(level))
            return std::nullopt;
        out += '/';
        out += level;
        if (slash == std::string_view::npos)
            return out;
        rest.remove_prefix(slash + 1);
    }
}

bool is_language_tag(std::string_view text) noexcept {
    if (text == "@none")
        return true;
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    bool first = true;
    for (;;) {
        const auto hyphen = text.find('-');
        const auto part = text.substr(0, hyphen);
        if (part.empty() || part.size() > 8)
            return false;
        for (const char c : part)
            if (!is_letter(c) && (first || !is_digit(c)))
                return false;
        if (hyphen == std::string_view::npos)
            return true;
        text.remove_prefix(hyphen + 1);
        first = false;
    }
}

const member_rule* find_member_rule(std::string_view name) noexcept {
    const auto& rules = member_rules();
    const auto found = rules.find(name);
    return found == rules.end() ? nullptr : &found->second;
}

bool is_reserved_iri(std::string_view iri) noexcept {
    if (!iri.starts_with(core_namespace))
        return false;
    const auto tail = iri.substr(core_namespace.size());
    static constexpr std::array<std::string_view, 30> reserved{"hasValue",
                                                               "hasObject",
                                                               "hasLanguageMap",
                                                               "hasVocab",
                                                               "hasJSON",
                                                               "hasValueList",
                                                               "hasObjectList",
                                                               "hasPreviousValue",
                                                               "hasPreviousObject",
                                                               "hasPreviousLanguageMap",
                                                               "hasPreviousVocab",
                                                               "hasPreviousJson",
                                                               "hasPreviousValueList",
                                                               "hasPreviousObjectList",
                                                               "datasetId",
                                                               "observedAt",
                                                               "expiresAt",
                                                               "unitCode",
                                                               "hasValueType",
                                                               "hasObjectType",
                                                               "entityIdSealed",
                                                               "entityTypeSealed",
                                                               "createdAt",
                                                               "modifiedAt",
                                                               "deletedAt",
                                                               "instanceId",
                                                               "lang",
                                                               "entity",
                                                               "entityList",
                                                               "scope"};
    return std::ranges::find(reserved, tail) != reserved.end();
}

} // namespace meridian::ngsild
