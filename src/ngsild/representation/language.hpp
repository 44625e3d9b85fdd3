#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace meridian::ngsild {

/// The NGSI-LD language filter (4.15): `fr-CH,fr;q=0.9,en;q=0.8,*;q=0.5`.
class language_preference {
public:
    /// What cannot be read of `text` is passed over: the filter always yields some language.
    explicit language_preference(std::string_view text);

    struct choice {
        std::string_view tag;   ///< as the languageMap has it; empty: the map has no language
        std::string_view value; ///< JSON text: a string or an array of strings
    };
    /// The language of a languageMap (JSON text) that fits best: per range, best first, the tag
    /// itself, then a more special one, then a more general one (RFC 4647, 3.4). Where none fits,
    /// `@none`, else the first.
    [[nodiscard]] choice choose(std::string_view language_map) const;

private:
    std::vector<std::string> ranges_; ///< in lower case, best first
};

} // namespace meridian::ngsild
