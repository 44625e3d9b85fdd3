#pragma once

#include "meridian/base/result.hpp"
#include "meridian/store/blocking_pool.hpp"
#include "meridian/store/database.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <map>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

namespace meridian::store {

/// Tenants by name (5.5.10). The name "" is the default Tenant, which always exists. Presence is
/// kept in memory for good (Tenants are never removed), absence never. Thread-safe; one a process.
class tenants {
public:
    explicit tenants(blocking_pool& pool, std::size_t limit = 10'000)
        : pool_(pool), limit_(limit) {}

    /// From memory alone: ask this first, it needs no await.
    [[nodiscard]] std::optional<tenant_id> known(std::string_view name) const;

    /// For operations that never create a Tenant. Fails with nonexistent_tenant, unavailable.
    asio::awaitable<result<tenant_id>> find(std::string name);

    /// For the operations that 5.5.10 lists. Fails with bad_request_data for a name of more than
    /// 256 bytes, with control characters or not UTF-8; too_complex_query (403) beyond the limit
    /// of Tenants; unavailable.
    asio::awaitable<result<tenant_id>> find_or_create(std::string name);

    struct tenant {
        tenant_id id;
        std::string name;
    };
    /// All of them, by id.
    asio::awaitable<result<std::vector<tenant>>> list();

private:
    void remember(const std::string& name, tenant_id id);

    blocking_pool& pool_;
    std::size_t limit_;
    mutable std::shared_mutex mutex_;
    std::map<std::string, tenant_id, std::less<>> known_;
};

} // namespace meridian::store
