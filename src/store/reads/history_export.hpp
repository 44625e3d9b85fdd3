#pragma once

#include "meridian/store/history.hpp"
#include "store/reads/instance_statements.hpp"

#include <array>
#include <cstdint>

namespace meridian::store {

/// Begins the one snapshot that all of an export is read in.
inline constexpr pg::statement begin_snapshot{"begin_snapshot",
                                              "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"};
inline constexpr pg::statement close_cursor{"close_cursor", "CLOSE export"};

/// Fetches the cursor's next rows: some numbers of them, since rows may be of 100 bytes or of
/// megabytes, and a whole answer is in memory at one time.
struct fetch {
    std::size_t rows;
    pg::statement what;
};
inline constexpr std::array fetches{fetch{10, {"fetch_10", "FETCH FORWARD 10 FROM export"}},
                                    fetch{100, {"fetch_100", "FETCH FORWARD 100 FROM export"}},
                                    fetch{1'000, {"fetch_1000", "FETCH FORWARD 1000 FROM export"}}};

/// Declares the cursor over the instances of the pairs, in their order, with the columns of
/// `render_instances`; with an aggregation over its periods, with those of `render_aggregates`.
/// Instances by observedAt stream out of their index; those of one Attribute that are folded, or
/// asked for by another time, are sorted first.
[[nodiscard]] composed_statement render_cursor(const instance_pairs& of,
                                               const temporal_request& request);

} // namespace meridian::store
