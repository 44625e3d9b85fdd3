#include "meridian/store/tenants.hpp"

#include "store/blocking/run.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <mutex>

namespace meridian::store {
namespace {

constexpr std::size_t longest_name = 256;

result<void> check_name(const std::string& name) {
    const bool has_control =
        std::ranges::any_of(name, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    if (name.size() <= longest_name && !has_control)
        return {};
    return problem(problem_kind::bad_request_data,
                   fmt::format("a tenant's name has at most {} bytes and no control characters",
                               longest_name));
}

problem nonexistent(const std::string& name) {
    return problem(problem_kind::nonexistent_tenant, fmt::format("there is no tenant '{}'", name));
}

result<tenant_id> select_tenant(pqxx::transaction_base& transaction, const std::string& name) {
    const pqxx::result rows =
        transaction.exec_params("SELECT id FROM tenant WHERE name = $1", name);
    if (rows.empty())
        return nonexistent(name);
    return rows[0][0].as<tenant_id>();
}

result<tenant_id> insert_tenant(pqxx::connection& connection, const std::string& name,
                                std::size_t limit) {
    pqxx::work transaction(connection);
    if (auto present = select_tenant(transaction, name))
        return present;
    transaction.exec_params(
        R"sql(
        INSERT INTO tenant (name)
        SELECT $1 WHERE (SELECT count(*) FROM tenant) < $2
        ON CONFLICT (name) DO NOTHING
        )sql",
        name, limit + 1); // the default one is not counted
    transaction.commit();
    pqxx::nontransaction reading(connection);
    auto made = select_tenant(reading, name);
    if (!made)
        return problem(problem_kind::too_complex_query,
                       fmt::format("there are {} tenants already, which is the limit", limit));
    return made;
}

} // namespace

std::optional<tenant_id> tenants::known(std::string_view name) const {
    const std::shared_lock lock(mutex_);
    const auto found = known_.find(name);
    return found == known_.end() ? std::nullopt : std::optional(found->second);
}

void tenants::remember(const std::string& name, tenant_id id) {
    const std::unique_lock lock(mutex_);
    known_.emplace(name, id);
}

asio::awaitable<result<tenant_id>> tenants::find(std::string name) {
    if (const auto id = known(name))
        co_return *id;
    if (!check_name(name)) // could not have been created
        co_return nonexistent(name);
    auto work = [name](pqxx::connection& connection) {
        pqxx::nontransaction reading(connection);
        return select_tenant(reading, name);
    };
    auto answer = blocking::run(pool_, std::move(work));
    MERIDIAN_CO_TRY(const tenant_id id, co_await std::move(answer));
    remember(name, id);
    co_return id;
}

asio::awaitable<result<tenant_id>> tenants::find_or_create(std::string name) {
    if (const auto id = known(name))
        co_return *id;
    MERIDIAN_CO_CHECK(check_name(name));
    auto work = [name, limit = limit_](pqxx::connection& connection) {
        return insert_tenant(connection, name, limit);
    };
    auto answer = blocking::run(pool_, std::move(work));
    MERIDIAN_CO_TRY(const tenant_id id, co_await std::move(answer));
    remember(name, id);
    co_return id;
}

asio::awaitable<result<std::vector<tenants::tenant>>> tenants::list() {
    auto work = [](pqxx::connection& connection) -> result<std::vector<tenant>> {
        std::vector<tenant> all;
        for (const pqxx::row& row :
             pqxx::nontransaction(connection).exec("SELECT id, name FROM tenant ORDER BY id"))
            all.push_back({row[0].as<tenant_id>(), row[1].as<std::string>()});
        return all;
    };
    auto answer = blocking::run(pool_, std::move(work));
    co_return co_await std::move(answer);
}

} // namespace meridian::store
