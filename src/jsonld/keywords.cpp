#include "jsonld/keywords.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace meridian::jsonld {
namespace {

constexpr std::array<std::string_view, 23> keywords{
    "@base",   "@container", "@context", "@direction", "@graph",     "@id",
    "@import", "@included",  "@index",   "@json",      "@language",  "@list",
    "@nest",   "@none",      "@prefix",  "@propagate", "@protected", "@reverse",
    "@set",    "@type",      "@value",   "@version",   "@vocab"};

constexpr std::array<std::string_view, 8> context_keywords{"@base",     "@direction", "@import",
                                                           "@language", "@propagate", "@protected",
                                                           "@version",  "@vocab"};

constexpr std::array<std::pair<std::string_view, container>, 7> containers{{
    {"@graph", container::graph},
    {"@id", container::id},
    {"@index", container::index},
    {"@language", container::language},
    {"@list", container::list},
    {"@set", container::set},
    {"@type", container::type},
}};

std::optional<container> container_of_name(const json& name) {
    if (name.is_string())
        for (const auto& [text, holds] : containers)
            if (name.get_ref<const std::string&>() == text)
                return holds;
    return std::nullopt;
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

} // namespace

bool is_keyword(std::string_view name) noexcept {
    return name.starts_with('@') &&
           std::find(keywords.begin(), keywords.end(), name) != keywords.end();
}

bool is_keyword_like(std::string_view name) noexcept {
    return name.size() > 1 && name.front() == '@' &&
           std::all_of(name.begin() + 1, name.end(), is_letter);
}

bool is_context_keyword(std::string_view name) noexcept {
    return std::find(context_keywords.begin(), context_keywords.end(), name) !=
           context_keywords.end();
}

bool is_iri_like(std::string_view text) noexcept {
    auto colon = text.find(':');
    return colon != std::string_view::npos && colon > 0 && colon + 1 < text.size();
}

coercion coercion_of(std::string_view type_iri) noexcept {
    constexpr std::array<std::pair<std::string_view, coercion>, 7> known{{
        {"@none", coercion::none},
        {"@id", coercion::id},
        {"@vocab", coercion::vocab},
        {"@json", coercion::json},
        {"https://uri.etsi.org/ngsi-ld/DateTime", coercion::date_time},
        {"https://uri.etsi.org/ngsi-ld/Date", coercion::date},
        {"https://uri.etsi.org/ngsi-ld/Time", coercion::time},
    }};
    for (const auto& [iri, type] : known)
        if (type_iri == iri)
            return type;
    return coercion::other;
}

std::optional<container> container_of(const json& value) {
    if (!value.is_array())
        return container_of_name(value);
    bool has_graph = false;
    bool has_list = false;
    bool has_set = false;
    std::optional<container> main;
    for (const auto& element : value) {
        auto holds = container_of_name(element);
        if (!holds)
            return std::nullopt;
        has_graph |= *holds == container::graph;
        has_list |= *holds == container::list;
        has_set |= *holds == container::set;
        if (*holds == container::graph || *holds == container::set)
            continue;
        // Two that say how members are keyed contradict each other.
        if (main)
            return std::nullopt;
        main = holds;
    }
    if (has_list && value.size() > 1)
        return std::nullopt;
    if (has_graph)
        return !main || *main == container::id || *main == container::index
                   ? std::optional(container::graph)
                   : std::nullopt;
    if (main)
        return main;
    return has_set ? std::optional(container::set) : std::nullopt;
}

} // namespace meridian::jsonld
