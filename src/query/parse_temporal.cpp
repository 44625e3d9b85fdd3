#include "meridian/query/parse.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

// 4.11, 5.2.21: timerel = "before" / "after" / "between"; timeAt; endTimeAt; timeproperty; lastN.

namespace meridian::query {
namespace {

constexpr std::array<std::pair<std::string_view, time_property>, 4> properties{{
    {"observedAt", time_property::observed_at},
    {"createdAt", time_property::created_at},
    {"modifiedAt", time_property::modified_at},
    {"deletedAt", time_property::deleted_at},
}};

problem refused(std::string_view parameter, std::string_view what) {
    return problem{problem_kind::bad_request_data, fmt::format("{}: {}", parameter, what)};
}

result<timestamp> read_moment(std::string_view parameter, const std::string& text) {
    const auto moment = parse_date_time(text);
    if (!moment)
        return refused(parameter,
                       "expected a DateTime in UTC (4.6.3) such as 2017-12-13T14:20:00Z");
    return *moment;
}

result<std::monostate> read_bounds(temporal_query& into, const temporal_parameters& given) {
    if (!given.timerel) {
        if (given.time_at || given.end_time_at)
            return refused("timerel", "is missing beside timeAt or endTimeAt");
        return std::monostate{};
    }
    const auto& relation = *given.timerel;
    if (relation != "before" && relation != "after" && relation != "between")
        return refused("timerel", "expected before, after or between");
    if (!given.time_at)
        return refused("timeAt", "is missing");
    MERIDIAN_TRY(const auto at, read_moment("timeAt", *given.time_at));
    if (given.end_time_at && relation != "between")
        return refused("endTimeAt", "goes with timerel=between alone");
    if (relation == "before") {
        into.until = at;
        return std::monostate{};
    }
    into.from = at;
    if (relation == "after")
        return std::monostate{};
    // Example 3 lacks endTimeAt, table 5.2.21-1 wants it (ERRATA): the table holds.
    if (!given.end_time_at)
        return refused("endTimeAt", "is missing beside timerel=between");
    MERIDIAN_TRY(into.until, read_moment("endTimeAt", *given.end_time_at));
    if (*into.until <= at)
        return refused("endTimeAt", "must be after timeAt");
    return std::monostate{};
}

} // namespace

result<temporal_query> parse_temporal(const temporal_parameters& given) {
    temporal_query made;
    MERIDIAN_CHECK(read_bounds(made, given));
    if (given.timeproperty) {
        bool known = false;
        for (const auto& [name, property] : properties) {
            if (*given.timeproperty == name) {
                made.property = property;
                known = true;
            }
        }
        if (!known)
            return refused("timeproperty",
                           "expected observedAt, createdAt, modifiedAt or deletedAt");
    }
    if (given.last_n) {
        const auto& text = *given.last_n;
        std::uint32_t count = 0;
        const auto* end = text.data() + text.size();
        const auto done = std::from_chars(text.data(), end, count);
        if (done.ec != std::errc() || done.ptr != end || count == 0)
            return refused("lastN", "expected a whole number above zero");
        made.last_n = count;
    }
    return made;
}

} // namespace meridian::query
