#include "store/rollups/raw_instances.hpp"

#include <fmt/format.h>

namespace meridian::store::rollups {
namespace {

enum class end { first, last };

std::string outermost(end which, std::string_view eid, std::string_view attribute,
                      std::string_view since, std::string_view till) {
    constexpr std::string_view text = R"sql(SELECT {chosen}(q.ts) AS ts FROM (
    (SELECT h.ts FROM history h
     WHERE h.eid = {eid} AND h.attr_id = {attribute} AND h.ts >= {since} AND h.ts < {till}
       AND h.flags & 257 = 1
     ORDER BY h.ts {order} LIMIT 1)
    UNION ALL
    (SELECT f.day FROM history_folded f
     WHERE f.eid = {eid} AND f.attr_id = {attribute} AND f.day >= {since} AND f.day < {till}
       AND f.flags & 257 = 1
     ORDER BY f.day {order} LIMIT 1)) q)sql";
    return fmt::format(text, fmt::arg("chosen", which == end::first ? "min" : "max"),
                       fmt::arg("order", which == end::first ? "ASC" : "DESC"),
                       fmt::arg("eid", eid), fmt::arg("attribute", attribute),
                       fmt::arg("since", since), fmt::arg("till", till));
}

} // namespace

std::string observed_instances(std::string_view eid, std::string_view attribute,
                               std::string_view since, std::string_view till) {
    return fmt::format("SELECT h.ts, h.num, h.ds_id, h.flags, h.txt FROM values_of({}, {}, {}, "
                       "{}) h WHERE h.flags & 257 = 1",
                       eid, attribute, since, till);
}

std::string first_observed(std::string_view eid, std::string_view attribute, std::string_view since,
                           std::string_view till) {
    return outermost(end::first, eid, attribute, since, till);
}

std::string last_observed(std::string_view eid, std::string_view attribute, std::string_view since,
                          std::string_view till) {
    return outermost(end::last, eid, attribute, since, till);
}

} // namespace meridian::store::rollups
