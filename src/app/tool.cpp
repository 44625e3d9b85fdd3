#include "app/tool.hpp"

#include "meridian/store/migrate.hpp"

#include <csignal>
#include <utility>

namespace meridian::app {

result<tool> tool::start(const config& settings) {
    std::signal(SIGPIPE, SIG_IGN);
    MERIDIAN_TRY(auto opened, join_database(settings));
    MERIDIAN_CHECK(store::migrate(opened.conninfo));
    MERIDIAN_TRY(auto running, broker::start(settings, opened.conninfo, broker::role::tool));
    return tool(settings, std::move(opened), std::move(running));
}

result<store::tenant_id> tool::tenant(operations::missing_tenant when_missing) {
    std::optional<result<store::tenant_id>> found;
    parts().run([&](operations::services& with) -> asio::awaitable<void> {
        auto search = operations::tenant_of(with, settings_->tenant, when_missing);
        found = co_await std::move(search);
    });
    return std::move(*found);
}

void tool::stop() {
    broker_->stop();
}

} // namespace meridian::app
