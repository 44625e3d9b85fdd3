#pragma once

#include "meridian/base/embedded.hpp"

#include <span>

namespace meridian::store {

/// The files of migrations/, embedded at build time, in the order of their numbers.
[[nodiscard]] std::span<const embedded_file> migration_files() noexcept;

} // namespace meridian::store
