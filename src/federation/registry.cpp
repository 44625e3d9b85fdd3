#include "meridian/federation/registry.hpp"

#include "meridian/base/await.hpp"
#include "meridian/base/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>

namespace meridian::federation {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds refresh_interval = 1s;
constexpr int refreshes_a_sweep = 5;

/// `row` compiled, or as it is known already.
result<registration_ptr> compiled(const store::registration_row& row,
                                  const registration_ptr& known) {
    if (known && known->number == row.id && known->modified_at == row.modified_at)
        return known;
    return compile(row, known ? known->books : nullptr);
}

registration_ptr with_number(const snapshot& known, std::int32_t number) {
    const auto& all = known.all();
    const auto found = std::ranges::lower_bound(
        all, number, {}, [](const registration_ptr& one) { return one->number; });
    return found != all.end() && (*found)->number == number ? *found : nullptr;
}

} // namespace

registration_ptr snapshot::find(std::string_view id, timestamp now) const {
    const auto found =
        std::ranges::find_if(all_, [&](const registration_ptr& one) { return one->id == id; });
    if (found == all_.end() || ((*found)->expires_at && *(*found)->expires_at <= now))
        return nullptr;
    return *found;
}

const index& snapshot::index() const {
    std::call_once(once_, [this] { index_ = std::make_unique<const federation::index>(all_); });
    return *index_;
}

/// What runs again and again on one loop.
class registry::keeper : public std::enable_shared_from_this<keeper> {
public:
    keeper(registry& of, const asio::any_io_executor& on) : of_(of), timer_(on) {}

    asio::awaitable<void> run() {
        const auto self = shared_from_this();
        for (int round = 1; !is_stopping_; ++round) {
            if (round % refreshes_a_sweep == 0)
                report(co_await of_.stored_.sweep());
            report(co_await of_.refresh());
            if (is_stopping_)
                break;
            timer_.expires_after(refresh_interval);
            co_await timer_.async_wait(base::await);
        }
        is_running_ = false;
    }

    asio::awaitable<void> stop() {
        const auto self = shared_from_this();
        is_stopping_ = true;
        timer_.cancel();
        while (is_running_) {
            asio::steady_timer pause(timer_.get_executor(), 10ms);
            co_await pause.async_wait(base::await);
        }
    }

    [[nodiscard]] asio::any_io_executor executor() { return timer_.get_executor(); }

private:
    template <typename T>
    void report(const result<T>& done) {
        if (!done)
            spdlog::warn("Context Source Registrations: {}", done.error().detail());
    }

    registry& of_;
    asio::steady_timer timer_;
    bool is_running_ = true;
    bool is_stopping_ = false;
};

registry::registry(store::registrations& stored) : stored_(stored) {}
registry::~registry() = default;

snapshot_ptr registry::find(store::tenant_id tenant) const {
    const std::shared_lock lock(mutex_);
    const auto found = snapshots_.find(tenant);
    return found == snapshots_.end() || found->second->all().empty() ? nullptr : found->second;
}

snapshot_ptr registry::keep(store::tenant_id tenant, snapshot_ptr made) {
    const std::unique_lock lock(mutex_);
    auto& kept = snapshots_[tenant];
    // Two that read at the same time may come in either order.
    if (!kept || kept->version() <= made->version())
        kept = std::move(made);
    return kept;
}

asio::awaitable<result<snapshot_ptr>> registry::read(store::tenant_id tenant) {
    auto reading = stored_.list(tenant);
    MERIDIAN_CO_TRY(const auto list, co_await std::move(reading));
    const auto known = find(tenant);
    std::vector<registration_ptr> all;
    for (const auto& row : list.rows) {
        auto made = compiled(row, known ? with_number(*known, row.id) : nullptr);
        if (made)
            all.push_back(std::move(*made));
        else
            spdlog::error("{}", made.error().detail());
    }
    co_return keep(tenant, std::make_shared<const snapshot>(list.version, std::move(all)));
}

