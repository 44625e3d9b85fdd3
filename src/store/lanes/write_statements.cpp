#include "store/lanes/write_statements.hpp"

#include "meridian/store/write_lanes.hpp"
#include "store/rollups/marks.hpp"

#include <algorithm>
#include <optional>

namespace meridian::store {
namespace {

// The join, not IN: the plan stays one index look-up a key. Deleted Entities are locked as well:
// they are revived in place.
constexpr pg::statement lock_entities{"lock_entities", R"sql(
SELECT e.tenant_id, e.uri, e.eid, e.version, e.created_at, e.modified_at, e.doc, e.deleted_at
FROM unnest($1::int[], $2::text[]) AS k(t, u)
JOIN entity e ON e.tenant_id = k.t AND e.uri = k.u
ORDER BY e.tenant_id, e.uri
FOR NO KEY UPDATE OF e)sql"};

// After the locks in the same unit, so that the clock is read once they are held.
constexpr pg::statement read_clock{"read_clock", R"sql(
SELECT k.t, coalesce(n.subscription_version, 0), clock_timestamp(),
       pg_current_xact_id()::text, coalesce(n.index_version, 0)
FROM unnest($1::int[]) AS k(t)
LEFT JOIN tenant n ON n.id = k.t)sql"};

constexpr pg::statement draw_ids{"draw_entity_ids", R"sql(
SELECT nextval(pg_get_serial_sequence('entity', 'eid')) FROM generate_series(1, $1::int))sql"};

constexpr pg::statement insert_entities{"insert_entities", R"sql(
INSERT INTO entity (eid, created_at, modified_at, tenant_id, deleted_at, version, uri, doc)
SELECT i.eid, i.c, i.m, i.t, i.d, i.v, i.u, i.doc
FROM unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[], $4::int[], $5::timestamptz[],
            $6::int[], $7::text[], $8::bytea[]) AS i(eid, c, m, t, d, v, u, doc))sql"};

constexpr pg::statement update_entities{"update_entities", R"sql(
UPDATE entity e
SET doc = i.doc, version = i.v, modified_at = i.m, created_at = i.c, deleted_at = i.d
FROM unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[], $4::int[], $5::timestamptz[],
            $6::int[], $7::text[], $8::bytea[]) AS i(eid, c, m, t, d, v, u, doc)
WHERE e.eid = i.eid AND e.tenant_id = i.t)sql"};

constexpr pg::statement delete_types{"delete_types", R"sql(
DELETE FROM entity_type r
USING unnest($1::int[], $2::int[], $3::bigint[]) AS i(t, ty, eid)
WHERE r.tenant_id = i.t AND r.type_id = i.ty AND r.eid = i.eid)sql"};

constexpr pg::statement insert_types{"insert_types", R"sql(
INSERT INTO entity_type (tenant_id, type_id, eid)
SELECT t, ty, eid FROM unnest($1::int[], $2::int[], $3::bigint[]) AS i(t, ty, eid))sql"};

constexpr pg::statement delete_searches{"delete_searches", R"sql(
DELETE FROM search r
USING unnest($1::int[], $2::int[], $3::bigint[]) AS i(t, ty, eid)
WHERE r.tenant_id = i.t AND r.type_id = i.ty AND r.eid = i.eid)sql"};

constexpr pg::statement set_searches{"set_searches", R"sql(
INSERT INTO search (tenant_id, type_id, eid, kv)
SELECT t, ty, eid, kv
FROM unnest($1::int[], $2::int[], $3::bigint[], $4::jsonb[]) AS i(t, ty, eid, kv)
ON CONFLICT (tenant_id, type_id, eid) DO UPDATE SET kv = excluded.kv)sql"};

constexpr pg::statement patch_searches{"patch_searches", R"sql(
UPDATE search s SET kv = (s.kv - string_to_array(i.gone, ',')) || i.kv
FROM unnest($1::int[], $2::int[], $3::bigint[], $4::jsonb[], $5::text[]) AS i(t, ty, eid, kv, gone)
WHERE s.tenant_id = i.t AND s.type_id = i.ty AND s.eid = i.eid)sql"};

constexpr pg::statement delete_scopes{"delete_scopes", R"sql(
DELETE FROM entity_scope r
USING unnest($1::int[], $2::int[], $3::bigint[], $4::text[]) AS i(t, ty, eid, s)
WHERE r.tenant_id = i.t AND r.type_id = i.ty AND r.scope = i.s AND r.eid = i.eid)sql"};

