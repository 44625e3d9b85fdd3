#pragma once

#include <span>
#include <string_view>

namespace meridian::store {

/// One file of migrations/, embedded at build time (cmake/embed_migrations.cmake).
struct migration {
    int version;
    std::string_view name; ///< the file's name without its ending
    const char* sql;
};

/// All migrations this binary knows, in order.
[[nodiscard]] std::span<const migration> migrations() noexcept;

} // namespace meridian::store
