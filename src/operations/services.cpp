#include "meridian/operations/services.hpp"

#include <algorithm>
#include <utility>

namespace meridian::operations {

bool expected_state::holds_for(timestamp moment) const noexcept {
    return any || std::ranges::find(modified_at, moment) != modified_at.end();
}

asio::awaitable<result<store::tenant_id>> tenant_of(services& with, std::string name,
                                                    missing_tenant when_missing) {
    if (const auto known = with.tenants.known(name))
        co_return *known;
    if (when_missing == missing_tenant::create)
        co_return co_await with.tenants.find_or_create(std::move(name));
    co_return co_await with.tenants.find(std::move(name));
}

} // namespace meridian::operations