constexpr pg::statement insert_scopes{"insert_scopes", R"sql(
INSERT INTO entity_scope (tenant_id, type_id, eid, scope)
SELECT t, ty, eid, s
FROM unnest($1::int[], $2::int[], $3::bigint[], $4::text[]) AS i(t, ty, eid, s))sql"};

constexpr pg::statement delete_geometries{"delete_geometries", R"sql(
DELETE FROM geo r
USING unnest($1::int[], $2::int[], $3::bigint[], $4::int[], $5::int[]) AS i(t, ty, eid, a, ds)
WHERE r.eid = i.eid AND r.attr_id = i.a AND r.ds_id = i.ds AND r.type_id = i.ty
  AND r.tenant_id = i.t)sql"};

constexpr pg::statement set_geometries{"set_geometries", R"sql(
INSERT INTO geo (tenant_id, type_id, eid, attr_id, ds_id, geom)
SELECT t, ty, eid, a, ds, ST_SetSRID(ST_MakeValid(ST_Force2D(ST_GeomFromGeoJSON(g))), 4326)
FROM unnest($1::int[], $2::int[], $3::bigint[], $4::int[], $5::int[], $6::text[])
     AS i(t, ty, eid, a, ds, g)
ON CONFLICT (eid, attr_id, ds_id, type_id) DO UPDATE SET geom = excluded.geom)sql"};

constexpr pg::statement delete_index_numbers{"delete_index_numbers", R"sql(
DELETE FROM attr_num r
USING unnest($1::int[], $2::int[], $3::bigint[], $4::int[], $5::smallint[], $6::int[])
      AS i(t, ty, eid, a, k, n)
WHERE r.eid = i.eid AND r.attr_id = i.a AND r.type_id = i.ty AND r.kind = i.k AND r.n = i.n
  AND r.tenant_id = i.t)sql"};

constexpr pg::statement set_index_numbers{"set_index_numbers", R"sql(
INSERT INTO attr_num (tenant_id, type_id, eid, attr_id, kind, n, num)
SELECT t, ty, eid, a, k, n, v
FROM unnest($1::int[], $2::int[], $3::bigint[], $4::int[], $5::smallint[], $6::int[],
            $7::float8[]) AS i(t, ty, eid, a, k, n, v)
ON CONFLICT (eid, attr_id, type_id, kind, n) DO UPDATE SET num = excluded.num)sql"};

constexpr pg::statement delete_index_texts{"delete_index_texts", R"sql(
DELETE FROM attr_txt r
USING unnest($1::int[], $2::int[], $3::bigint[], $4::int[], $5::smallint[], $6::int[])
      AS i(t, ty, eid, a, k, n)
WHERE r.eid = i.eid AND r.attr_id = i.a AND r.type_id = i.ty AND r.kind = i.k AND r.n = i.n
  AND r.tenant_id = i.t)sql"};

constexpr pg::statement set_index_texts{"set_index_texts", R"sql(
INSERT INTO attr_txt (tenant_id, type_id, eid, attr_id, kind, n, txt)
SELECT t, ty, eid, a, k, n, v
FROM unnest($1::int[], $2::int[], $3::bigint[], $4::int[], $5::smallint[], $6::int[],
            $7::text[]) AS i(t, ty, eid, a, k, n, v)
ON CONFLICT (eid, attr_id, type_id, kind, n) DO UPDATE SET txt = excluded.txt)sql"};

constexpr pg::statement delete_expiries{"delete_expiries", R"sql(
DELETE FROM expiry r
USING unnest($1::bigint[], $2::int[], $3::int[]) AS i(eid, a, ds)
WHERE r.eid = i.eid AND r.attr_id = i.a AND r.ds_id = i.ds)sql"};

constexpr pg::statement set_expiries{"set_expiries", R"sql(
INSERT INTO expiry (eid, attr_id, ds_id, expires_at)
SELECT eid, a, ds, x
FROM unnest($1::bigint[], $2::int[], $3::int[], $4::timestamptz[]) AS i(eid, a, ds, x)
ON CONFLICT (eid, attr_id, ds_id) DO UPDATE SET expires_at = excluded.expires_at)sql"};

