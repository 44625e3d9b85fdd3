#include "meridian/http/request.hpp"

#include <cstddef>

namespace meridian::http {
namespace {

constexpr char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

} // namespace

bool same_name(std::string_view left, std::string_view right) noexcept {
    if (left.size() != right.size())
        return false;
    for (std::size_t i = 0; i < left.size(); ++i)
        if (lower(left[i]) != lower(right[i]))
            return false;
    return true;
}

std::string_view to_text(method value) noexcept {
    switch (value) {
    case method::get:
        return "GET";
    case method::post:
        return "POST";
    case method::put:
        return "PUT";
    case method::patch:
        return "PATCH";
    case method::delete_:
        return "DELETE";
    case method::options:
        return "OPTIONS";
    case method::other:
        break;
    }
    return "OTHER";
}

std::string_view request::header(std::string_view name) const noexcept {
    for (const auto& line : headers)
        if (same_name(line.name, name))
            return line.value;
    return {};
}

bool request::has_header(std::string_view name) const noexcept {
    for (const auto& line : headers)
        if (same_name(line.name, name))
            return true;
    return false;
}

} // namespace meridian::http
