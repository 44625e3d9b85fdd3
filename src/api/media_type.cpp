#include "api/media_type.hpp"

#include "meridian/base/text.hpp"

#include <array>
#include <cctype>
#include <charconv>
#include <string>

namespace meridian::api {
namespace {

constexpr std::array media_types{media_type::json, media_type::ld_json, media_type::geo_json,
                                 media_type::csv};

/// The part of `text` before `separator`; `text` becomes what follows it.
std::string_view take_until(std::string_view& text, char separator) noexcept {
    const auto end = text.find(separator);
    const auto part = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return trimmed(part);
}

bool equal_ignoring_case(std::string_view left, std::string_view right) noexcept {
    if (left.size() != right.size())
        return false;
    for (std::size_t i = 0; i < left.size(); ++i)
        if (std::tolower(static_cast<unsigned char>(left[i])) !=
            std::tolower(static_cast<unsigned char>(right[i])))
            return false;
    return true;
}

/// How closely a media range names a type: 0 not at all, 1 `*/*`, 2 `application/*`, 3 by name.
int specificity(std::string_view range, media_type type) noexcept {
    if (equal_ignoring_case(range, name_of(type)))
        return 3;
    if (equal_ignoring_case(range, type == media_type::csv ? "text/*" : "application/*"))
        return 2;
    return range == "*/*" ? 1 : 0;
}

/// The weight `q` among a media range's parameters, in thousandths; 1000 where there is none.
int weight_of(std::string_view media_parameters) noexcept {
    while (!media_parameters.empty()) {
        auto parameter = take_until(media_parameters, ';');
        const auto name = take_until(parameter, '=');
        if (!equal_ignoring_case(name, "q"))
            continue;
        double weight = 0;
        const auto* end = parameter.data() + parameter.size();
        if (std::from_chars(parameter.data(), end, weight).ec != std::errc{})
            return 0;
        return static_cast<int>(weight * 1000);
    }
    return 1000;
}

/// RFC 7231 5.3.2: the weight that the closest range gives to `type`; 0 where none does.
int acceptance(std::string_view accept, media_type type) noexcept {
    int closest = 0;
    int weight = 0;
    while (!accept.empty()) {
        auto range_with_parameters = take_until(accept, ',');
        const auto range = take_until(range_with_parameters, ';');
        const int close = specificity(range, type);
        if (close > closest) {
            closest = close;
            weight = weight_of(range_with_parameters);
        }
    }
    return weight;
}

} // namespace

std::string_view name_of(media_type type) noexcept {
    switch (type) {
    case media_type::ld_json:
        return "application/ld+json";
    case media_type::geo_json:
        return "application/geo+json";
    case media_type::csv:
        return "text/csv";
    case media_type::json:
        break;
    }
    return "application/json";
}

result<media_type> negotiate(std::string_view accept, geo_json_answers geo_json, csv_answers csv) {
    if (trimmed(accept).empty())
        return media_type::json;
    int best_weight = 0;
    media_type best = media_type::json;
    std::string available;
    for (const auto type : media_types) {
        if (type == media_type::geo_json && geo_json == geo_json_answers::no)
            continue;
        if (type == media_type::csv && csv == csv_answers::no)
            continue;
        available.append(available.empty() ? "[\"" : ",\"").append(name_of(type)).append("\"");
        const int weight = acceptance(accept, type);
        if (weight > best_weight) {
            best_weight = weight;
            best = type;
        }
    }
    if (best_weight == 0)
        return problem{problem_kind::not_acceptable, available + "]"};
    return best;
}

result<media_type> body_media_type(std::string_view content_type, merge_patch_bodies merge_patch) {
    const auto type = take_until(content_type, ';');
    if (equal_ignoring_case(type, "application/json"))
        return media_type::json;
    if (equal_ignoring_case(type, "application/ld+json"))
        return media_type::ld_json;
    if (merge_patch == merge_patch_bodies::yes &&
        equal_ignoring_case(type, "application/merge-patch+json"))
        return media_type::json;
    return problem{problem_kind::unsupported_media_type,
                   "Content-Type must be application/json or application/ld+json"};
}

} // namespace meridian::api
