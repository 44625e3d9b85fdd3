#include "app/broker.hpp"
#include "app/commands.hpp"
#include "app/database.hpp"
#include "app/greeting.hpp"
#include "meridian/store/migrate.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>

namespace meridian::app {
namespace {

/// Waits for SIGTERM or SIGINT. Handlers are set when this object is made, before any thread runs,
/// so that a signal during the start is not lost.
class stop_signal {
public:
    stop_signal() : signals_(loop_, SIGTERM, SIGINT), look_(loop_) {
        signals_.async_wait([this](const boost::system::error_code&, int number) {
            spdlog::info("stopping on signal {}", number);
            loop_.stop();
        });
    }
    /// Meanwhile the cluster, if there is one, is started again whenever it ends.
    void wait(store::embedded_cluster* watched) {
        if (watched)
            look_after(*watched, between_looks);
        loop_.run();
    }

private:
    static constexpr std::chrono::milliseconds between_looks{250};
    static constexpr std::chrono::milliseconds longest_pause{30'000};

    /// Looks again after `pause`, which doubles while the cluster does not come up.
    void look_after(store::embedded_cluster& cluster, std::chrono::milliseconds pause) {
        look_.expires_after(pause);
        look_.async_wait([this, &cluster, pause](const boost::system::error_code&) {
            const auto revived = cluster.revive();
            if (!revived)
                spdlog::error("the database server has ended and does not start: {}",
                              revived.error().detail());
            else if (*revived)
                spdlog::warn("the database server had ended and was started again");
            look_after(cluster, revived ? between_looks : std::min(2 * pause, longest_pause));
        });
    }

    boost::asio::io_context loop_;
    boost::asio::signal_set signals_;
    boost::asio::steady_timer look_;
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
    stop.wait(opened->embedded ? &*opened->embedded : nullptr);
    (*running)->stop();
    return 0;
}

} // namespace meridian::app
