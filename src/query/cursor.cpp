#include "query/cursor.hpp"

#include "meridian/base/json.hpp"
#include "meridian/base/uri.hpp"
#include "query/characters.hpp"

#include <fmt/format.h>

namespace meridian::query {

result<cursor> cursor::open(std::string_view text, std::string_view parameter,
                            const parse_limits& limits) {
    if (text.empty())
        return problem{problem_kind::bad_request_data, fmt::format("{} is empty", parameter)};
    if (text.size() > limits.bytes)
        return problem{problem_kind::bad_request_data,
                       fmt::format("{} is longer than {} bytes", parameter, limits.bytes)};
    if (!is_plain_utf8(text))
        return problem{problem_kind::bad_request_data,
                       fmt::format("{} is not UTF-8 or holds U+0000", parameter)};
    return cursor(text, parameter);
}

bool cursor::take(std::string_view token) noexcept {
    if (!next_is(token))
        return false;
    at_ += token.size();
    return true;
}

void cursor::skip_blanks() noexcept {
    while (take(" ")) {
    }
}

problem cursor::error(std::string_view what) const {
    return problem{problem_kind::bad_request_data,
                   fmt::format("{}: {} at byte {}", parameter_, what, at_)};
}

problem cursor::too_complex(std::string_view what) const {
    return problem{problem_kind::too_complex_query,
                   fmt::format("{}: {} at byte {}", parameter_, what, at_)};
}

namespace {

std::size_t name_length(std::string_view text) noexcept {
    std::size_t length = 0;
    while (const auto one = name_character(text.substr(length), length == 0))
        length += one;
    return length;
}

result<written_name> read_iri(cursor& from) {
    const auto text = from.rest();
    const auto end = text.find('>');
    if (end == std::string_view::npos || end == 1)
        return from.error("expected an IRI in angle brackets");
    from.skip(end + 1);
    return written_name{text.substr(1, end - 1), true};
}

} // namespace

result<written_name> read_name_part(cursor& from, name_form form) {
    if (form == name_form::canonical && from.next_is("<"))
        return read_iri(from);
    const auto text = from.rest();
    const auto length = name_length(text);
    if (length == 0)
        return from.error("expected a name");
    from.skip(length);
    return written_name{text.substr(0, length), false};
}

result<written_name> read_name(cursor& from, name_form form) {
    const auto text = from.rest();
    MERIDIAN_TRY(auto name, read_name_part(from, form));
    if (name.is_iri || !from.next_is(":"))
        return name;
    const auto local = name_length(from.rest().substr(1));
    if (local == 0)
        return from.error("expected a name behind its prefix");
    from.skip(1 + local);
    return written_name{text.substr(0, name.text.size() + 1 + local), false};
}

result<written_name> read_name_or_uri(cursor& from, name_form form, std::string_view ends) {
    if (form == name_form::canonical && from.next_is("<"))
        return read_iri(from);
    const auto text = from.rest();
    const auto word = text.substr(0, text.find_first_of(ends));
    if (is_name(word) || is_uri(word)) {
        from.skip(word.size());
        return written_name{word, false};
    }
    return from.error("expected a name or a URI");
}

std::string expand(const written_name& name, const jsonld::context& context) {
    return name.is_iri ? std::string(name.text) : context.expand(name.text);
}

result<std::string> read_quoted(cursor& from) {
    const auto text = from.rest();
    std::size_t end = 1;
    while (end < text.size() && text[end] != '"')
        end += text[end] == '\\' ? 2 : 1;
    if (!text.starts_with('"') || end >= text.size())
        return from.error("expected a string in double quotes");
    auto value = parse_json(text.substr(0, end + 1));
    if (!value || !value->is_string())
        return from.error("expected a JSON string");
    from.skip(end + 1);
    return value->get<std::string>();
}

} // namespace meridian::query
