#include "app/broker.hpp"
#include "app/commands.hpp"
#include "app/database.hpp"
#include "app/greeting.hpp"
#include "meridian/store/migrate.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdio>

namespace meridian::app {
namespace {

/// Waits for SIGTERM or SIGINT. Handlers are set when this object is made, before any thread runs,
/// so that a signal during the start is not lost.
class stop_signal {
public:
    stop_signal() : signals_(loop_, SIGTERM, SIGINT) {
        signals_.async_wait([](const boost::system::error_code&, int number) {
            spdlog::info("stopping on signal {}", number);
        });
    }
    void wait() { loop_.run(); }

private:
    boost::asio::io_context loop_;
    boost::asio::signal_set signals_;
};

int failed(const problem& why) {
    spdlog::error("{}", why.detail());
    return 1;
}

} // namespace

int serve(const config& settings) {
    std::signal(SIGPIPE, SIG_IGN);
    stop_signal stop;
    auto opened = open_database(settings);
    if (!opened)
        return failed(opened.error());
    if (const auto migrated = store::migrate(opened->conninfo); !migrated)
        return failed(migrated.error());
    auto running = broker::start(settings, opened->conninfo, broker::role::server);
    if (!running)
        return failed(running.error());
    const auto port = (*running)->serve();
    if (!port)
        return failed(port.error());
    fmt::print("{}", render_greeting(settings, *port));
    std::fflush(stdout);
    stop.wait();
    (*running)->stop();
    return 0;
}

} // namespace meridian::app
