#pragma once

#include "meridian/base/time.hpp"

#include <optional>
#include <pqxx/pqxx>
#include <string>

namespace meridian::store::rollups {

/// A moment of the first day before `bound` (timestamptz as text) that a policy wants rolled up and
/// that has observed instances which are not, or is marked; nothing where there is none, or all
/// before `bound` was dropped already. What cannot be rolled up, and what is older than its policy
/// keeps roll-ups, is none of it. To be asked under `locked`, in the snapshot in which
/// `note_dropped` works.
[[nodiscard]] std::optional<timestamp> first_unrolled(pqxx::transaction_base& in,
                                                      const std::string& bound);

/// Notes in `history_extent` that instances before `bound`, which must have been found to be rolled
/// up, are gone; roll-ups stay.
void note_dropped(pqxx::transaction_base& in, const std::string& bound);

} // namespace meridian::store::rollups