constexpr pg::statement insert_uses{"insert_uses", R"sql(
INSERT INTO attribute_use (tenant_id, type_id, attr_id, kind, delta)
SELECT t, ty, a, k, sum(d)
FROM unnest($1::int[], $2::int[], $3::int[], $4::smallint[], $5::int[]) AS i(t, ty, a, k, d)
GROUP BY t, ty, a, k
HAVING sum(d) <> 0)sql"};

constexpr pg::statement insert_history_types{"insert_history_types", R"sql(
INSERT INTO history_type (tenant_id, type_id, eid)
SELECT t, ty, eid FROM unnest($1::int[], $2::int[], $3::bigint[]) AS i(t, ty, eid)
ON CONFLICT DO NOTHING)sql"};

constexpr pg::statement insert_history_attributes{"insert_history_attributes", R"sql(
INSERT INTO history_attr (eid, attr_id)
SELECT eid, a FROM unnest($1::bigint[], $2::int[]) AS i(eid, a)
ON CONFLICT DO NOTHING)sql"};

constexpr pg::statement insert_history{"insert_history", R"sql(
INSERT INTO history (eid, ts, modified_at, created_at, iid, num, attr_id, ds_id, flags, txt, rest)
SELECT i.eid, i.ts, i.m, i.c, nextval('history_iid'), i.num, i.a, nullif(i.ds, 0), i.flags, i.txt, i.rest
FROM unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[], $4::timestamptz[], $5::float8[],
            $6::int[], $7::int[], $8::smallint[], $9::text[], $10::bytea[])
     AS i(eid, ts, m, c, num, a, ds, flags, txt, rest))sql"};

// The same, by somebody: a statement of its own, so that a broker without audit sends no column of
// NULLs.
constexpr pg::statement insert_history_by_subject{"insert_history_by_subject", R"sql(
INSERT INTO history (eid, ts, modified_at, created_at, iid, num, attr_id, ds_id, flags, txt, rest,
                     subject_id)
SELECT i.eid, i.ts, i.m, i.c, nextval('history_iid'), i.num, i.a, nullif(i.ds, 0), i.flags, i.txt, i.rest, i.s
FROM unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[], $4::timestamptz[], $5::float8[],
            $6::int[], $7::int[], $8::smallint[], $9::text[], $10::bytea[], $11::int[])
     AS i(eid, ts, m, c, num, a, ds, flags, txt, rest, s))sql"};

constexpr pg::statement insert_past_heads{"insert_past_heads", R"sql(
INSERT INTO entity_past (eid, until, created_at, expires_at, types)
SELECT i.eid, i.u, i.c, i.x, i.ty::int[]
FROM unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[], $4::timestamptz[], $5::text[])
     AS i(eid, u, c, x, ty))sql"};

constexpr pg::statement finish_receipts{"finish_receipts", R"sql(
UPDATE receipt r SET answer = i.a
FROM unnest($1::bigint[], $2::text[]) AS i(id, a)
WHERE r.id = i.id)sql"};

constexpr pg::statement insert_outbox{"insert_outbox", R"sql(
INSERT INTO outbox (tenant_id, subscription_id, eid, entity, created_at, payload, next_attempt,
                    owner, lease)
SELECT i.t, i.s, i.eid, i.u, i.c, i.p, coalesce(i.n, i.c),
       coalesce(nullif(current_setting('application_name'), ''), $8::text),
       i.c + make_interval(secs => $9::float8)
FROM unnest($1::int[], $2::int[], $3::bigint[], $4::text[], $5::timestamptz[], $6::bytea[],
            $7::timestamptz[]) WITH ORDINALITY AS i(t, s, eid, u, c, p, n, o)
ORDER BY i.o
RETURNING id)sql"};

void add_entities(pg::unit& to, const pg::statement& how, const std::vector<rows::entity>& all) {
    if (all.empty())
        return;
    to.add(how)
        .int8_array(all, &rows::entity::eid)
        .timestamptz_array(all, &rows::entity::created_at)
        .timestamptz_array(all, &rows::entity::modified_at)
        .int4_array(all, &rows::entity::tenant)
        .timestamptz_array(all, &rows::entity::deleted_at)
        .int4_array(all, &rows::entity::version)
        .text_array(all, &rows::entity::uri)
        .bytea_array(all, &rows::entity::document);
}