asio::awaitable<result<snapshot_ptr>> registry::current(store::tenant_id tenant) {
    auto asking = stored_.version_of(tenant);
    MERIDIAN_CO_TRY(const auto version, co_await std::move(asking));
    {
        const std::shared_lock lock(mutex_);
        const auto found = snapshots_.find(tenant);
        if (found != snapshots_.end() && found->second->version() >= version)
            co_return found->second;
    }
    co_return co_await read(tenant);
}

/// This broker's own change: the next version holds it, and nothing else has changed.
void registry::replace(store::tenant_id tenant, std::int64_t version, registration_ptr changed,
                       std::string_view gone) {
    const std::unique_lock lock(mutex_);
    auto& kept = snapshots_[tenant];
    if (kept && kept->version() != version - 1)
        return; // `refresh` reads it
    auto all = kept ? kept->all() : std::vector<registration_ptr>{};
    if (!kept && version != 1) {
        snapshots_.erase(tenant);
        return;
    }
    std::erase_if(all, [&](const registration_ptr& one) {
        return one->id == gone ||
               (changed && one->id == changed->id && one->number != changed->number);
    });
    if (changed) {
        const auto place = std::ranges::lower_bound(
            all, changed->number, {}, [](const registration_ptr& one) { return one->number; });
        if (place != all.end() && (*place)->number == changed->number)
            *place = std::move(changed);
        else
            all.insert(place, std::move(changed));
    }
    kept = std::make_shared<const snapshot>(version, std::move(all));
}

asio::awaitable<result<void>> registry::create(store::tenant_id tenant,
                                               store::registration_row what, snapshot_ptr judged) {
    auto creating = stored_.create(tenant, std::move(what), judged->version());
    MERIDIAN_CO_TRY(const auto row, co_await std::move(creating));
    MERIDIAN_CO_TRY(auto made, compile(row));
    replace(tenant, judged->version() + 1, std::move(made), {});
    co_return result<void>{};
}

asio::awaitable<result<void>> registry::update(store::tenant_id tenant,
                                               store::registration_row what, snapshot_ptr judged) {
    auto updating = stored_.update(tenant, std::move(what), judged->version());
    MERIDIAN_CO_TRY(const auto row, co_await std::move(updating));
    MERIDIAN_CO_TRY(auto made, compiled(row, with_number(*judged, row.id)));
    replace(tenant, judged->version() + 1, std::move(made), {});
    co_return result<void>{};
}

asio::awaitable<result<void>> registry::remove(store::tenant_id tenant, std::string id) {
    auto removing = stored_.remove(tenant, id);
    MERIDIAN_CO_TRY(const auto version, co_await std::move(removing));
    replace(tenant, version, nullptr, id);
    co_return result<void>{};
}

asio::awaitable<result<void>> registry::refresh() {
    auto asking = stored_.versions();
    MERIDIAN_CO_TRY(const auto versions, co_await std::move(asking));
    for (const auto& one : versions) {
        bool is_old = false;
        {
            const std::shared_lock lock(mutex_);
            const auto found = snapshots_.find(one.tenant);
            is_old = found == snapshots_.end() || found->second->version() < one.number;
        }
        if (is_old) {
            MERIDIAN_CO_CHECK(co_await read(one.tenant));
        }
    }
    co_return result<void>{};
}

void registry::start(asio::any_io_executor on) {
    keeper_ = std::make_shared<keeper>(*this, on);
    auto report = [](const std::exception_ptr& thrown) {
        try {
            if (thrown)
                std::rethrow_exception(thrown);
        } catch (const std::exception& error) {
            spdlog::error("Context Source Registrations: {}", error.what());
        }
    };
    asio::co_spawn(on, keeper_->run(), std::move(report));
}

asio::awaitable<void> registry::stop() {
    const auto kept = keeper_;
    if (!kept)
        co_return;
    auto stopping = asio::co_spawn(kept->executor(), kept->stop(), asio::use_awaitable);
    co_await std::move(stopping);
}

} // namespace meridian::federation
