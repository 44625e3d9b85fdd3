#include "subscription/snapshots.hpp"

#include "meridian/base/log.hpp"

namespace meridian::subscription {

std::shared_ptr<const matcher> snapshots::find(store::tenant_id tenant) const {
    const std::shared_lock lock(mutex_);
    const auto found = entries_.find(tenant);
    return found == entries_.end() ? nullptr : found->second.subscriptions;
}

std::int64_t snapshots::version_of(store::tenant_id tenant) const {
    const std::shared_lock lock(mutex_);
    const auto found = entries_.find(tenant);
    return found == entries_.end() ? -1 : found->second.version;
}

asio::awaitable<result<void>> snapshots::read(store::tenant_id tenant) {
    auto reading = stored_.list(tenant);
    const auto list = co_await std::move(reading);
    if (!list)
        co_return list.error();
    std::vector<definition_ptr> all;
    const auto known = find(tenant);
    for (const auto& row : list->rows) {
        // Most are as they were: a change of one compiles one.
        if (auto same = known ? known->find(row.id) : nullptr;
            same && same->modified_at == row.modified_at) {
            all.push_back(std::move(same));
            continue;
        }
        auto compiled = compile(tenant, row);
        if (compiled)
            all.push_back(std::move(*compiled));
        else
            spdlog::error("{}", compiled.error().detail());
    }
    auto made = std::make_shared<const matcher>(std::move(all));
    const std::unique_lock lock(mutex_);
    auto& kept = entries_[tenant];
    // Two that read at the same time may come in either order.
    if (!kept.subscriptions || kept.version <= list->version)
        kept = entry{list->version, std::move(made)};
    co_return result<void>{};
}

asio::awaitable<result<void>> snapshots::read_at_least(store::tenant_id tenant,
                                                       std::int64_t version) {
    if (version_of(tenant) >= version)
        co_return result<void>{};
    co_return co_await read(tenant);
}

asio::awaitable<result<void>> snapshots::refresh() {
    auto asking = stored_.versions();
    const auto versions = co_await std::move(asking);
    if (!versions)
        co_return versions.error();
    for (const auto& one : *versions) {
        const auto known = version_of(one.tenant);
        if (known >= 0 && known < one.number) {
            MERIDIAN_CO_CHECK(co_await read(one.tenant));
        }
    }
    co_return result<void>{};
}

} // namespace meridian::subscription
