#include "subscription/core.hpp"

namespace meridian::subscription {

asio::awaitable<result<std::string>> core::name_of(store::tenant_id tenant) {
    {
        const std::lock_guard lock(mutex_);
        if (const auto known = names_.find(tenant); known != names_.end())
            co_return known->second;
    }
    auto listing = tenants.list();
    const auto all = co_await std::move(listing);
    if (!all)
        co_return all.error();
    const std::lock_guard lock(mutex_);
    for (const auto& one : *all)
        names_[one.id] = one.name;
    co_return names_[tenant];
}

} // namespace meridian::subscription
