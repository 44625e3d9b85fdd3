#include "store/rollups/raw_instances.hpp"

#include <fmt/format.h>

namespace meridian::store::rollups {

std::string observed_instances(std::string_view eid, std::string_view attribute,
                               std::string_view since, std::string_view till) {
    return fmt::format("SELECT h.ts, h.num, h.ds_id, h.flags, h.txt FROM instances_of({}, {}, {}, "
                       "{}) h WHERE h.flags & 257 = 1",
                       eid, attribute, since, till);
}

} // namespace meridian::store::rollups
