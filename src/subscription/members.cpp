#include "subscription/members.hpp"

#include "meridian/query/parse.hpp"

#include <fmt/format.h>

namespace meridian::subscription {

namespace {

/// `notification.endpoint` as a JSON pointer; empty for what is no member.
std::string pointer_to(std::string_view where) {
    if (where.find(' ') != std::string_view::npos)
        return {};
    std::string pointer = "/";
    for (const char c : where)
        if (c != ']')
            pointer += c == '.' || c == '[' ? '/' : c;
    return pointer;
}

} // namespace

problem bad_member(std::string_view where, std::string_view what) {
    return problem{problem_kind::bad_request_data, fmt::format("{} {}", where, what)}.at(
        pointer_to(where));
}

result<std::string> read_text(const json& value, std::string_view where) {
    if (!value.is_string() || value.get_ref<const std::string&>().empty())
        return bad_member(where, "must be a text that is not empty");
    return value.get<std::string>();
}

result<bool> read_flag(const json& value, std::string_view where) {
    if (!value.is_boolean())
        return bad_member(where, "must be true or false");
    return value.get<bool>();
}

result<double> read_positive(const json& value, std::string_view where) {
    const bool is_good = value.is_number() && value.get<double>() > 0 && value.get<double>() <= 1e9;
    if (!is_good)
        return bad_member(where, "must be a number above 0 and at most 1000000000");
    return value.get<double>();
}

result<std::vector<std::string>> read_texts(const json& value, std::string_view where) {
    if (!value.is_array() || value.empty())
        return bad_member(where, "must be an array that is not empty");
    std::vector<std::string> texts;
    for (const auto& one : value) {
        MERIDIAN_TRY(auto text, read_text(one, where));
        texts.push_back(std::move(text));
    }
    return texts;
}

result<std::vector<std::string>> read_names(const json& value, std::string_view where,
                                            const jsonld::context& context) {
    MERIDIAN_TRY(const auto texts, read_texts(value, where));
    std::vector<std::string> names;
    for (const auto& text : texts) {
        const query::parse_scope scope{context};
        MERIDIAN_TRY(auto parsed, query::parse_names(text, where, scope));
        if (parsed.size() != 1)
            return bad_member(where, "must hold one Attribute name an element");
        names.push_back(std::move(parsed.front()));
    }
    return names;
}

} // namespace meridian::subscription
