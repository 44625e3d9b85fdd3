#include "meridian/store/evolutions.hpp"

#include "meridian/query/rollup.hpp"
#include "store/blocking/columns.hpp"
#include "store/blocking/run.hpp"
#include "store/old_history.hpp"
#include "store/rollups/marks.hpp"
#include "store/rollups/roll.hpp"

#include <fmt/format.h>

namespace meridian::store {
namespace {

/// An Entity whose row is locked.
struct locked_entity {
    std::int64_t eid = 0;
    bool is_living = false;
    bool is_evolution = false; ///< known by its Temporal Evolution alone
    timestamp now{};           ///< the clock, read under the lock
};

result<locked_entity> lock(pqxx::work& in, tenant_id tenant, const std::string& uri) {
    lock_for_correction(in);
    const pqxx::result rows =
        in.exec_params("SELECT eid, doc IS NOT NULL, doc IS NULL AND deleted_at IS NULL, " +
                           blocking::micros("clock_timestamp()") +
                           " FROM entity WHERE tenant_id = $1 AND uri = $2 FOR NO KEY UPDATE",
                       tenant, uri);
    if (rows.empty())
        return problem(problem_kind::resource_not_found,
                       fmt::format("the Temporal Evolution of '{}' does not exist", uri));
    return locked_entity{rows[0][0].as<std::int64_t>(), rows[0][1].as<bool>(),
                         rows[0][2].as<bool>(), blocking::to_timestamp(rows[0][3])};
}

problem no_such_attribute(const std::string& uri) {
    return problem(
        problem_kind::resource_not_found,
        fmt::format("the Temporal Evolution of '{}' has no such instances of the Attribute", uri));
}

problem no_such_instance(const std::string& uri) {
    return problem(
        problem_kind::resource_not_found,
        fmt::format("the Temporal Evolution of '{}' has no such instance of the Attribute", uri));
}

/// An Attribute that a living Entity has stays noted: its next change notes its instances alone.
void forget_empty_attribute(pqxx::work& in, const locked_entity& of, ngsild::name_id attribute) {
    if (of.is_living)
        return;
    in.exec_params(R"sql(
        DELETE FROM history_attr a
        WHERE a.eid = $1 AND a.attr_id = $2
          AND NOT EXISTS (SELECT 1 FROM history h WHERE h.eid = a.eid AND h.attr_id = a.attr_id)
          AND NOT EXISTS (SELECT 1 FROM history_folded f
                          WHERE f.eid = a.eid AND f.attr_id = a.attr_id)
          AND NOT EXISTS (SELECT 1 FROM history_extent e
                          WHERE e.eid = a.eid AND e.attr_id = a.attr_id)
        )sql",
                   of.eid, attribute);
}

/// What is known by its Temporal Evolution alone was changed now.
void touch(pqxx::work& in, const locked_entity& of) {
    in.exec_params("UPDATE entity SET modified_at = clock_timestamp() "
                   "WHERE eid = $1 AND doc IS NULL AND deleted_at IS NULL",
                   of.eid);
}

/// The days of these moments are to be rolled up anew, where they are.
void mark_days(pqxx::work& in, const locked_entity& of, ngsild::name_id attribute,
               const std::vector<timestamp>& moments) {
    const std::vector<std::string> eids(moments.size(), std::to_string(of.eid));
    const std::vector<std::string> attributes(moments.size(), std::to_string(attribute));
    std::vector<std::string> days;
    for (const timestamp moment : moments)
        days.push_back(to_text(query::day_of(moment)));
    in.exec_params(rollups::leave_marks.text, blocking::to_array(eids),
                   blocking::to_array(attributes), blocking::to_array(days));
}

/// What was rolled up of an Attribute, or of all, goes with its instances; of one datasetId its
/// roll-ups, which leaves those of its days right. Under `share_rollups`.
void forget_rollups(pqxx::work& in, const locked_entity& of,
                    std::optional<ngsild::name_id> attribute,
                    std::optional<ngsild::name_id> dataset) {
    in.exec_params("DELETE FROM rollup WHERE eid = $1 AND ($2::int IS NULL OR attr_id = $2) AND "
                   "($3::int IS NULL OR ds_id = $3)",
                   of.eid, attribute, dataset);
    if (dataset)
        return;
    for (const auto* table : {"rollup_day", "rollup_dirty", "history_extent"})
        in.exec_params(
            fmt::format("DELETE FROM {} WHERE eid = $1 AND ($2::int IS NULL OR attr_id = $2)",
                        table),
            of.eid, attribute);
}

struct stored_instance {
    timestamp ts{};
    timestamp created_at{};
};

/// The row of `history` that an instanceId names: by the ts that it was inserted with, which a
/// modification may have moved; then by its number among those of the Attribute.
std::optional<stored_instance> find_open(pqxx::work& in, const locked_entity& of,
                                         ngsild::name_id attribute, ngsild::instance_key key) {
    const std::string select =
        fmt::format("SELECT {}, {} FROM history WHERE eid = $1 AND attr_id = $2 AND iid = $3",
                    blocking::micros("ts"), blocking::micros("created_at"));
    pqxx::result rows = in.exec_params(select + " AND ts = $4::timestamptz", of.eid, attribute,
                                       key.iid, to_text(key.first_ts));
    if (rows.empty())
        rows = in.exec_params(select, of.eid, attribute, key.iid);
    if (rows.empty())
        return std::nullopt;
    return stored_instance{blocking::to_timestamp(rows[0][0]), blocking::to_timestamp(rows[0][1])};
}

/// The row that an instanceId names, which is unfolded for it where it was folded.
std::optional<stored_instance> find(pqxx::work& in, const locked_entity& of,
                                    ngsild::name_id attribute, ngsild::instance_key key) {
    if (auto found = find_open(in, of, attribute, key))
        return found;
    const auto day = folded_day_of(in, of.eid, attribute, key.iid);
    if (!day)
        return std::nullopt;
    unfold_day(in, of.eid, attribute, *day);
    return find_open(in, of, attribute, key);
}

// Bits 1 to 4 of the flags are the kind, which stays; bit 8 is a deletion. Of a scope observedAt is
// a copy of modifiedAt (4.5.6): bit 0.
constexpr const char* insert_deletions = R"sql(
    INSERT INTO history (eid, ts, modified_at, created_at, iid, attr_id, ds_id, flags, subject_id)
    SELECT $1::bigint, $4::timestamptz, $4::timestamptz, l.created_at, nextval('history_iid'),
           $2::int, nullif(l.ds_id, 0),
           l.flags & 30 | 256 | $6::bool::int, nullif($5::int, 0)
    FROM (SELECT DISTINCT ON (h.ds_id) h.ds_id, h.created_at, h.flags
          FROM instances_of($1, $2, '-infinity', 'infinity') h
          WHERE $3::int IS NULL OR h.ds_id = $3
          ORDER BY h.ds_id, h.modified_at DESC, h.iid DESC) l
    WHERE l.flags & 256 = 0
)sql";

