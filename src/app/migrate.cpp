#include "meridian/store/migrate.hpp"
#include "app/commands.hpp"
#include "app/database.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace meridian::app {

int migrate(const config& settings) {
    const auto opened = open_database(settings);
    if (!opened) {
        spdlog::error("{}", opened.error().detail());
        return 1;
    }
    const auto version = store::migrate(opened->conninfo);
    if (!version) {
        spdlog::error("{}", version.error().detail());
        return 1;
    }
    fmt::print("The schema is at version {}.\n", *version);
    return 0;
}

} // namespace meridian::app
