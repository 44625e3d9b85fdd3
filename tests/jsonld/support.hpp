#pragma once

#include "meridian/jsonld/context.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <ostream>

namespace meridian::jsonld {

inline std::ostream& operator<<(std::ostream& out, const term_definition& term) {
    return out << "{iri=" << term.iri << " type=" << static_cast<int>(term.type) << ' '
               << term.type_iri << " holds=" << static_cast<int>(term.holds)
               << " prefix=" << term.is_prefix << " reverse=" << term.is_reverse << '}';
}

} // namespace meridian::jsonld

namespace meridian::jsonld::test {

using documents = std::map<std::string, json, std::less<>>;

inline json parsed(std::string_view text) {
    return parse_json(text).value();
}

/// The outcome of a build with `remote` for the outside.
inline result<build_outcome> build(std::string_view local, const documents& remote = {},
                                   const context_limits& limits = {}) {
    auto source = [&remote](std::string_view url) -> const json* {
        auto place = remote.find(url);
        return place == remote.end() ? nullptr : &place->second;
    };
    return build_context(parsed(local), source, limits);
}

/// The context; a failed expectation and the core where there is none.
inline context_ptr built(std::string_view local, const documents& remote = {}) {
    auto outcome = build(local, remote);
    if (!outcome)
        ADD_FAILURE() << outcome.error().detail();
    else if (outcome->built == nullptr)
        ADD_FAILURE() << "missing " << outcome->missing.front();
    else
        return outcome->built;
    return core_context();
}

/// "kind: detail" of the refusal, or "accepted".
inline std::string refusal(std::string_view local, const documents& remote = {},
                           const context_limits& limits = {}) {
    auto outcome = build(local, remote, limits);
    if (outcome)
        return outcome->built != nullptr ? "accepted" : "missing " + outcome->missing.front();
    return std::string(type_name(outcome.error().kind())) + ": " + outcome.error().detail();
}

/// The folder with the standard and the corpus; it is no part of the repository.
inline std::filesystem::path shared_folder() {
    const char* named = std::getenv("MERIDIAN_SHARED");
    return named != nullptr ? std::filesystem::path(named)
                            : std::filesystem::path(MERIDIAN_SOURCE_DIR) / ".." / "shared";
}

inline std::string text_of(const std::filesystem::path& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace meridian::jsonld::test
