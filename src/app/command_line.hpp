#pragma once

#include "meridian/base/config.hpp"
#include "meridian/base/result.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace meridian::app {

/// A command of `meridian` as the user sees it; src/app/command_line.cpp has the table of them.
struct command {
    std::string_view name;
    std::string_view operands; ///< as the usage line shows them
    std::size_t least_operands;
    std::size_t most_operands;
    bool takes_options;
    std::string_view summary; ///< one sentence
};

[[nodiscard]] std::span<const command> commands() noexcept;

/// What the command line asks for: a command to carry out, or a text to print.
struct invocation {
    std::string_view name; ///< of the command; empty where `text` is all that was asked for
    config settings;
    std::vector<std::string> operands;
    std::string text;
};

/// Reads `arguments` (without the program's name), the environment and the file that they name.
/// `--help` and `-h` are answered before anything else is looked at, `--version` likewise.
/// Fails with invalid_request and one line for the user: exit status 2.
[[nodiscard]] result<invocation> read_command_line(std::span<const std::string> arguments,
                                                   const environment& variables);

/// `meridian --help`.
[[nodiscard]] std::string render_usage();
/// `meridian <command> --help`.
[[nodiscard]] std::string render_usage(const command& of);

} // namespace meridian::app
