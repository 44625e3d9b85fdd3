#pragma once

#include "meridian/store/entities.hpp"

#include <cstdint>
#include <vector>

namespace meridian::store {

/// Candidates that one query may look at in memory (store.md: 403 TooComplexQuery above).
inline constexpr std::int64_t most_examined = 100'000;
inline constexpr std::int64_t longest_stretch = 1'000;
/// Of an ordering whose values SQL tells: what is done with them at once keeps an I/O thread for
/// some 10 ms.
inline constexpr std::int64_t longest_stretch_of_keys = 5'000;

/// What of some candidates the plan selects.
struct entities::stretch {
    std::vector<entity_row> rows;
    std::int64_t examined = 0; ///< candidates
    std::int64_t last = 0;     ///< eid of the last candidate
};

} // namespace meridian::store
