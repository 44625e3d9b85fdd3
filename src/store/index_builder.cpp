#include "meridian/store/index_builder.hpp"

#include "meridian/base/log.hpp"
#include "store/blocking/guard.hpp"
#include "store/blocking/outlive.hpp"
#include "store/blocking/run.hpp"
#include "store/reads/select_indexes.hpp"
#include "store/rows/rows.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace meridian::store {
namespace {

using phase = attribute_index::phase;

constexpr const char* try_lock = "SELECT pg_try_advisory_lock(1835364971)";
constexpr int batch = 500;
constexpr int portion = 5'000;

constexpr const char* select_all = R"sql(
SELECT n.id, n.index_version, i.type_id, i.attr_id, i.state, i.entities
FROM tenant n LEFT JOIN attr_index i ON i.tenant_id = n.id
WHERE n.index_version > 0
ORDER BY n.id)sql";

// By names: another process may have added them. A name that nobody uses yet comes at a later
// round.
constexpr const char* insert_wanted = R"sql(
INSERT INTO attr_index (tenant_id, type_id, attr_id, state)
SELECT n.id, ty.id, a.id, 'building'
FROM iri ty, iri a, tenant n
WHERE ty.iri = $1::text AND a.iri = $2::text
  AND EXISTS (SELECT 1 FROM entity_type t WHERE t.tenant_id = n.id AND t.type_id = ty.id)
ON CONFLICT DO NOTHING)sql";

constexpr const char* insert_costly = R"sql(
INSERT INTO attr_index (tenant_id, type_id, attr_id, state)
VALUES ($1::int, $2::int, $3::int, 'building')
ON CONFLICT DO NOTHING)sql";

constexpr const char* select_eids = R"sql(
SELECT coalesce(array_agg(t.eid), '{}')::text, coalesce(max(t.eid), 0), count(*)
FROM (SELECT eid FROM entity_type
      WHERE tenant_id = $1::int AND type_id = $2::int AND eid > $3::bigint
      ORDER BY eid LIMIT $4::int) t)sql";

// In the lanes' order.
constexpr const char* lock_documents = R"sql(
SELECT e.eid, e.doc FROM entity e
WHERE e.tenant_id = $1::int AND e.eid = ANY($2::bigint[]) AND e.doc IS NOT NULL
ORDER BY e.tenant_id, e.uri
FOR NO KEY UPDATE OF e)sql";

constexpr const char* delete_rows = R"sql(
DELETE FROM {} WHERE eid = ANY($1::bigint[]) AND tenant_id = $2::int AND type_id = $3::int
  AND attr_id = $4::int)sql";

constexpr const char* insert_rows = R"sql(
INSERT INTO {0} (tenant_id, type_id, attr_id, eid, kind, n, {1})
SELECT $1::int, $2::int, $3::int, eid, k, n, v
FROM unnest($4::bigint[], $5::smallint[], $6::int[], ${2}::{3}[]) AS i(eid, k, n, v))sql";

constexpr const char* delete_portion = R"sql(
DELETE FROM {0} WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM {0} WHERE tenant_id = $1::int AND type_id = $2::int AND attr_id = $3::int
  LIMIT $4::int)))sql";

std::vector<attribute_indexes::tenant_state> read_all(pqxx::connection& connection) {
    std::vector<attribute_indexes::tenant_state> all;
    for (const pqxx::row& row : pqxx::nontransaction(connection).exec(select_all)) {
        const auto tenant = row[0].as<tenant_id>();
        if (all.empty() || all.back().tenant != tenant)
            all.push_back({tenant, row[1].as<std::int64_t>(), {}});
        if (!row[2].is_null())
            all.back().indexes.push_back({tenant, row[2].as<int>(), row[3].as<int>(),
                                          to_phase(row[4].c_str()), row[5].as<std::int64_t>()});
    }
    return all;
}

template <typename Row>
void insert(pqxx::transaction_base& in, const attribute_index& index, const char* table,
            const char* column, const char* type, const std::vector<Row>& rows,
            const std::string& values) {
    if (rows.empty())
        return;
    std::vector<std::int64_t> eids;
    std::vector<int> kinds;
    std::vector<int> ordinals;
    for (const Row& row : rows) {
        eids.push_back(row.key.eid);
        kinds.push_back(row.kind);
        ordinals.push_back(row.n);
    }
    in.exec_params(fmt::format(fmt::runtime(insert_rows), table, column, 7, type), index.tenant,
                   index.type, index.attribute, fmt::format("{{{}}}", fmt::join(eids, ",")),
                   blocking::to_array(kinds), blocking::to_array(ordinals), values);
}