/// bytea's text: hexadecimal.
std::string as_bytea(std::string_view bytes) {
    std::string text = "\\x";
    for (const unsigned char byte : bytes)
        text += fmt::format("{:02x}", byte);
    return text;
}

void replace_row(pqxx::work& in, const locked_entity& of, ngsild::instance_key key,
                 const stored_instance& old, const ngsild::new_history_row& by, subject_id whose) {
    std::optional<std::string> rest;
    if (by.rest)
        rest = as_bytea(*by.rest);
    in.exec_params(R"sql(
        UPDATE history
        SET ts = $5, modified_at = $6, num = $7, ds_id = nullif($8::int, 0), flags = $9, txt = $10,
            rest = $11::bytea, subject_id = nullif($12::int, 0)
        WHERE eid = $1 AND attr_id = $2 AND iid = $3 AND ts = $4
        )sql",
                   of.eid, by.attribute, key.iid, to_text(old.ts), to_text(by.ts),
                   to_text(by.modified_at), by.num, by.dataset, by.flags, by.txt, rest, whose);
}

} // namespace

asio::awaitable<result<void>> evolutions::remove_attribute(tenant_id tenant, std::string uri,
                                                           ngsild::name_id attribute,
                                                           std::optional<ngsild::name_id> dataset) {
    auto work = [tenant, uri = std::move(uri), attribute,
                 dataset](pqxx::connection& connection) -> result<void> {
        pqxx::work transaction(connection);
        transaction.exec(rollups::share_rollups);
        MERIDIAN_TRY(const auto of, lock(transaction, tenant, uri));
        pqxx::result::size_type gone = 0;
        for (const auto* table : {"history", "history_folded"})
            gone += transaction
                        .exec_params(fmt::format("DELETE FROM {} WHERE eid = $1 AND attr_id = $2 "
                                                 "AND ($3::int IS NULL OR coalesce(ds_id, 0) = $3)",
                                                 table),
                                     of.eid, attribute, dataset)
                        .affected_rows();
        if (gone == 0)
            return no_such_attribute(uri);
        forget_rollups(transaction, of, attribute, dataset);
        forget_empty_attribute(transaction, of, attribute);
        touch(transaction, of);
        transaction.commit();
        return {};
    };
    return blocking::run(pool_, std::move(work));
}

