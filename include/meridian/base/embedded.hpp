#pragma once

#include <string_view>

namespace meridian {

/// A file of the repository that is part of the binary: put there by `meridian_embed` of
/// cmake/embed.cmake, which writes a function that gives a `std::span<const embedded_file>`.
/// Views live as long as the program.
struct embedded_file {
    std::string_view name; ///< file name without its folder
    std::string_view text;
};

} // namespace meridian
