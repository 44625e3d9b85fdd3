#pragma once

#include <spdlog/spdlog.h>

#include <string_view>

namespace meridian {

enum class log_format { text, json_lines };

/// Sets the process's logger up (standard error, one line an entry, UTC): call it once at the
/// start, before other threads run. All code logs through spdlog's functions: `spdlog::info("{} …",
/// x)`.
void set_up_logging(log_format format, spdlog::level::level_enum level);

/// `trace`, `debug`, `info`, `warn`, `error` or `off`; returns whether `text` is one of them.
[[nodiscard]] bool parse_log_level(std::string_view text,
                                   spdlog::level::level_enum& level) noexcept;

} // namespace meridian
