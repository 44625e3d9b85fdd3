#include "store/reads/is_gone.hpp"

#include <chrono>
#include <fmt/format.h>

namespace meridian::store {
namespace {

/// Clocks of broker and database may differ.
constexpr std::chrono::hours youngest_gone{20};

} // namespace

bool reaches_back(const query::temporal_query& interval) noexcept {
    if (interval.last_n || (!interval.from && !interval.until))
        return false;
    return !interval.from || *interval.from < std::chrono::system_clock::now() - youngest_gone;
}

std::string true_or_null(std::string_view rows) {
    return fmt::format("nullif(EXISTS ({}), false)", rows);
}

std::string render_is_gone(composed_statement& to, std::string_view pairs,
                           const query::temporal_query& interval) {
    if (!reaches_back(interval))
        return "NULL::bool";
    const std::string from = interval.from ? to.moment(*interval.from) : "'-infinity'";
    return true_or_null(
        fmt::format("SELECT 1 FROM {} AS g(eid, a) JOIN history_extent e ON e.eid = "
                    "g.eid AND e.attr_id = g.a WHERE e.raw_from > {}",
                    pairs, from));
}

} // namespace meridian::store
