#include "store/rollups/wanted_levels.hpp"

#include "store/rollups/raw_instances.hpp"

#include <fmt/format.h>

namespace meridian::store::rollups {

std::string levels_wanted(std::string_view of, std::string_view day, std::string_view edge) {
    constexpr std::string_view text = R"sql(({of}.levels & (
    CASE WHEN {day} >= {edge} - make_interval(days => {of}.minute_days) THEN 1 ELSE 0 END
    | CASE WHEN {day} >= {edge} - make_interval(days => {of}.hour_days) THEN 2 ELSE 0 END
    | CASE WHEN {day} >= {edge} - make_interval(days => {of}.day_days) THEN 4 ELSE 0 END
  ))::smallint)sql";
    return fmt::format(text, fmt::arg("of", of), fmt::arg("day", day), fmt::arg("edge", edge));
}

std::string lacks_level(std::string_view of, std::string_view edge) {
    constexpr std::string_view text =
        "(d.levels & {cannot} = 0 AND {wanted} & ~d.levels <> 0\n  AND ({first}) IS NOT NULL)";
    return fmt::format(text, fmt::arg("cannot", cannot_be_rolled_up),
                       fmt::arg("wanted", levels_wanted(of, "d.day", edge)),
                       fmt::arg("first", first_observed("d.eid", "d.attr_id", "d.day",
                                                        fmt::format("d.day + {}", one_day))));
}

} // namespace meridian::store::rollups
