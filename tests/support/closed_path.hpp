#pragma once

#include <string>

namespace meridian::test {

/// Whether every character of a jsonpath that is not within a JSON string is part of our fixed
/// words, a digit or a sign: then no text of a user's has left its string.
inline bool is_closed(const std::string& path) {
    std::string outside;
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (path[i] != '"') {
            outside += path[i];
            continue;
        }
        for (++i; i < path.size() && path[i] != '"'; ++i)
            i += path[i] == '\\' ? 1 : 0;
        if (i >= path.size())
            return false;
    }
    return outside.find_first_not_of("()!&|=<>.?@$*[] 0123456789-+existypruefal") ==
           std::string::npos;
}

} // namespace meridian::test
