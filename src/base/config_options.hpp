#pragma once

#include "meridian/base/config.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace meridian {

/// Where an option's value lives; the alternative is its type.
using config_member =
    std::variant<bool config::*, std::uint16_t config::*, std::size_t config::*, double config::*,
                 std::string config::*, std::vector<std::string> config::*, byte_count config::*,
                 std::chrono::milliseconds config::*, spdlog::level::level_enum config::*,
                 enum log_format config::*>;

/// Which commands heed an option.
enum class heeded_by { serve, tools, every_command };

/// Inclusive; for bytes in bytes, for durations in milliseconds.
struct value_range {
    double least = 0;
    double most = 1e15;
};

/// One row of the definition table. Its default is what `config{}` holds.
struct option {
    std::string_view name; ///< as in `--name` and in the file; MERIDIAN_NAME in the environment
    config_member member;
    std::string_view description;
    value_range range{};
    std::string_view meaning_of_default{}; ///< where the value alone does not say it
};

struct option_section {
    std::string_view title;
    heeded_by commands;
    std::span<const option> options;
};

[[nodiscard]] std::span<const option_section> option_sections() noexcept;
[[nodiscard]] const option* find_option(std::string_view name) noexcept;
/// `admin-port` → `MERIDIAN_ADMIN_PORT`.
[[nodiscard]] std::string variable_name(std::string_view option_name);
/// Every option's name and `config`, which only flags and environment know.
[[nodiscard]] std::span<const std::string_view> option_names();

/// What a value must look like, for messages and documents: "number", "duration" …
[[nodiscard]] std::string_view form_of(const option& row);
/// Reads `text` into the option's member. Gives what is wrong with it, nothing if it was taken.
/// A list is separated by commas.
[[nodiscard]] std::optional<std::string> assign(const option& row, std::string_view text,
                                                config& target);
/// The value as `assign` reads it.
[[nodiscard]] std::string render_value(const option& row, const config& source);

} // namespace meridian