/// The index rows of these Entities, anew from their documents.
void fill(pqxx::connection& connection, const attribute_index& index, const std::string& eids,
          const ngsild::names& dictionary) {
    pqxx::work transaction(connection);
    const pqxx::result locked = transaction.exec_params(lock_documents, index.tenant, eids);
    rows::batch made;
    for (const pqxx::row& row : locked) {
        const pqxx::binarystring bytes(row[1]);
        const auto document =
            ngsild::document_view::open(std::string_view(bytes.get(), bytes.size()));
        if (!document) {
            spdlog::error("Entity number {} has a damaged document", row[0].as<std::int64_t>());
            continue;
        }
        rows::append_index_rows(made, index.tenant, row[0].as<std::int64_t>(), *document, index,
                                dictionary);
    }
    for (const char* table : {"attr_num", "attr_txt"})
        transaction.exec_params(fmt::format(fmt::runtime(delete_rows), table), eids, index.tenant,
                                index.type, index.attribute);
    std::vector<std::string> numbers;
    for (const rows::number& row : made.numbers_set)
        numbers.push_back(fmt::format("{}", row.value));
    std::vector<std::string> texts;
    for (const rows::text& row : made.texts_set)
        texts.push_back(row.value);
    insert(transaction, index, "attr_num", "num", "float8", made.numbers_set,
           blocking::to_array(numbers));
    insert(transaction, index, "attr_txt", "txt", "text", made.texts_set,
           blocking::to_array(texts));
    transaction.commit();
}

/// False: to be gone on with at the next round.
bool build(pqxx::connection& connection, const attribute_index& index,
           const ngsild::names& dictionary, const std::atomic<bool>& stop) {
    if (!blocking::outlive_transactions(connection, stop))
        return false;
    std::int64_t after = 0;
    std::int64_t entities = 0;
    while (!stop) {
        const pqxx::row page =
            pqxx::nontransaction(connection)
                .exec_params1(select_eids, index.tenant, index.type, after, batch);
        const auto count = page[2].as<std::int64_t>();
        if (count > 0)
            fill(connection, index, page[0].as<std::string>(), dictionary);
        entities += count;
        after = page[1].as<std::int64_t>();
        if (count == batch)
            continue;
        pqxx::nontransaction finishing(connection);
        // For index-only scans, and for the planner to know the tables.
        finishing.exec("VACUUM (ANALYZE) attr_num, attr_txt");
        finishing.exec_params("UPDATE attr_index SET state = 'ready', entities = $4::bigint "
                              "WHERE tenant_id = $1::int AND type_id = $2::int "
                              "AND attr_id = $3::int AND state = 'building'",
                              index.tenant, index.type, index.attribute, entities);
        return true;
    }
    return false;
}

bool drop(pqxx::connection& connection, const attribute_index& index,
          const std::atomic<bool>& stop) {
    if (!blocking::outlive_transactions(connection, stop))
        return false;
    pqxx::nontransaction dropping(connection);
    for (const char* table : {"attr_num", "attr_txt"})
        while (true) {
            if (stop)
                return false;
            const auto gone =
                dropping.exec_params(fmt::format(fmt::runtime(delete_portion), table), index.tenant,
                                     index.type, index.attribute, portion);
            if (gone.affected_rows() < portion)
                break;
        }
    dropping.exec_params("DELETE FROM attr_index WHERE tenant_id = $1::int AND type_id = $2::int "
                         "AND attr_id = $3::int AND state = 'dropping'",
                         index.tenant, index.type, index.attribute);
    return true;
}

void add_wanted(pqxx::connection& connection, attribute_indexes& known,
                const index_wishes& wanted) {
    pqxx::nontransaction adding(connection);
    for (const wanted_index& one : wanted.configured)
        adding.exec_params(insert_wanted, one.type, one.attribute);
    if (wanted.automatic_after.count() == 0)
        return;
    for (const attribute_index& one : known.take_costly(wanted.automatic_after))
        adding.exec_params(insert_costly, one.tenant, one.type, one.attribute);
}

result<int> tend(const std::string& conninfo, const ngsild::names& dictionary,
                 attribute_indexes& known, const index_wishes& wanted,
                 const std::atomic<bool>& stop) {
    MERIDIAN_TRY(const std::string settings, blocking::maintenance_conninfo(conninfo));
    pqxx::connection connection(settings);
    auto states = read_all(connection);
    known.publish(states);
    if (!pqxx::nontransaction(connection).exec1(try_lock)[0].as<bool>())
        return 0; // somebody else is at it
    add_wanted(connection, known, wanted);
    states = read_all(connection);
    int done = 0;
    for (const auto& [tenant, version, indexes] : states)
        for (const attribute_index& index : indexes) {
            if (index.state == phase::ready || stop)
                continue;
            const bool builds = index.state == phase::building;
            if (builds ? !build(connection, index, dictionary, stop)
                       : !drop(connection, index, stop))
                continue;
            ++done;
            spdlog::info("the index rows of {} of {} in tenant {} are {}",
                         dictionary.iri(index.attribute), dictionary.iri(index.type), tenant,
                         builds ? "ready" : "gone");
        }
    known.publish(read_all(connection));
    return done;
}

} // namespace

result<void> load_indexes(blocking_pool& pool, attribute_indexes& known) {
    return blocking::run_and_wait(pool, [&known](pqxx::connection& connection) -> result<void> {
        known.publish(read_all(connection));
        return {};
    });
}

result<int> tend_indexes(const std::string& conninfo, const ngsild::names& dictionary,
                         attribute_indexes& known, const index_wishes& wanted,
                         const std::atomic<bool>& stop) {
    return blocking::guarded([&] { return tend(conninfo, dictionary, known, wanted, stop); });
}

} // namespace meridian::store
