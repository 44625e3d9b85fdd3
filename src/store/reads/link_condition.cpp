#include "store/reads/selection.hpp"

#include <fmt/format.h>

namespace meridian::store {
namespace {

/// Puts the conditions of one statement together; each level of links names its own rows.
class link_composer {
public:
    link_composer(composed_statement& to, std::string_view tenant) : out_(to), tenant_(tenant) {}

    // One look-up of `entity` an object (entity_uri), and one of `search` a type (search_pkey).
    std::string rendered(const query::linked_condition& one, std::string_view kv,
                         std::size_t depth) {
        std::string uris;
        for (const auto& path : one.objects)
            uris += fmt::format("{}SELECT jsonb_path_query({}, {})",
                                uris.empty() ? "" : " UNION ALL ", kv, out_.jsonpath(path));
        const std::string linked_kv = fmt::format("l{}.kv", depth);
        const std::string types = one.types.empty()
                                      ? fmt::format("IN {}", render_tenant_types(tenant_))
                                      : fmt::format("= ANY({})", out_.int4s(one.types));
        const std::string possible = out_.jsonpath(one.possible);
        const std::string onwards =
            one.next.empty() ? "" : " AND " + rendered(one.next.front(), linked_kv, depth + 1);
        return fmt::format(
            "({kv} @@ {unknown} OR EXISTS (SELECT 1 FROM ({uris}) o{n}(uri) "
            "JOIN entity e{n} ON e{n}.tenant_id = {tenant} AND e{n}.uri = o{n}.uri #>> '{{}}' "
            "AND e{n}.doc IS NOT NULL "
            "JOIN search l{n} ON l{n}.tenant_id = {tenant} AND l{n}.eid = e{n}.eid "
            "AND l{n}.type_id {types} AND l{n}.kv @@ {possible}{onwards}))",
            fmt::arg("kv", kv), fmt::arg("unknown", out_.jsonpath(one.unknown)),
            fmt::arg("uris", uris), fmt::arg("n", depth), fmt::arg("tenant", tenant_),
            fmt::arg("types", types), fmt::arg("possible", possible), fmt::arg("onwards", onwards));
    }

private:
    composed_statement& out_;
    std::string_view tenant_;
};

} // namespace

std::string render_links(composed_statement& to, const std::vector<query::linked_condition>& links,
                         std::string_view kv, std::string_view tenant) {
    std::string all;
    for (const auto& one : links)
        all += " AND " + link_composer(to, tenant).rendered(one, kv, 0);
    return all;
}

std::string render_tenant_types(std::string_view tenant) {
    return fmt::format(R"sql((
WITH RECURSIVE ty(t) AS (
  SELECT min(type_id) FROM entity_type WHERE tenant_id = {0} AND type_id > 0
  UNION ALL
  SELECT (SELECT min(n.type_id) FROM entity_type n WHERE n.tenant_id = {0} AND n.type_id > ty.t)
  FROM ty WHERE ty.t IS NOT NULL)
SELECT t FROM ty WHERE t IS NOT NULL))sql",
                       tenant);
}

} // namespace meridian::store
