#pragma once

#include "meridian/base/embedded.hpp"
#include "meridian/base/json.hpp"

#include <span>
#include <string_view>

namespace meridian::jsonld {

/// schemas/contexts/*.jsonld, put into the binary by cmake/embed.cmake.
[[nodiscard]] std::span<const embedded_file> core_context_files() noexcept;

/// Whether `url` is an address of a core @context that this broker has built in.
[[nodiscard]] bool is_core_url(std::string_view url) noexcept;

/// The member `@context` of the core @context that this broker speaks.
[[nodiscard]] const json& core_definitions();

} // namespace meridian::jsonld
