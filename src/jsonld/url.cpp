#include "jsonld/url.hpp"

#include "meridian/base/uri.hpp"

#include <algorithm>
#include <vector>

namespace meridian::jsonld {
namespace {

bool has_scheme(std::string_view url, std::string_view scheme) {
    if (url.size() <= scheme.size() || url[scheme.size()] != ':')
        return false;
    for (std::size_t i = 0; i < scheme.size(); ++i)
        if ((url[i] | 0x20) != scheme[i])
            return false;
    return true;
}

/// Whether `reference` starts with a scheme (RFC 3986, 3.1).
bool is_absolute(std::string_view reference) {
    auto end = reference.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                           "0123456789+-.");
    return end != std::string_view::npos && end > 0 && reference[end] == ':';
}

/// RFC 3986, 5.2.4; `path` starts with a slash.
std::string without_dot_segments(std::string_view path) {
    std::vector<std::string_view> kept;
    bool ends_in_slash = false;
    while (!path.empty()) {
        path.remove_prefix(1);
        auto segment = path.substr(0, path.find('/'));
        path.remove_prefix(segment.size());
        ends_in_slash = segment.empty() || segment == "." || segment == "..";
        if (segment == ".." && !kept.empty())
            kept.pop_back();
        // An empty segment counts only within the path; at its end it is the slash.
        else if (segment != "." && segment != ".." && !(segment.empty() && path.empty()))
            kept.push_back(segment);
    }
    std::string out;
    for (auto segment : kept)
        out.append("/").append(segment);
    if (ends_in_slash)
        out += '/';
    return out;
}

} // namespace

bool is_http_url(std::string_view url) noexcept {
    if (!has_scheme(url, "http") && !has_scheme(url, "https"))
        return false;
    auto rest = url.substr(url.find(':') + 1);
    return rest.starts_with("//") && rest.size() > 2 &&
           std::string_view("/?#:").find(rest[2]) == std::string_view::npos && is_uri(url);
}

std::string resolve_url(std::string_view base, std::string_view reference) {
    if (base.empty() || is_absolute(reference))
        return std::string(reference);
    auto scheme_end = base.find(':') + 1;
    if (reference.starts_with("//"))
        return std::string(base.substr(0, scheme_end)).append(reference);
    auto authority_end = std::min(base.find_first_of("/?#", scheme_end + 2), base.size());
    auto path_end = std::min(base.find_first_of("?#", authority_end), base.size());
    auto query_end = std::min(base.find('#'), base.size());
    if (reference.empty())
        return std::string(base.substr(0, query_end));
    if (reference.front() == '#')
        return std::string(base.substr(0, query_end)).append(reference);
    if (reference.front() == '?')
        return std::string(base.substr(0, path_end)).append(reference);
    auto reference_path = reference.substr(0, reference.find_first_of("?#"));
    std::string path;
    if (reference_path.front() != '/') {
        auto folder = base.substr(authority_end, path_end - authority_end);
        path = folder.empty() ? "/" : std::string(folder.substr(0, folder.rfind('/') + 1));
    }
    path.append(reference_path);
    return std::string(base.substr(0, authority_end))
        .append(without_dot_segments(path))
        .append(reference.substr(reference_path.size()));
}

} // namespace meridian::jsonld
