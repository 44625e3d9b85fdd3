#include "meridian/base/log.hpp"
#include "meridian/store/rollups.hpp"
#include "store/blocking/guard.hpp"
#include "store/blocking/outlive.hpp"
#include "store/rollups/policy_row.hpp"
#include "store/rollups/raw_instances.hpp"
#include "store/rollups/retain.hpp"
#include "store/rollups/roll.hpp"

#include <fmt/format.h>

namespace meridian::store {
namespace {

using rollups::pair_arrays;

constexpr const char* try_lock = "SELECT pg_try_advisory_lock(1835364980)";
constexpr int pairs_at_once = 32;
/// What a clock that is set back may make of moments.
constexpr std::chrono::minutes clock_margin{10};

/// The end of the last day that nobody writes into any more without leaving a mark: a write
/// transaction reads its clock after it began, and what it observed no more than `late_after`
/// before that has no mark.
std::string edge_of(pqxx::connection& connection) {
    constexpr std::string_view text = R"sql(
SELECT date_bin({}, least(clock_timestamp() - interval '{} minutes', (
         SELECT min(a.xact_start) FROM pg_stat_activity a
         WHERE a.datname = current_database() AND a.backend_type = 'client backend'
           AND a.pid <> pg_backend_pid())) - interval '{} hours', {})::text)sql";
    pqxx::nontransaction asking(connection);
    return asking
        .exec1(fmt::format(text, rollups::one_day, clock_margin.count(), late_after.count(),
                           rollups::origin))[0]
        .as<std::string>();
}

// Marks may be left by a transaction that did not know of the policy yet, until it has ended.
void settle_new(pqxx::connection& connection, const std::atomic<bool>& stop) {
    constexpr const char* select_new = R"sql(
SELECT coalesce(array_agg(id), '{}')::text, count(*) FROM history_policy WHERE state = 'new')sql";
    const pqxx::row found = pqxx::nontransaction(connection).exec1(select_new);
    if (found[1].as<int>() == 0 || !blocking::outlive_transactions(connection, stop))
        return;
    pqxx::nontransaction(connection)
        .exec_params("UPDATE history_policy SET state = 'ready' WHERE state = 'new' AND id = "
                     "ANY($1::int[])",
                     found[0].as<std::string>());
}

/// Whether the policy is in place.
bool put_in_place(pqxx::connection& connection, const wanted_policy& wanted) {
    pqxx::work transaction(connection);
    const auto tenant =
        transaction.exec_params("SELECT id FROM tenant WHERE name = $1::text", wanted.tenant);
    if (tenant.empty())
        return false;
    const auto row = rollups::row_of(wanted.terms);
    transaction.exec_params(rollups::insert_policy("IS NOT NULL"), tenant[0][0].as<int>(),
                            wanted.type, wanted.attribute, row.raw_days, row.levels,
                            row.minute_days, row.hour_days, row.day_days);
    const auto there = transaction.exec_params(
        "SELECT 1 FROM history_policy p JOIN iri ty ON ty.id = p.type_id JOIN iri a ON a.id = "
        "p.attr_id WHERE p.tenant_id = $1::int AND ty.iri = $2::text AND a.iri = $3::text",
        tenant[0][0].as<int>(), wanted.type, wanted.attribute);
    transaction.commit();
    return !there.empty();
}

/// A page of the Entities of a policy: its pairs, and where the next one begins.
struct page {
    pair_arrays pairs;
    std::int64_t last = 0;
    int count = 0;
};

page next_page(pqxx::connection& connection, int policy, std::int64_t after) {
    constexpr const char* select_page = R"sql(
SELECT count(*), max(k.eid), array_agg(k.eid)::text, array_agg(k.attr_id)::text
FROM (SELECT t.eid, p.attr_id
      FROM history_policy p
      JOIN history_type t ON t.tenant_id = p.tenant_id AND t.type_id = p.type_id
      JOIN history_attr a ON a.eid = t.eid AND a.attr_id = p.attr_id
      WHERE p.id = $1::int AND t.eid > $2::bigint
      ORDER BY t.eid LIMIT $3::int) k)sql";
    pqxx::nontransaction reading(connection);
    const pqxx::row row = reading.exec_params1(select_page, policy, after, pairs_at_once);
    page made;
    made.count = row[0].as<int>();
    if (made.count > 0) {
        made.last = row[1].as<std::int64_t>();
        made.pairs = {row[2].as<std::string>(), row[3].as<std::string>()};
    }
    return made;
}