/// The columns (tenant, type, eid) that most rows begin with.
template <typename Row, typename Key>
pg::parameters& add_keys(pg::unit& to, const pg::statement& how, const std::vector<Row>& all,
                         Key key) {
    const auto column = [&](auto member) {
        return [key, member](const Row& row) { return std::invoke(key, row).*member; };
    };
    return to.add(how)
        .int4_array(all, column(&rows::type_key::tenant))
        .int4_array(all, column(&rows::type_key::type))
        .int8_array(all, column(&rows::type_key::eid));
}

void add_types(pg::unit& to, const rows::batch& what) {
    const auto itself = [](const rows::type_key& key) -> const rows::type_key& { return key; };
    if (!what.types_removed.empty()) {
        add_keys(to, delete_types, what.types_removed, itself);
        add_keys(to, delete_searches, what.types_removed, itself);
    }
    if (!what.types_added.empty())
        add_keys(to, insert_types, what.types_added, itself);
    if (!what.history_types.empty())
        add_keys(to, insert_history_types, what.history_types, itself);
}

void add_searches(pg::unit& to, const rows::batch& what) {
    if (!what.searches_set.empty())
        add_keys(to, set_searches, what.searches_set, &rows::search::key)
            .jsonb_array(what.searches_set, &rows::search::values);
    if (!what.searches_patched.empty())
        add_keys(to, patch_searches, what.searches_patched, &rows::search::key)
            .jsonb_array(what.searches_patched, &rows::search::values)
            .text_array(what.searches_patched, &rows::search::removed);
}

void add_scopes(pg::unit& to, const rows::batch& what) {
    if (!what.scopes_removed.empty())
        add_keys(to, delete_scopes, what.scopes_removed, &rows::scope::key)
            .text_array(what.scopes_removed, &rows::scope::path);
    if (!what.scopes_added.empty())
        add_keys(to, insert_scopes, what.scopes_added, &rows::scope::key)
            .text_array(what.scopes_added, &rows::scope::path);
}

void add_geometries(pg::unit& to, const rows::batch& what) {
    if (!what.geometries_removed.empty())
        add_keys(to, delete_geometries, what.geometries_removed, &rows::geometry::key)
            .int4_array(what.geometries_removed, &rows::geometry::attribute)
            .int4_array(what.geometries_removed, &rows::geometry::dataset);
    if (!what.geometries_set.empty())
        add_keys(to, set_geometries, what.geometries_set, &rows::geometry::key)
            .int4_array(what.geometries_set, &rows::geometry::attribute)
            .int4_array(what.geometries_set, &rows::geometry::dataset)
            .text_array(what.geometries_set, &rows::geometry::geojson);
}

template <typename Row>
pg::parameters& add_index_keys(pg::unit& to, const pg::statement& how,
                               const std::vector<Row>& all) {
    return add_keys(to, how, all, &Row::key)
        .int4_array(all, &Row::attribute)
        .int2_array(all, &Row::kind)
        .int4_array(all, &Row::n);
}

void add_expiries(pg::unit& to, const rows::batch& what) {
    if (!what.expiries_removed.empty())
        to.add(delete_expiries)
            .int8_array(what.expiries_removed, &rows::expiry::eid)
            .int4_array(what.expiries_removed, &rows::expiry::attribute)
            .int4_array(what.expiries_removed, &rows::expiry::dataset);
    if (!what.expiries_set.empty())
        to.add(set_expiries)
            .int8_array(what.expiries_set, &rows::expiry::eid)
            .int4_array(what.expiries_set, &rows::expiry::attribute)
            .int4_array(what.expiries_set, &rows::expiry::dataset)
            .timestamptz_array(what.expiries_set, &rows::expiry::expires_at);
}

void add_uses(pg::unit& to, const std::vector<rows::use>& all) {
    if (all.empty())
        return;
    to.add(insert_uses)
        .int4_array(all, &rows::use::tenant)
        .int4_array(all, &rows::use::type)
        .int4_array(all, &rows::use::attribute)
        .int2_array(all, &rows::use::kind)
        .int4_array(all, &rows::use::delta);
}

