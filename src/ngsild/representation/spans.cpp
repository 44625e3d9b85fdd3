#include "ngsild/representation/spans.hpp"

#include <algorithm>
#include <array>

namespace meridian::ngsild {

namespace {

/// One past the closing quote of the string that begins at `start`.
std::size_t end_of_string(std::string_view text, std::size_t start) noexcept {
    for (auto position = start + 1; position < text.size(); ++position) {
        if (text[position] == '\\')
            ++position;
        else if (text[position] == '"')
            return position + 1;
    }
    return text.size();
}

constexpr std::array<std::string_view, 8> attribute_members{
    "type", "value", "object", "languageMap", "vocab", "json", "valueList", "objectList"};

} // namespace

std::size_t end_of_value(std::string_view text, std::size_t start) noexcept {
    std::size_t depth = 0;
    auto position = start;
    while (position < text.size()) {
        const char c = text[position];
        if (c == '"') {
            position = end_of_string(text, position);
            if (depth == 0)
                return position;
            continue;
        }
        if (c == '{' || c == '[') {
            ++depth;
        } else if (c == '}' || c == ']') {
            if (depth == 0)
                return position; // behind a number or literal
            if (--depth == 0)
                return position + 1;
        } else if (c == ',' && depth == 0) {
            return position;
        }
        ++position;
    }
    return text.size();
}

std::optional<member_span> member_reader::next() noexcept {
    if (position_ >= text_.size() || text_[position_] != '"')
        return std::nullopt;
    const auto name_end = end_of_string(text_, position_);
    if (name_end + 1 >= text_.size())
        return std::nullopt;
    const auto value_end = end_of_value(text_, name_end + 1);
    member_span out{text_.substr(position_ + 1, name_end - position_ - 2),
                    text_.substr(name_end + 1, value_end - name_end - 1)};
    position_ = value_end + 1;
    return out;
}

std::optional<std::string_view> element_reader::next() noexcept {
    if (position_ >= text_.size() || text_[position_] == ']')
        return std::nullopt;
    const auto end = end_of_value(text_, position_);
    const auto out = text_.substr(position_, end - position_);
    position_ = end + 1;
    return out;
}

bool looks_like_attribute(std::string_view value) noexcept {
    if (value.starts_with('[')) {
        element_reader elements(value);
        while (const auto one = elements.next())
            if (one->starts_with('{'))
                return true;
        return false;
    }
    if (!value.starts_with('{'))
        return false;
    member_reader members(value);
    while (const auto one = members.next())
        if (std::ranges::find(attribute_members, one->name) != attribute_members.end())
            return true;
    return false;
}

} // namespace meridian::ngsild
