#include "store/rollups/policy_row.hpp"

#include "meridian/query/rollup.hpp"

#include <fmt/format.h>

namespace meridian::store::rollups {

policy_row row_of(const policy_terms& terms) {
    policy_row made;
    made.raw_days = terms.raw_days;
    for (const rollup_rule& one : terms.rollups) {
        made.levels |= one.level;
        auto& days = one.level == query::rollup_level::minute ? made.minute_days
                     : one.level == query::rollup_level::hour ? made.hour_days
                                                              : made.day_days;
        days = one.days;
    }
    return made;
}

std::string insert_policy(std::string_view replaced_state) {
    constexpr std::string_view text = R"sql(
INSERT INTO history_policy AS p (tenant_id, type_id, attr_id, raw_days, levels, minute_days,
                                 hour_days, day_days, rolls)
SELECT $1::int, ty.id, a.id, $4::int, $5::smallint, $6::int, $7::int, $8::int, $5::smallint <> 0
FROM iri ty, iri a WHERE ty.iri = $2::text AND a.iri = $3::text
ON CONFLICT (tenant_id, type_id, attr_id) DO UPDATE
SET raw_days = excluded.raw_days, levels = excluded.levels, minute_days = excluded.minute_days,
    hour_days = excluded.hour_days, day_days = excluded.day_days,
    rolls = p.rolls OR excluded.rolls, passed_to = NULL,
    state = CASE WHEN p.state = 'ready' AND (p.rolls OR NOT excluded.rolls) THEN 'ready'
                 ELSE 'new' END
WHERE p.state {} AND (p.state = 'dropping' OR
  (p.raw_days, p.levels, p.minute_days, p.hour_days, p.day_days) IS DISTINCT FROM
  (excluded.raw_days, excluded.levels, excluded.minute_days, excluded.hour_days,
   excluded.day_days))
RETURNING p.id)sql";
    return fmt::format(text, replaced_state);
}

} // namespace meridian::store::rollups
