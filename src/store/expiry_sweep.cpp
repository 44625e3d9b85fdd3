#include "meridian/base/await.hpp"
#include "meridian/store/write_lanes.hpp"
#include "store/pg/pool.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <spdlog/spdlog.h>

namespace meridian::store {
namespace {

// Due rows of all tenants; each Entity's tenant comes with it. Chunks of 500, as every set
// operation goes through the lanes.
constexpr pg::statement select_due{"expiry_due", R"sql(
SELECT DISTINCT e.tenant_id, e.uri
FROM (SELECT eid FROM expiry WHERE expires_at <= now() ORDER BY expires_at LIMIT 500) x
JOIN entity e USING (eid)
WHERE e.doc IS NOT NULL)sql"};

constexpr pg::statement select_next{"expiry_next", "SELECT min(expires_at) FROM expiry"};

/// What is left of an Entity at `scope.now`: nothing, or one instance less. Those of an Entity that
/// are due at once go one a sweep of the loop below.
result<ngsild::change> expire(const ngsild::stored_entity* old, const ngsild::change_scope& scope) {
    ngsild::change kept;
    if (old == nullptr)
        return kept;
    const timestamp due = old->document.expires_at();
    if (due != timestamp{} && due <= scope.now)
        return ngsild::delete_entity(*old, scope);
    for (std::size_t at = 0; at < old->document.size(); ++at) {
        const ngsild::instance_view instance = old->document.instance(at);
        if (instance.expires_at == timestamp{} || instance.expires_at > scope.now)
            continue;
        return ngsild::delete_attribute(*old, scope.dictionary.iri(instance.attribute),
                                        scope.dictionary.iri(instance.dataset),
                                        ngsild::delete_all::no, scope);
    }
    return kept;
}

} // namespace

struct expiry_sweep::task {
    explicit task(const asio::any_io_executor& executor) : timer(executor) {}
    asio::steady_timer timer;
    bool stopped = false;
};

expiry_sweep::expiry_sweep(std::shared_ptr<reader> from, write_lanes& lanes, expiry_watch& watch)
    : reader_(std::move(from)), lanes_(lanes), watch_(watch) {}

expiry_sweep::~expiry_sweep() {
    stop();
}

void expiry_sweep::start(std::chrono::milliseconds interval) {
    task_ = std::make_shared<task>(reader_->executor());
    auto loop = [](expiry_sweep* self, std::shared_ptr<task> on,
                   std::chrono::milliseconds every) -> asio::awaitable<void> {
        while (!on->stopped) {
            auto sweeping = self->sweep();
            const auto swept = co_await std::move(sweeping);
            if (!swept)
                spdlog::debug("expiry sweep: {}", swept.error().detail());
            if (on->stopped)
                break;
            on->timer.expires_after(every);
            (void)co_await on->timer.async_wait(base::await);
        }
    };
    asio::co_spawn(reader_->executor(), loop(this, task_, interval), asio::detached);
}

void expiry_sweep::stop() noexcept {
    if (!task_)
        return;
    task_->stopped = true;
    task_->timer.cancel();
    task_.reset();
}

asio::awaitable<result<std::size_t>> expiry_sweep::sweep() {
    const std::shared_ptr<reader> on = reader_;
    const pg::parameters none;
    std::size_t changed = 0;
    while (true) {
        auto selecting = on->pool().execute(select_due, none);
        auto due = co_await std::move(selecting);
        if (!due)
            co_return due.error();
        if (due->empty())
            break;
        std::vector<entity_change> changes;
        for (const pg::row row : *due)
            changes.emplace_back(row.int4(0), std::string(row.text(1)), expire);
        auto committing = lanes_.commit_batch(std::move(changes));
        std::size_t done = 0;
        for (const auto& one : co_await std::move(committing))
            done += one && one->change.happened != ngsild::change::what::none ? 1U : 0U;
        changed += done;
        if (done == 0) // whatever keeps them, the next sweep tries again
            break;
    }
    auto asking = on->pool().execute(select_next, none);
    const auto next = co_await std::move(asking);
    if (!next)
        co_return next.error();
    const bool nothing = next->empty() || (*next)[0].is_null(0);
    watch_.set(nothing ? expiry_watch::never
                       : (*next)[0].timestamptz(0).time_since_epoch().count());
    co_return changed;
}

} // namespace meridian::store