void add_history(pg::unit& to, const rows::batch& what) {
    if (!what.history_attributes.empty())
        to.add(insert_history_attributes)
            .int8_array(what.history_attributes, &rows::history_attribute::eid)
            .int4_array(what.history_attributes, &rows::history_attribute::attribute);
    const auto column = [](auto member) {
        return [member](const rows::history& of) -> const auto& { return of.row.*member; };
    };
    using row = ngsild::new_history_row;
    if (!what.instances.empty()) {
        const bool by_somebody = std::ranges::any_of(
            what.instances, [](const rows::history& of) { return of.subject.has_value(); });
        auto& with = to.add(by_somebody ? insert_history_by_subject : insert_history);
        with.int8_array(what.instances, &rows::history::eid)
            .timestamptz_array(what.instances, column(&row::ts))
            .timestamptz_array(what.instances, column(&row::modified_at))
            .timestamptz_array(what.instances, column(&row::created_at))
            .float8_array(what.instances, column(&row::num))
            .int4_array(what.instances, column(&row::attribute))
            .int4_array(what.instances, column(&row::dataset))
            .int2_array(what.instances, column(&row::flags))
            .text_array(what.instances, column(&row::txt))
            .bytea_array(what.instances, column(&row::rest));
        if (by_somebody)
            with.int4_array(what.instances, &rows::history::subject);
    }
    if (const auto late = rollups::late_marks(what.instances); !late.empty())
        to.add(rollups::leave_marks)
            .int8_array(late, &rollups::mark::eid)
            .int4_array(late, &rollups::mark::attribute)
            .timestamptz_array(late, &rollups::mark::day);
    if (!what.past_heads.empty())
        to.add(insert_past_heads)
            .int8_array(what.past_heads, &rows::past_head::eid)
            .timestamptz_array(what.past_heads, &rows::past_head::until)
            .timestamptz_array(what.past_heads, &rows::past_head::created_at)
            .timestamptz_array(what.past_heads, &rows::past_head::expires_at)
            .text_array(what.past_heads, &rows::past_head::types);
}

std::optional<timestamp> wanted_attempt(const outbox_row& row) {
    if (row.next_attempt == timestamp{})
        return std::nullopt;
    return row.next_attempt;
}

} // namespace

void add_index_rows(pg::unit& to, const rows::batch& what) {
    if (!what.numbers_removed.empty())
        add_index_keys(to, delete_index_numbers, what.numbers_removed);
    if (!what.numbers_set.empty())
        add_index_keys(to, set_index_numbers, what.numbers_set)
            .float8_array(what.numbers_set, &rows::number::value);
    if (!what.texts_removed.empty())
        add_index_keys(to, delete_index_texts, what.texts_removed);
    if (!what.texts_set.empty())
        add_index_keys(to, set_index_texts, what.texts_set)
            .text_array(what.texts_set, &rows::text::value);
}

const pg::statement transaction_status{"transaction_status",
                                       "SELECT pg_xact_status($1::text::xid8)"};

void add_lock(pg::unit& to, std::span<const entity_key> keys, std::span<const tenant_id> tenants,
              std::int32_t new_ids) {
    to.add(pg::begin_transaction);
    to.add(lock_entities).int4_array(keys, &entity_key::tenant).text_array(keys, &entity_key::uri);
    to.add(read_clock).int4_array(tenants);
    if (new_ids > 0)
        to.add(draw_ids).int4(new_ids);
}

std::optional<std::size_t> add_writes(pg::unit& to, const rows::batch& what,
                                      std::span<const receipt_row> receipts,
                                      std::span<const outbox_row> owed, std::string_view owner) {
    add_entities(to, insert_entities, what.inserted);
    add_entities(to, update_entities, what.updated);
    add_types(to, what);
    add_searches(to, what);
    add_scopes(to, what);
    add_geometries(to, what);
    add_index_rows(to, what);
    add_expiries(to, what);
    add_uses(to, what.uses);
    add_history(to, what);
    if (!receipts.empty())
        to.add(finish_receipts)
            .int8_array(receipts, &receipt_row::id)
            .text_array(receipts, &receipt_row::answer);
    if (owed.empty())
        return std::nullopt;
    to.add(insert_outbox)
        .int4_array(owed, &outbox_row::tenant)
        .int4_array(owed, &outbox_row::subscription)
        .int8_array(owed, &outbox_row::eid)
        .text_array(owed, &outbox_row::entity_id)
        .timestamptz_array(owed, &outbox_row::created_at)
        .bytea_array(owed, &outbox_row::payload)
        .timestamptz_array(owed, wanted_attempt)
        .text(owner)
        .float8(static_cast<double>(first_lease.count()));
    return to.size() - 1;
}

} // namespace meridian::store
