#include "meridian/store/discovery.hpp"

#include "store/pg/pool.hpp"
#include "store/reads/learn.hpp"

#include <array>

namespace meridian::store {
namespace {

// The types of a tenant by skipping from one to the next, each counted by itself.
constexpr pg::statement count_types{"discovery_types", R"sql(
WITH RECURSIVE ty(t) AS (
  SELECT min(type_id) FROM entity_type WHERE tenant_id = $1 AND type_id > 0
  UNION ALL
  SELECT (SELECT min(n.type_id) FROM entity_type n WHERE n.tenant_id = $1 AND n.type_id > ty.t)
  FROM ty WHERE ty.t IS NOT NULL)
SELECT ty.t, (SELECT count(*) FROM entity_type c WHERE c.tenant_id = $1 AND c.type_id = ty.t)
FROM ty WHERE ty.t IS NOT NULL
ORDER BY ty.t)sql"};

constexpr pg::statement count_type{"discovery_type", R"sql(
SELECT $2::int, count(*) FROM entity_type
WHERE tenant_id = $1 AND type_id = $2
HAVING count(*) > 0)sql"};

constexpr pg::statement sum_uses{"discovery_attributes", R"sql(
SELECT type_id, attr_id, kind, sum(delta)::bigint FROM attribute_use
WHERE tenant_id = $1
  AND CASE WHEN $2::int = 0 THEN type_id > 0 ELSE type_id = $2::int END
  AND ($3::int = 0 OR attr_id = $3::int)
GROUP BY type_id, attr_id, kind
HAVING sum(delta) > 0
ORDER BY type_id, attr_id, kind)sql"};

constexpr pg::statement sum_totals{"discovery_totals", R"sql(
SELECT type_id, attr_id, kind, sum(delta)::bigint FROM attribute_use
WHERE tenant_id = $1 AND type_id = 0 AND ($2::int = 0 OR attr_id = $2::int)
GROUP BY type_id, attr_id, kind
HAVING sum(delta) > 0
ORDER BY attr_id, kind)sql"};

// One statement, one snapshot: what is deleted is what is summed. Rows of transactions that commit
// meanwhile stay for the next time. All tenants at once: maintenance.
constexpr pg::statement fold_uses{"discovery_fold", R"sql(
WITH several AS (
  SELECT tenant_id, type_id, attr_id, kind FROM attribute_use
  GROUP BY tenant_id, type_id, attr_id, kind HAVING count(*) > 1 LIMIT 1000),
gone AS (
  DELETE FROM attribute_use u USING several s
  WHERE (u.tenant_id, u.type_id, u.attr_id, u.kind) = (s.tenant_id, s.type_id, s.attr_id, s.kind)
  RETURNING u.tenant_id, u.type_id, u.attr_id, u.kind, u.delta)
INSERT INTO attribute_use (tenant_id, type_id, attr_id, kind, delta)
SELECT tenant_id, type_id, attr_id, kind, sum(delta) FROM gone
GROUP BY tenant_id, type_id, attr_id, kind
HAVING sum(delta) <> 0)sql"};

void append_unknown(std::vector<ngsild::name_id>& to, const type_use& use,
                    const ngsild::names& dictionary) {
    ngsild::append_unknown_names(to, std::array{use.type}, dictionary);
}

void append_unknown_of_use(std::vector<ngsild::name_id>& to, const attribute_use& use,
                           const ngsild::names& dictionary) {
    ngsild::append_unknown_names(to, std::array{use.type, use.attribute}, dictionary);
}

std::vector<attribute_use> read_uses(const pg::result& from) {
    std::vector<attribute_use> all;
    for (const pg::row row : from)
        all.push_back({row.int4(0), row.int4(1), static_cast<ngsild::attribute_kind>(row.int2(2)),
                       row.int8(3)});
    return all;
}

} // namespace

asio::awaitable<result<std::vector<type_use>>> discovery::types(tenant_id tenant,
                                                                ngsild::name_id name) {
    pg::parameters with;
    with.int4(tenant);
    if (name != 0)
        with.int4(name);
    auto waiting = reader_->pool().execute(name == 0 ? count_types : count_type, with);
    auto found = co_await std::move(waiting);
    if (!found)
        co_return found.error();
    std::vector<type_use> all;
    for (const pg::row row : *found)
        all.push_back({row.int4(0), row.int8(1)});
    MERIDIAN_CO_CHECK(co_await learn_names(*reader_, all, append_unknown));
    co_return all;
}

asio::awaitable<result<std::vector<attribute_use>>>
discovery::attributes(tenant_id tenant, ngsild::name_id type, ngsild::name_id attribute) {
    pg::parameters with;
    with.int4(tenant).int4(type).int4(attribute);
    auto waiting = reader_->pool().execute(sum_uses, with);
    auto found = co_await std::move(waiting);
    if (!found)
        co_return found.error();
    auto all = read_uses(*found);
    MERIDIAN_CO_CHECK(co_await learn_names(*reader_, all, append_unknown_of_use));
    co_return all;
}

asio::awaitable<result<std::vector<attribute_use>>> discovery::totals(tenant_id tenant,
                                                                      ngsild::name_id attribute) {
    pg::parameters with;
    with.int4(tenant).int4(attribute);
    auto waiting = reader_->pool().execute(sum_totals, with);
    auto found = co_await std::move(waiting);
    if (!found)
        co_return found.error();
    co_return read_uses(*found);
}

asio::awaitable<result<void>> discovery::fold() {
    const pg::parameters none;
    auto waiting = reader_->pool().execute(fold_uses, none);
    MERIDIAN_CO_CHECK(co_await std::move(waiting));
    co_return result<void>{};
}

} // namespace meridian::store
