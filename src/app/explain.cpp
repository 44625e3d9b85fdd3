#include "meridian/api/explain.hpp"
#include "app/commands.hpp"
#include "app/tool.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <optional>
#include <utility>

namespace meridian::app {
namespace {

void print(const api::explanation& found) {
    const auto& statement = found.statement;
    fmt::print("Plan\n{}\n", found.plan);
    if (statement.sql.empty()) {
        fmt::print("Nothing is asked of the database.\n");
        return;
    }
    fmt::print("SQL\n{}\n\nParameters\n", statement.sql);
    for (std::size_t i = 0; i < statement.parameters.size(); ++i)
        fmt::print("${} = {}\n", i + 1, statement.parameters[i]);
    fmt::print("\nEXPLAIN (ANALYZE, BUFFERS)\n");
    for (const auto& line : statement.lines)
        fmt::print("{}\n", line);
}

} // namespace

int explain(const config& settings, const std::string& url) {
    auto running = tool::start(settings);
    if (!running) {
        spdlog::error("{}", running.error().detail());
        return 1;
    }
    api::broker_state state;
    result<api::explanation> found;
    running->parts().run([&](operations::services& with) -> asio::awaitable<void> {
        api::worker worker(with, settings, state);
        api::explained_request asked{url, settings.tenant, settings.context};
        auto explaining = api::explain(worker, std::move(asked));
        found = co_await std::move(explaining);
    });
    running->stop();
    if (!found) {
        fmt::print(stderr, "meridian explain: {}\n", found.error().detail());
        return 1;
    }
    print(*found);
    return 0;
}

} // namespace meridian::app
