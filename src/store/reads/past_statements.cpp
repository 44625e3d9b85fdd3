#include "store/reads/past_statements.hpp"

#include <fmt/format.h>

namespace meridian::store {
namespace {

/// The candidates' eids, `limit` at most.
std::string eids_of(composed_statement& to, tenant_id tenant, const past_candidates& which,
                    std::int64_t limit) {
    const std::string of = to.int4(tenant);
    const std::string most = to.int8(limit);
    if (!which.ids.empty())
        return fmt::format("SELECT c.eid FROM entity c WHERE c.tenant_id = {} AND c.uri = ANY({}) "
                           "LIMIT {}",
                           of, to.texts(which.ids), most);
    if (!which.types.empty())
        return fmt::format("SELECT DISTINCT s.eid FROM unnest({}) AS ty(t), LATERAL (\n  SELECT "
                           "t.eid FROM history_type t WHERE t.tenant_id = {} AND t.type_id = ty.t\n"
                           "  ORDER BY t.eid LIMIT {}) s\n  ORDER BY s.eid LIMIT {}",
                           to.int4s(which.types), of, most, most);
    return fmt::format("SELECT c.eid FROM entity c WHERE c.tenant_id = {} LIMIT {}", of, most);
}

} // namespace

composed_statement render_past_candidates(tenant_id tenant, const past_candidates& which,
                                          timestamp at, std::int64_t limit) {
    composed_statement made;
    const std::string eids = eids_of(made, tenant, which, limit);
    // The first state that ended after the moment is the one of the moment, if it had begun.
    made.append(fmt::format(
        "SELECT e.eid, e.uri, e.version, e.created_at, e.modified_at, e.doc, z.at,\n"
        "  (SELECT max(b.until) FROM entity_past b WHERE b.eid = e.eid AND b.until <= {0}),\n"
        "  p.until, p.created_at, p.expires_at, p.types\n"
        "FROM as_of_horizon z LEFT JOIN (({1}) k JOIN entity e USING (eid)\n"
        "  LEFT JOIN LATERAL (SELECT q.until, q.created_at, q.expires_at, q.types\n"
        "    FROM entity_past q WHERE q.eid = e.eid AND q.until > {0}\n"
        "    ORDER BY q.until LIMIT 1) p ON true) ON true\nORDER BY e.eid",
        made.moment(at), eids));
    made.finish();
    return made;
}

composed_statement render_past_instances(const std::vector<std::int64_t>& eids, timestamp at) {
    composed_statement made;
    const std::string of = made.int8s(eids);
    const std::string until = made.moment(at);
    // Bit 9: written as current state. No index leads to modified_at; rows of one Attribute are
    // read until the last.
    made.append(fmt::format(
        "SELECT k.eid, a.attr_id, x.ts, x.modified_at, x.created_at, x.iid, x.num, x.ds_id, "
        "x.flags, x.txt, x.rest\nFROM unnest({}) WITH ORDINALITY AS k(eid, o), LATERAL (\n"
        "  SELECT n.attr_id FROM history_attr n WHERE n.eid = k.eid ORDER BY n.attr_id) a,\n"
        "  LATERAL (SELECT DISTINCT ON (h.ds_id) h.ts, h.modified_at, h.created_at, "
        "min(h.iid) OVER (PARTITION BY h.ds_id, h.created_at) AS iid, h.num, "
        "h.ds_id, h.flags, h.txt, h.rest\n"
        "  FROM instances_of(k.eid, a.attr_id, '-infinity', 'infinity') h WHERE h.flags & 512 <> 0 "
        "AND h.modified_at <= {}\n"
        "  ORDER BY h.ds_id, h.modified_at DESC, h.iid DESC) x\nORDER BY k.o, a.attr_id",
        of, until));
    made.finish();
    return made;
}

composed_statement render_gone_states(const std::vector<std::int64_t>& eids, timestamp at) {
    composed_statement made;
    const std::string of = made.int8s(eids);
    const std::string until = made.moment(at);
    // Bits 8 and 9: a deletion, written as current state.
    made.append(fmt::format(
        "SELECT e.eid, e.attr_id, e.gone_until, EXISTS (\n"
        "  SELECT 1 FROM instances_of(e.eid, e.attr_id, '-infinity', 'infinity') h\n"
        "  WHERE h.flags & 768 = 768 AND h.modified_at > {0} AND h.created_at <= {0}\n"
        "    AND NOT EXISTS (SELECT 1 FROM instances_of(e.eid, e.attr_id, '-infinity', "
        "'infinity') p\n"
        "      WHERE p.ds_id = h.ds_id AND p.flags & 512 <> 0 AND p.modified_at <= {0}\n"
        "      AND p.modified_at >= e.gone_until))\n"
        "FROM history_extent e WHERE e.eid = ANY({1}) AND e.gone_until IS NOT NULL\n"
        "ORDER BY e.eid",
        until, of));
    made.finish();
    return made;
}

} // namespace meridian::store