/// What is marked on days that are over is rolled up anew.
int roll_marked(pqxx::connection& connection, const std::string& edge,
                const std::atomic<bool>& stop) {
    constexpr const char* select_marked = R"sql(
SELECT count(*), array_agg(k.eid)::text, array_agg(k.attr_id)::text,
  (array_agg(k.eid ORDER BY k.eid DESC, k.attr_id DESC))[1],
  (array_agg(k.attr_id ORDER BY k.eid DESC, k.attr_id DESC))[1]
FROM (SELECT y.eid, y.attr_id FROM rollup_dirty y
      WHERE y.day < $1::timestamptz AND (y.eid, y.attr_id) > ($2::bigint, $3::int)
      GROUP BY y.eid, y.attr_id ORDER BY y.eid, y.attr_id LIMIT $4::int) k)sql";
    std::int64_t eid = 0;
    int attribute = 0;
    int done = 0;
    while (!stop) {
        const pqxx::row row = pqxx::nontransaction(connection)
                                  .exec_params1(select_marked, edge, eid, attribute, pairs_at_once);
        if (row[0].as<int>() == 0)
            break;
        const pair_arrays of{row[1].as<std::string>(), row[2].as<std::string>()};
        done += rollups::roll_up(connection, of, edge,
                                 rollups::lacking_levels::of_days_to_be_removed, stop);
        eid = row[3].as<std::int64_t>();
        attribute = row[4].as<int>();
    }
    return done;
}

/// A policy whose Entities are to be gone through.
struct due_policy {
    int id = 0;
    std::string version; ///< of its row
    rollups::lacking_levels lacking{};
};

std::vector<due_policy> due_policies(pqxx::connection& connection, const std::string& edge) {
    constexpr const char* select_due = R"sql(
SELECT id, xmin::text, passed_to IS NULL FROM history_policy
WHERE state = 'ready' AND (passed_to IS NULL OR passed_to < $1::timestamptz) ORDER BY id)sql";
    std::vector<due_policy> all;
    pqxx::nontransaction reading(connection);
    for (const pqxx::row& row : reading.exec_params(select_due, edge))
        all.push_back({row[0].as<int>(), row[1].as<std::string>(),
                       row[2].as<bool>() ? rollups::lacking_levels::of_all_days
                                         : rollups::lacking_levels::of_days_to_be_removed});
    return all;
}

/// Goes once a day through all Entities of a policy, and once after each change of it: one that
/// comes meanwhile is left to the next round.
int pass(pqxx::connection& connection, const due_policy& policy, const std::string& edge,
         const std::atomic<bool>& stop) {
    int done = 0;
    page next = next_page(connection, policy.id, 0);
    for (; next.count > 0 && !stop; next = next_page(connection, policy.id, next.last)) {
        done += rollups::roll_up(connection, next.pairs, edge, policy.lacking, stop);
        done += rollups::remove_instances(connection, next.pairs, edge, stop);
        done += rollups::remove_rollups(connection, next.pairs, edge, stop);
    }
    if (!stop)
        pqxx::nontransaction(connection)
            .exec_params("UPDATE history_policy SET passed_to = $2::timestamptz "
                         "WHERE id = $1::int AND state = 'ready' AND xmin = $3::text::xid",
                         policy.id, edge, policy.version);
    return done;
}

/// Takes away what no other policy wants. False: to be gone on with at the next round.
bool drop(pqxx::connection& connection, int policy, const std::string& edge,
          const std::atomic<bool>& stop) {
    page next = next_page(connection, policy, 0);
    for (; next.count > 0 && !stop; next = next_page(connection, policy, next.last))
        rollups::remove_rollups(connection, next.pairs, edge, stop);
    if (stop)
        return false;
    pqxx::nontransaction(connection)
        .exec_params("DELETE FROM history_policy WHERE id = $1::int AND state = 'dropping'",
                     policy);
    return true;
}

std::vector<int> ids_of(const pqxx::result& rows) {
    std::vector<int> ids;
    for (const pqxx::row& row : rows)
        ids.push_back(row[0].as<int>());
    return ids;
}

result<int> tend_all(const std::string& conninfo, std::vector<wanted_policy>& configured,
                     const std::atomic<bool>& stop) {
    MERIDIAN_TRY(const std::string settings, blocking::maintenance_conninfo(conninfo));
    pqxx::connection connection(settings);
    if (!pqxx::nontransaction(connection).exec1(try_lock)[0].as<bool>())
        return 0; // somebody else is at it
    std::erase_if(configured,
                  [&](const wanted_policy& one) { return put_in_place(connection, one); });
    settle_new(connection, stop);
    const std::string edge = edge_of(connection);
    int done = 0;
    const auto dropping = ids_of(pqxx::nontransaction(connection)
                                     .exec("SELECT id FROM history_policy WHERE state = "
                                           "'dropping' ORDER BY id"));
    for (const int policy : dropping)
        done += drop(connection, policy, edge, stop) ? 1 : 0;
    done += roll_marked(connection, edge, stop);
    for (const due_policy& policy : due_policies(connection, edge))
        done += pass(connection, policy, edge, stop);
    return done;
}

} // namespace

result<int> rollup_upkeep::tend(const std::atomic<bool>& stop) {
    return blocking::guarded([&] { return tend_all(conninfo_, configured_, stop); });
}

} // namespace meridian::store
