#include "api/parameters.hpp"

#include "meridian/base/uri.hpp"

#include <algorithm>
#include <charconv>

namespace meridian::api {
namespace {

/// Whether `word` is one of the words of `list`, which blanks part.
bool is_word_of(std::string_view list, std::string_view word) noexcept {
    while (!list.empty()) {
        const auto blank = list.find(' ');
        if (list.substr(0, blank) == word)
            return true;
        list.remove_prefix(blank == std::string_view::npos ? list.size() : blank + 1);
    }
    return false;
}

} // namespace

result<parameters> parameters::parse(std::string_view query_string, std::string_view known) {
    parameters parsed;
    if (query_string.empty())
        return parsed;
    auto decoded = parse_query_string(query_string);
    if (!decoded)
        return problem{problem_kind::invalid_request,
                       "the query string is not valid percent-encoded UTF-8"};
    for (auto& [name, value] : *decoded) {
        if (!is_word_of(known, name))
            return problem{problem_kind::invalid_request,
                           "the operation has no query parameter '" + name + "'"};
        if (parsed.has(name))
            return problem{problem_kind::invalid_request,
                           "the query parameter '" + name + "' is given more than once"};
        parsed.values_.emplace_back(std::move(name), std::move(value));
    }
    return parsed;
}

const std::string* parameters::find(std::string_view name) const noexcept {
    for (const auto& [known_name, value] : values_)
        if (known_name == name)
            return &value;
    return nullptr;
}

std::string_view parameters::text(std::string_view name) const noexcept {
    const auto* value = find(name);
    return value ? std::string_view{*value} : std::string_view{};
}

result<bool> parameters::flag(std::string_view name) const {
    const auto* value = find(name);
    if (!value || *value == "false")
        return false;
    if (*value == "true")
        return true;
    return problem{problem_kind::bad_request_data,
                   "the query parameter '" + std::string{name} + "' must be true or false"};
}

result<std::optional<std::uint64_t>> parameters::number(std::string_view name) const {
    const auto* value = find(name);
    if (!value)
        return std::optional<std::uint64_t>{};
    std::uint64_t number = 0;
    const auto* end = value->data() + value->size();
    const auto [rest, error] = std::from_chars(value->data(), end, number);
    if (error != std::errc{} || rest != end || value->empty())
        return problem{problem_kind::bad_request_data, "the query parameter '" + std::string{name} +
                                                           "' must be a whole number, 0 or more"};
    return std::optional<std::uint64_t>{number};
}

result<std::vector<std::string>> parameters::list(std::string_view name) const {
    std::vector<std::string> elements;
    const auto* value = find(name);
    if (!value)
        return elements;
    std::string_view rest{*value};
    while (true) {
        const auto comma = rest.find(',');
        const auto element = rest.substr(0, comma);
        if (element.empty())
            return problem{problem_kind::bad_request_data,
                           "the query parameter '" + std::string{name} + "' has an empty element"};
        elements.emplace_back(element);
        if (comma == std::string_view::npos)
            return elements;
        rest.remove_prefix(comma + 1);
    }
}

} // namespace meridian::api
