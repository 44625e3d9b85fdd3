#pragma once

#include "meridian/ngsild/names.hpp"

#include <string>
#include <string_view>

/// The keys of `search.kv` (search_values.hpp), for the side that writes them and the side that
/// asks for them.
namespace meridian::query::search_key {

inline constexpr std::string_view kind = "p";
inline constexpr std::string_view value = "v"; ///< within an instance; else no suffix
inline constexpr std::string_view objects = "r";
inline constexpr std::string_view vocabulary = "v"; ///< see `vocabulary_in_instance`
inline constexpr std::string_view vocabulary_in_instance = "w";
inline constexpr std::string_view languages = "l";
inline constexpr std::string_view date_times = "t";
inline constexpr std::string_view dates = "d";
inline constexpr std::string_view times = "h";
inline constexpr std::string_view observed_at = "o";
inline constexpr std::string_view instances = "i";
inline constexpr std::string_view too_long = "x";

inline constexpr std::string_view entity_created_at = "e.c";
inline constexpr std::string_view entity_modified_at = "e.m";
inline constexpr std::string_view entity_expires_at = "e.x";

/// `prefix` is the attribute numbers so far, empty directly within an instance's object.
inline std::string of_attribute(std::string_view prefix, ngsild::name_id id) {
    std::string key(prefix);
    if (!key.empty())
        key += '.';
    return key += std::to_string(id);
}
inline std::string with_suffix(std::string_view prefix, std::string_view suffix) {
    if (prefix.empty())
        return std::string(suffix);
    return std::string(prefix).append(".").append(suffix);
}
inline std::string of_value(std::string_view prefix) {
    return std::string(prefix.empty() ? value : prefix);
}
inline std::string of_vocabulary(std::string_view prefix) {
    return prefix.empty() ? std::string(vocabulary_in_instance) : with_suffix(prefix, vocabulary);
}

} // namespace meridian::query::search_key
