#include "meridian/store/history_policies.hpp"

#include "meridian/query/rollup.hpp"
#include "store/blocking/run.hpp"
#include "store/rollups/policy_row.hpp"

#include <fmt/format.h>

namespace meridian::store {
namespace {

constexpr const char* select_policies = R"sql(
SELECT p.id, ty.iri, a.iri, p.raw_days, p.levels, p.minute_days, p.hour_days, p.day_days, p.state
FROM history_policy p JOIN iri ty ON ty.id = p.type_id JOIN iri a ON a.id = p.attr_id
WHERE p.tenant_id = $1::int AND p.state <> 'dropping' AND ($2::int IS NULL OR p.id = $2::int)
ORDER BY p.id)sql";

// What never had levels left no marks: it has to be settled again before it is rolled up.
constexpr const char* update_policy = R"sql(
UPDATE history_policy
SET raw_days = $3::int, levels = $4::smallint, minute_days = $5::int, hour_days = $6::int,
    day_days = $7::int, rolls = rolls OR $4::smallint <> 0, passed_to = NULL,
    state = CASE WHEN rolls OR $4::smallint = 0 THEN state ELSE 'new' END
WHERE tenant_id = $1::int AND id = $2::int AND state <> 'dropping')sql";

constexpr const char* drop_policy = R"sql(
UPDATE history_policy SET state = 'dropping'
WHERE tenant_id = $1::int AND id = $2::int AND state <> 'dropping')sql";

problem not_found(int id) {
    return problem(problem_kind::resource_not_found,
                   fmt::format("there is no history policy '{}'", id));
}

std::optional<int> optional_int(const pqxx::field& from) {
    return from.is_null() ? std::nullopt : std::optional(from.as<int>());
}

history_policy read(const pqxx::row& row) {
    history_policy made;
    made.id = row[0].as<int>();
    made.type = row[1].as<std::string>();
    made.attribute = row[2].as<std::string>();
    made.terms.raw_days = optional_int(row[3]);
    const auto levels = row[4].as<int>();
    int column = 5;
    for (const std::int16_t level :
         {query::rollup_level::minute, query::rollup_level::hour, query::rollup_level::day}) {
        if ((levels & level) != 0)
            made.terms.rollups.push_back({level, optional_int(row[column])});
        ++column;
    }
    made.state = row[8].as<std::string>();
    return made;
}

std::vector<history_policy> select(pqxx::connection& connection, tenant_id tenant,
                                   std::optional<int> id) {
    std::vector<history_policy> all;
    pqxx::nontransaction reading(connection);
    for (const pqxx::row& row : reading.exec_params(select_policies, tenant, id))
        all.push_back(read(row));
    return all;
}

bool is_number_of_days(std::optional<int> days) {
    return !days || (*days >= 1 && *days <= most_policy_days);
}

} // namespace

result<void> check(const policy_terms& terms) {
    const auto wrong = [](std::string why) {
        return problem(problem_kind::bad_request_data, std::move(why));
    };
    if (!terms.raw_days && terms.rollups.empty())
        return wrong("a history policy has rawDays, rollUps or both");
    int levels = 0;
    bool is_within = is_number_of_days(terms.raw_days);
    for (const rollup_rule& one : terms.rollups) {
        if ((levels & one.level) != 0)
            return wrong("rollUps name a period twice");
        levels |= one.level;
        is_within = is_within && is_number_of_days(one.days);
    }
    if (!is_within)
        return wrong(fmt::format("days are between 1 and {}", most_policy_days));
    return {};
}

asio::awaitable<result<int>> history_policies::create(tenant_id tenant, std::string type,
                                                      std::string attribute, policy_terms terms) {
    auto work = [tenant, type = std::move(type), attribute = std::move(attribute),
                 row = rollups::row_of(terms)](pqxx::connection& connection) -> result<int> {
        pqxx::work transaction(connection);
        const pqxx::result made = transaction.exec_params(
            rollups::insert_policy("= 'dropping'"), tenant, type, attribute, row.raw_days,
            row.levels, row.minute_days, row.hour_days, row.day_days);
        if (made.empty())
            return problem(problem_kind::already_exists,
                           fmt::format("'{}' of '{}' has a history policy", attribute, type));
        transaction.commit();
        return made[0][0].as<int>();
    };
    return blocking::run(pool_, std::move(work));
}

asio::awaitable<result<std::vector<history_policy>>> history_policies::list(tenant_id tenant) {
    auto work = [tenant](pqxx::connection& connection) -> result<std::vector<history_policy>> {
        return select(connection, tenant, std::nullopt);
    };
    return blocking::run(pool_, std::move(work));
}

asio::awaitable<result<history_policy>> history_policies::find(tenant_id tenant, int id) {
    auto work = [tenant, id](pqxx::connection& connection) -> result<history_policy> {
        auto found = select(connection, tenant, id);
        if (found.empty())
            return not_found(id);
        return std::move(found.front());
    };
    return blocking::run(pool_, std::move(work));
}

asio::awaitable<result<void>> history_policies::replace(tenant_id tenant, int id,
                                                        policy_terms terms) {
    auto work = [tenant, id,
                 row = rollups::row_of(terms)](pqxx::connection& connection) -> result<void> {
        pqxx::work transaction(connection);
        const auto changed =
            transaction.exec_params(update_policy, tenant, id, row.raw_days, row.levels,
                                    row.minute_days, row.hour_days, row.day_days);
        if (changed.affected_rows() == 0)
            return not_found(id);
        transaction.commit();
        return {};
    };
    return blocking::run(pool_, std::move(work));
}

asio::awaitable<result<void>> history_policies::remove(tenant_id tenant, int id) {
    auto work = [tenant, id](pqxx::connection& connection) -> result<void> {
        pqxx::work transaction(connection);
        if (transaction.exec_params(drop_policy, tenant, id).affected_rows() == 0)
            return not_found(id);
        transaction.commit();
        return {};
    };
    return blocking::run(pool_, std::move(work));
}

} // namespace meridian::store
