#pragma once

#include "meridian/base/result.hpp"
#include "meridian/ngsild/names.hpp"
#include "meridian/store/attribute_indexes.hpp"
#include "meridian/store/blocking_pool.hpp"

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

namespace meridian::store {

/// An Attribute of an Entity Type whose values are to have index rows, by expanded names.
struct wanted_index {
    std::string type;
    std::string attribute;
    bool operator==(const wanted_index&) const = default;
};

/// Which Attributes are to have index rows.
struct index_wishes {
    std::vector<wanted_index> configured;
    /// Others get them whose scans took as long within an hour (`attribute_indexes::note_scan`);
    /// zero: none do.
    std::chrono::milliseconds automatic_after{0};
};

/// Makes `known` what table `attr_index` says. Blocking: at start, before the loops run.
[[nodiscard]] result<void> load_indexes(blocking_pool& pool, attribute_indexes& known);

/// One round of looking after table `attr_index`, to be run every few seconds by each broker:
/// 1. makes `known` what the table says now;
/// 2. then, in one process at a time (an advisory lock): adds what is `wanted` for each tenant that
///    has Entities of the type, and what scans cost too much, as `building`;
/// 3. `building` → `ready`: waits until every transaction has ended that was under way when
///    `building` was committed, as CREATE INDEX CONCURRENTLY does, so that no write is left that
///    did not know of it; then derives the rows of all Entities of the type, 500 under their row
///    locks in one transaction;
/// 4. `dropping` → no row: the same wait, then the index rows go in portions.
/// What is cut short (`stop`, an error) goes on at the next round.
///
/// Blocking. Gives how many indexes became ready or went. Fails with unavailable.
[[nodiscard]] result<int> tend_indexes(const std::string& conninfo, const ngsild::names& dictionary,
                                       attribute_indexes& known, const index_wishes& wanted,
                                       const std::atomic<bool>& stop);

} // namespace meridian::store
