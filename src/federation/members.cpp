#include "federation/members.hpp"

#include "meridian/ngsild/parse.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

namespace meridian::federation {

problem bad_member(std::string_view where, std::string_view what) {
    return problem{problem_kind::bad_request_data, fmt::format("{} {}", where, what)};
}

result<std::string> read_text(const json& value, std::string_view where) {
    if (!value.is_string() || value.get_ref<const std::string&>().empty())
        return bad_member(where, "must be a text that is not empty");
    return value.get<std::string>();
}

result<double> read_positive(const json& value, std::string_view where) {
    const bool is_good = value.is_number() && value.get<double>() > 0 && value.get<double>() <= 1e9;
    if (!is_good)
        return bad_member(where, "must be a number above 0 and at most 1000000000");
    return value.get<double>();
}

result<std::vector<std::string>> read_texts(const json& value, std::string_view where) {
    std::vector<std::string> texts;
    if (value.is_string()) {
        MERIDIAN_TRY(auto text, read_text(value, where));
        texts.push_back(std::move(text));
        return texts;
    }
    if (!value.is_array() || value.empty())
        return bad_member(where, "must be an array that is not empty");
    for (const auto& one : value) {
        MERIDIAN_TRY(auto text, read_text(one, where));
        texts.push_back(std::move(text));
    }
    return texts;
}

result<std::vector<std::string>> read_names(const json& value, std::string_view where,
                                            const jsonld::context& context) {
    MERIDIAN_TRY(auto names, read_texts(value, where));
    for (auto& name : names) {
        if (!ngsild::is_name(name))
            return bad_member(where, "has '" + name + "', which is no name (4.6.2)");
        name = context.expand(name);
    }
    std::ranges::sort(names);
    const auto twice = std::ranges::unique(names);
    names.erase(twice.begin(), twice.end());
    return names;
}

bool is_token(std::string_view text) noexcept {
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::ranges::all_of(text, [&](unsigned char c) {
        return std::isalnum(c) != 0 || others.find(static_cast<char>(c)) != std::string_view::npos;
    });
}

bool is_field_value(std::string_view text) noexcept {
    return std::ranges::none_of(
        text, [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
}

} // namespace meridian::federation
