#include "meridian/base/uri.hpp"

#include "meridian/base/text.hpp"

#include <array>
#include <cstddef>

namespace meridian {
namespace {

constexpr std::size_t longest_uri = 2'048;

constexpr bool is_letter(unsigned char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_digit(unsigned char c) noexcept {
    return c >= '0' && c <= '9';
}

/// Bytes that may stand after the scheme: all but those that neither RFC 3986 nor 3987 allows.
constexpr auto allowed_in_uri = [] {
    std::array<bool, 256> table{};
    for (std::size_t c = 0x21; c < 256; ++c)
        table[c] = c != 0x7f;
    for (const char c : std::string_view("\"<>\\^`{}|"))
        table[static_cast<unsigned char>(c)] = false;
    return table;
}();

constexpr int hexadecimal_value(char c) noexcept {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

} // namespace

bool is_uri(std::string_view text) noexcept {
    if (text.size() > longest_uri || text.empty() ||
        !is_letter(static_cast<unsigned char>(text.front())))
        return false;
    std::size_t i = 1;
    for (; i < text.size() && text[i] != ':'; ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (!is_letter(c) && !is_digit(c) && c != '+' && c != '-' && c != '.')
            return false;
    }
    if (i + 1 >= text.size())
        return false;
    for (++i; i < text.size(); ++i)
        if (!allowed_in_uri[static_cast<unsigned char>(text[i])])
            return false;
    return true;
}

std::optional<std::string> percent_decode(std::string_view text, plus_is_blank plus) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plus == plus_is_blank::yes) {
            out += ' ';
        } else if (text[i] == '%') {
            if (i + 2 >= text.size())
                return std::nullopt;
            const int high = hexadecimal_value(text[i + 1]);
            const int low = hexadecimal_value(text[i + 2]);
            if (high < 0 || low < 0)
                return std::nullopt;
            out += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            out += text[i];
        }
    }
    if (!is_clean_utf8(out))
        return std::nullopt;
    return out;
}

std::string encode_path_segment(std::string_view text) {
    static constexpr char hexadecimal[] = "0123456789ABCDEF";
    constexpr std::string_view kept = "-._~!$&'()*+,;=:@";
    std::string out;
    out.reserve(text.size() + 16);
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (is_letter(byte) || is_digit(byte) || kept.find(c) != std::string_view::npos) {
            out += c;
        } else {
            out += '%';
            out += hexadecimal[byte >> 4];
            out += hexadecimal[byte & 0x0f];
        }
    }
    return out;
}

std::optional<std::vector<std::pair<std::string, std::string>>>
parse_query_string(std::string_view text) {
    std::vector<std::pair<std::string, std::string>> out;
    while (!text.empty()) {
        const auto end = text.find('&');
        const auto part = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        if (part.empty())
            continue;
        const auto equals = part.find('=');
        auto name = percent_decode(part.substr(0, equals), plus_is_blank::yes);
        auto value = equals == std::string_view::npos
                         ? std::optional<std::string>(std::string())
                         : percent_decode(part.substr(equals + 1), plus_is_blank::yes);
        if (!name || !value)
            return std::nullopt;
        out.emplace_back(std::move(*name), std::move(*value));
    }
    return out;
}

} // namespace meridian