asio::awaitable<result<void>> evolutions::replace_instance(tenant_id tenant, std::string uri,
                                                           ngsild::name_id attribute,
                                                           ngsild::instance_key key, replacement by,
                                                           subject_id whose) {
    auto work = [tenant, uri = std::move(uri), attribute, key, by = std::move(by),
                 whose](pqxx::connection& connection) -> result<void> {
        pqxx::work transaction(connection);
        MERIDIAN_TRY(const auto of, lock(transaction, tenant, uri));
        const auto old = find(transaction, of, attribute, key);
        if (!old)
            return no_such_instance(uri);
        const auto anew = by(old->created_at, of.now, key.first_ts);
        replace_row(transaction, of, key, *old, anew, whose);
        mark_days(transaction, of, attribute, {old->ts, anew.ts});
        touch(transaction, of);
        transaction.commit();
        return {};
    };
    return blocking::run(pool_, std::move(work));
}

asio::awaitable<result<void>> evolutions::record_deletion(tenant_id tenant, std::string uri,
                                                          ngsild::name_id attribute,
                                                          std::optional<ngsild::name_id> dataset,
                                                          subject_id whose) {
    auto work = [tenant, uri = std::move(uri), attribute, dataset,
                 whose](pqxx::connection& connection) -> result<void> {
        pqxx::work transaction(connection);
        MERIDIAN_TRY(const auto of, lock(transaction, tenant, uri));
        if (!of.is_evolution)
            return no_such_attribute(uri);
        const pqxx::result made =
            transaction.exec_params(insert_deletions, of.eid, attribute, dataset, to_text(of.now),
                                    whose, attribute == ngsild::scope_attribute);
        if (made.affected_rows() == 0)
            return no_such_attribute(uri);
        touch(transaction, of);
        transaction.commit();
        return {};
    };
    return blocking::run(pool_, std::move(work));
}

asio::awaitable<result<void>> evolutions::remove_instance(tenant_id tenant, std::string uri,
                                                          ngsild::name_id attribute,
                                                          ngsild::instance_key key) {
    auto work = [tenant, uri = std::move(uri), attribute,
                 key](pqxx::connection& connection) -> result<void> {
        pqxx::work transaction(connection);
        MERIDIAN_TRY(const auto of, lock(transaction, tenant, uri));
        const auto old = find(transaction, of, attribute, key);
        if (!old)
            return no_such_instance(uri);
        transaction.exec_params(
            "DELETE FROM history WHERE eid = $1 AND attr_id = $2 AND iid = $3 AND ts = $4", of.eid,
            attribute, key.iid, to_text(old->ts));
        mark_days(transaction, of, attribute, {old->ts});
        forget_empty_attribute(transaction, of, attribute);
        touch(transaction, of);
        transaction.commit();
        return {};
    };
    return blocking::run(pool_, std::move(work));
}

asio::awaitable<result<void>> evolutions::remove(tenant_id tenant, std::string uri) {
    auto work = [tenant, uri = std::move(uri)](pqxx::connection& connection) -> result<void> {
        pqxx::work transaction(connection);
        transaction.exec(rollups::share_rollups);
        MERIDIAN_TRY(const auto of, lock(transaction, tenant, uri));
        for (const auto* table : {"history", "history_folded"})
            transaction.exec_params(fmt::format("DELETE FROM {} WHERE eid = $1", table), of.eid);
        forget_rollups(transaction, of, std::nullopt, std::nullopt);
        if (!of.is_living)
            for (const auto* table : {"history_attr", "history_type", "entity_past", "entity"})
                transaction.exec_params(fmt::format("DELETE FROM {} WHERE eid = $1", table),
                                        of.eid);
        transaction.commit();
        return {};
    };
    return blocking::run(pool_, std::move(work));
}

} // namespace meridian::store
