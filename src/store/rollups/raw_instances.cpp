#include "store/rollups/raw_instances.hpp"

#include <fmt/format.h>

namespace meridian::store::rollups {

std::string observed_instances(std::string_view eid, std::string_view attribute,
                               std::string_view since, std::string_view till) {
    return fmt::format("SELECT h.ts, h.num, h.ds_id, h.flags, h.txt FROM values_of({}, {}, {}, "
                       "{}) h WHERE h.flags & 257 = 1",
                       eid, attribute, since, till);
}

std::string first_observed(std::string_view eid, std::string_view attribute, std::string_view since,
                           std::string_view till) {
    return fmt::format(
        "SELECT min(q.ts) AS ts FROM (\n"
        "    (SELECT h.ts FROM history h WHERE h.eid = {0} AND h.attr_id = {1} AND h.ts >= {2} AND "
        "h.ts < {3} AND h.flags & 257 = 1\n     ORDER BY h.ts LIMIT 1)\n"
        "    UNION ALL\n"
        "    (SELECT f.day FROM history_folded f WHERE f.eid = {0} AND f.attr_id = {1} AND f.day "
        ">= "
        "{2} AND f.day < {3} AND f.flags & 257 = 1\n     ORDER BY f.day LIMIT 1)) q",
        eid, attribute, since, till);
}

} // namespace meridian::store::rollups
