#include "app/command_line.hpp"
#include "app/commands.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

namespace {

using namespace meridian;

int carry_out(const app::invocation& asked) {
    if (asked.name == "version")
        return app::version();
    if (asked.name == "config-doc")
        return app::config_doc();
    set_up_logging(asked.settings.log_format, asked.settings.log_level);
    if (asked.name == "serve")
        return app::serve(asked.settings);
    if (asked.name == "migrate")
        return app::migrate(asked.settings);
    if (asked.name == "import")
        return app::import_entities(asked.settings, asked.operands);
    if (asked.name == "export")
        return app::export_entities(asked.settings);
    return app::explain(asked.settings, asked.operands.front());
}

} // namespace

/// 0 done, 1 failed (reported), 2 wrong usage (one line on standard error).
int main(int count, char** texts) {
    const std::vector<std::string> arguments(texts + 1, texts + count);
    const auto asked = app::read_command_line(arguments, process_environment());
    if (!asked) {
        fmt::print(stderr, "meridian: {}\n", asked.error().detail());
        return 2;
    }
    if (asked->name.empty()) {
        fmt::print("{}", asked->text);
        return 0;
    }
    try {
        return carry_out(*asked);
    } catch (const std::exception& failure) {
        fmt::print(stderr, "meridian {}: {}\n", asked->name, failure.what());
        return 1;
    }
}
