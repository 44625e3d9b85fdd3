#include "store/reads/instance_range.hpp"

#include <fmt/format.h>

namespace meridian::store {
namespace {

using query::time_property;

// What stands for no bound: the first DateTime (4.6.3), and what follows the last one.
constexpr timestamp earliest{std::chrono::sys_days{std::chrono::year{1} / 1 / 1}};
constexpr const char* after_latest = "timestamptz '10000-01-01 00:00:00+00'";

/// 4.11: instances that do not have the Temporal Property do not match. Bit 0: has observedAt;
/// bit 8: a deletion. Without bounds there is no temporal query, and everything is shown.
flag_condition flags_of(const query::temporal_query& interval) noexcept {
    if (interval.property == time_property::deleted_at)
        return {256, 256};
    if (!interval.from && !interval.until)
        return {};
    return interval.property == time_property::observed_at ? flag_condition{1, 1}
                                                           : flag_condition{256, 0};
}

} // namespace

std::string_view time_column(const query::temporal_query& interval) noexcept {
    switch (interval.property) {
    case time_property::created_at:
        return "created_at";
    case time_property::modified_at:
    case time_property::deleted_at:
        return "modified_at";
    case time_property::observed_at:
        break;
    }
    return "ts";
}

instance_range::instance_range(composed_statement& to, const query::temporal_query& interval)
    : column_(time_column(interval)), flags_(flags_of(interval)) {
    const std::string from = to.moment(interval.from.value_or(earliest));
    const std::string until = interval.until ? to.moment(*interval.until) : after_latest;
    if (column_ == "ts") {
        since_ = from;
        until_ = until;
        return;
    }
    since_ = to.moment(earliest);
    until_ = after_latest;
    others_from_ = from;
    others_until_ = until;
}

std::string instance_range::of(std::string_view eid, std::string_view attribute) const {
    return fmt::format("instances_of({}, {}, {}, {}) h", eid, attribute, since_, until_);
}

std::string instance_range::values_of(std::string_view eid, std::string_view attribute) const {
    return fmt::format("values_of({}, {}, {}, {}) h", eid, attribute, since_, until_);
}

std::string instance_range::open_of(std::string_view eid, std::string_view attribute) const {
    return fmt::format(
        "(SELECT * FROM history o WHERE o.eid = {} AND o.attr_id = {} AND o.ts >= {} "
        "AND o.ts < {}) h",
        eid, attribute, since_, until_);
}

std::string instance_range::condition(std::string_view row) const {
    std::string made;
    if (!is_by_ts())
        made = fmt::format(" AND {0}.{1} >= {2} AND {0}.{1} < {3}", row, column_, others_from_,
                           others_until_);
    if (flags_.mask != 0)
        made += fmt::format(" AND {}.flags & {} = {}", row, flags_.mask, flags_.value);
    return made;
}

void instance_range::leave_out_deletions() noexcept {
    flags_.mask |= 256;
}

} // namespace meridian::store
