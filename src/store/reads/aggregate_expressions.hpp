#pragma once

#include "meridian/store/history.hpp"
#include "store/reads/selection.hpp"

#include <string>
#include <string_view>

namespace meridian::store {

// 4.5.19.1. What a method is made of, of a row `x`: by `flags & 224` the form of the value (96 a
// string, 128 other JSON, else a number in `num`), by `flags & 30` the kind of the Attribute (2
// Property, 4 Relationship, 12 JsonProperty, 14 ListProperty, 16 ListRelationship).
namespace aggregated {

// Numbers, and of booleans 1 and 0.
inline constexpr std::string_view number =
    "CASE WHEN x.num IS NOT NULL THEN x.num WHEN x.flags & 254 NOT IN (130, 140) THEN NULL "
    "WHEN x.txt = 'true' THEN 1 WHEN x.txt = 'false' THEN 0 END";

// Numbers, and of arrays their sizes.
inline constexpr std::string_view measure =
    "CASE WHEN x.num IS NOT NULL THEN x.num WHEN x.flags & 254 NOT IN (130, 140, 142) THEN NULL "
    "WHEN x.txt = 'true' THEN 1 WHEN x.txt = 'false' THEN 0 "
    "WHEN x.txt LIKE '[%' THEN json_array_length(x.txt::json) END";

// Strings of Properties; of DateTimes, Dates and Times (4.6.3) the type, a blank and the text,
// whose order is that of the moments once the Z is gone.
inline constexpr std::string_view text_or_moment =
    R"sql(CASE WHEN x.flags & 254 IN (98, 108) THEN '"' || x.txt )sql"
    R"sql(WHEN x.flags & 254 IN (130, 140) AND x.txt LIKE '{%"@value"%' THEN )sql"
    R"sql(substring(x.txt from '"@type":"(DateTime|Date|Time)"') || ' ' || )sql"
    R"sql(translate(substring(x.txt from '"@value":"([^"\\]*)"'), ',Z', '.') END COLLATE "C")sql";

// Times as seconds since midnight.
inline constexpr std::string_view time_of_day =
    R"sql(CASE WHEN x.num IS NULL AND x.flags & 254 IN (130, 140) AND x.txt ~ '"@type":"Time"' )sql"
    R"sql(AND x.txt ~ )sql"
    R"sql('"@value":"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.,][0-9]{1,6})?Z"' THEN )sql"
    R"sql(date_part('epoch', translate(substring(x.txt from '"@value":"([^"]*)Z"'), ',', '.')::time) END)sql";

} // namespace aggregated

/// How many columns a method has: the second is for values that are no numbers.
[[nodiscard]] constexpr int width_of(ngsild::aggregation_method method) noexcept {
    using ngsild::aggregation_method;
    const bool has_other = method == aggregation_method::avg || method == aggregation_method::min ||
                           method == aggregation_method::max;
    return has_other ? 2 : 1;
}
[[nodiscard]] int width_of(const query::aggregation& asked) noexcept;

/// How instances fall into periods.
struct periods {
    std::string number; ///< of the period that `x` is in; its order is that of the periods
    std::string since;  ///< of the period b.n
    std::string till;
    /// For FROM: `every.step`, the length of a period, which is computed once.
    std::string once = "(SELECT NULL::interval AS step OFFSET 0) every";
    std::string estimate = "0"; ///< of `r`, what `number` takes as x.guess
    bool needs_first = false;   ///< takes o.oldest
    bool needs_last = false;    ///< takes o.newest
};

/// CHOICE: periods have their whole length even beyond the query's end.
[[nodiscard]] periods periods_of(composed_statement& to, const temporal_request& request);

} // namespace meridian::store
