#include "ngsild/representation/language.hpp"

#include "meridian/base/text.hpp"

#include "ngsild/representation/spans.hpp"

#include <algorithm>
#include <charconv>

namespace meridian::ngsild {

namespace {

char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equals(std::string_view tag, std::string_view range) noexcept {
    return std::ranges::equal(tag, range, {}, lower);
}

/// The quality of a range in thousandths; 1000 where it gives none that can be read.
int quality(std::string_view parameters) noexcept {
    const auto at = parameters.find("q=");
    double value = 1;
    if (at != std::string_view::npos)
        std::from_chars(parameters.data() + at + 2, parameters.data() + parameters.size(), value);
    return static_cast<int>(std::clamp(value, 0.0, 1.0) * 1000);
}

using choice = language_preference::choice;

template <typename Fits>
choice find(std::string_view map, const Fits& fits) {
    member_reader members(map);
    while (const auto one = members.next())
        if (fits(one->name))
            return {one->name, one->value};
    return {};
}

choice any_of(std::string_view map) {
    auto out = find(map, [](std::string_view tag) { return tag == "@none"; });
    if (out.tag.empty())
        out = find(map, [](std::string_view) { return true; });
    return out;
}

choice best_for(std::string_view map, std::string_view range) {
    auto out = find(map, [&](std::string_view tag) { return equals(tag, range); });
    if (!out.tag.empty())
        return out;
    out = find(map, [&](std::string_view tag) {
        return tag.size() > range.size() && tag[range.size()] == '-' &&
               equals(tag.substr(0, range.size()), range);
    });
    while (out.tag.empty()) {
        const auto dash = range.rfind('-');
        if (dash == std::string_view::npos)
            break;
        range = range.substr(0, dash);
        out = find(map, [&](std::string_view tag) { return equals(tag, range); });
    }
    return out;
}

} // namespace

language_preference::language_preference(std::string_view text) {
    std::vector<std::pair<int, std::string>> read;
    while (!text.empty()) {
        const auto comma = text.find(',');
        const auto part = text.substr(0, comma);
        text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
        const auto semicolon = part.find(';');
        const auto parameters =
            semicolon == std::string_view::npos ? std::string_view{} : part.substr(semicolon);
        std::string range(trimmed(part.substr(0, semicolon)));
        std::ranges::transform(range, range.begin(), lower);
        if (const int weight = quality(parameters); weight > 0 && !range.empty())
            read.emplace_back(weight, std::move(range));
    }
    std::ranges::stable_sort(read, std::ranges::greater{},
                             [](const auto& one) { return one.first; });
    for (auto& [weight, range] : read)
        ranges_.push_back(std::move(range));
}

language_preference::choice language_preference::choose(std::string_view language_map) const {
    for (const auto& range : ranges_) {
        const auto found = range == "*" ? any_of(language_map) : best_for(language_map, range);
        if (!found.tag.empty())
            return found;
    }
    return any_of(language_map);
}

} // namespace meridian::ngsild
